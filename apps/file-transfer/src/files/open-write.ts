/** From what a peer asks for to where its octets go: a fresh partial, one that is gone on with, the file in place. */
import { constants, fstatSync, type Stats } from "node:fs";
import { mayWith, type Login } from "../accounts/login.ts";
import {
  InPlaceDestination,
  PartialDestination,
  type Destination,
  type PartialTarget,
} from "./destination.ts";
import { close, fchmod, ftruncate, open, OWN_UMASK, readFully, writeFully } from "./disk.ts";
import type { WriteOptions } from "./file-system.ts";
import type { Home } from "./home.ts";
import type { OpenPartial, Partial } from "./partials.ts";
import { asProblem, problem } from "./problems.ts";
import { pathOf, type Found, type Place } from "./walk.ts";

export interface WriteContext {
  readonly home: Home;
  readonly login: Login;
  /** The view: whose handles may share a file. */
  readonly owner: object;
  readonly umask: number;
}

export interface Opened {
  readonly destination: Destination;
  /** Where writes without a position begin. */
  readonly start: number;
}

/** Numbers tried for a free name. */
const MOST_UNIQUE = 10_000;
/** Octets copied at once where a file's beginning is taken over. */
const COPIED = 1024 * 1024;

export async function openDestination(
  context: WriteContext,
  path: string,
  options: WriteOptions,
): Promise<Opened> {
  const found = await context.home.walk.find(path, options.how !== "create" && options.how !== "unique");
  try {
    return await new Opening(context, found, options).open();
  } catch (error) {
    context.home.walk.release(found.place);
    throw asProblem(error);
  }
}

/** Takes the place over when it succeeds. */
class Opening {
  readonly #context: WriteContext;
  readonly #home: Home;
  readonly #options: WriteOptions;
  #place: Place;
  #stat: Stats | undefined;

  constructor(context: WriteContext, { place, stat }: Found, options: WriteOptions) {
    this.#context = context;
    this.#home = context.home;
    this.#options = options;
    this.#place = place;
    this.#stat = stat;
  }

  async open(): Promise<Opened> {
    const { how, offset = 0 } = this.#options;
    this.#check();
    switch (how) {
      case "replace":
        return this.#fresh();
      case "create":
        return this.#fresh({ exclusive: true });
      case "unique":
        return this.#unique();
      case "resume":
        return offset === 0 ? this.#fresh() : this.#resume(offset);
      case "append":
      case "in-place":
        return this.#existing(how === "append");
    }
  }

  /** What a name can be written to, and who may. */
  #check(): void {
    const { how } = this.#options;
    const { access } = this.#context.login;
    if (!mayWith(access, "create")) throw problem("forbidden");
    if (this.#place.name === "" || this.#place.mustBeFolder) throw problem("is-a-folder");
    if (this.#stat === undefined || how === "unique") return;
    if (how === "create") throw problem("exists");
    if (this.#stat.isDirectory()) throw problem("is-a-folder");
    if (!this.#stat.isFile()) throw problem("not-a-file");
    if (!mayWith(access, "overwrite")) throw problem("exists");
  }

  #own(): Partial | undefined {
    return this.#home.partials.find(this.#context.login.user, this.#place);
  }

  async #existing(append: boolean): Promise<Opened> {
    const own = this.#own();
    if (own !== undefined) {
      const open = await this.#home.partials.resume(own, this.#place);
      return this.#into(open, append ? open.size : 0);
    }
    if (this.#stat !== undefined) return this.#inPlace(append);
    if (this.#options.create === false) throw problem("not-found");
    return this.#fresh();
  }

  async #resume(offset: number): Promise<Opened> {
    const own = this.#own();
    if (own !== undefined) return this.#resumePartial(own, offset);
    if (this.#stat === undefined || this.#stat.size < offset) throw problem("bad-offset");
    if (this.#stat.size === offset) return this.#inPlace(true);
    const open = await this.#freshPartial();
    try {
      this.#home.usage.grow(offset, this.#context.login.quota, this.#stat.size);
      await this.#copyBeginning(open.descriptor, offset);
    } catch (error) {
      await this.#drop(open);
      throw error;
    }
    return this.#into({ ...open, size: offset }, offset);
  }

  async #resumePartial(own: Partial, offset: number): Promise<Opened> {
    const open = await this.#home.partials.resume(own, this.#place);
    if (open.size < offset) {
      await close(open.descriptor);
      this.#home.partials.release(open);
      throw problem("bad-offset");
    }
    await ftruncate(open.descriptor, offset);
    this.#home.usage.shrink(open.size - offset);
    return this.#into({ ...open, size: offset }, offset);
  }

  async #drop(open: OpenPartial): Promise<void> {
    await close(open.descriptor);
    await this.#home.partials.remove(open);
  }

  async #copyBeginning(into: number, octets: number): Promise<void> {
    const from = await open(
      this.#place.folder.at(this.#place.name),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const buffer = Buffer.allocUnsafe(Math.min(COPIED, octets));
      for (let at = 0; at < octets;) {
        const part = buffer.subarray(0, Math.min(buffer.length, octets - at));
        const count = await readFully(from, part, at);
        if (count < part.length) throw problem("bad-offset");
        await writeFully(into, [part], at);
        at += count;
      }
    } finally {
      await close(from);
    }
  }

  /** The first free one of `name`, `name.1`, `name.2` … */
  async #unique(): Promise<Opened> {
    const { name } = this.#place;
    const { reserved, walk } = this.#home;
    for (let number = 0; number < MOST_UNIQUE; number++) {
      this.#place = { ...this.#place, name: number === 0 ? name : `${name}.${number}` };
      const path = pathOf(this.#place);
      if (reserved.has(path)) continue;
      reserved.add(path);
      const done = (): void => {
        reserved.delete(path);
      };
      try {
        this.#stat = await walk.look(this.#place);
        if (this.#stat === undefined) return await this.#fresh({ exclusive: true, done });
        done();
      } catch (error) {
        done();
        throw error;
      }
    }
    throw problem("exists");
  }

  async #fresh(more: Manner = {}): Promise<Opened> {
    return this.#into(await this.#freshPartial(), 0, more);
  }

  async #freshPartial(): Promise<OpenPartial> {
    const { login, umask } = this.#context;
    const { partials, usage } = this.#home;
    const left = this.#own();
    if (left?.live === false) usage.shrink((await partials.stat(left, this.#place))?.size ?? 0);
    const wanted = (this.#options.mode ?? 0o666) & 0o777 & ~umask;
    const mode = this.#stat === undefined ? wanted : this.#stat.mode & 0o777;
    const open = await partials.create(login.user, this.#place, mode);
    // The process has an umask of its own, which may be stricter; what an earlier upload left has its own bits.
    if (left !== undefined || (mode & OWN_UMASK) !== 0) await fchmod(open.descriptor, mode);
    return open;
  }

  #into(open: OpenPartial, start: number, { exclusive = false, done }: Manner = {}): Opened {
    const target: PartialTarget = { home: this.#home, place: this.#place, open, old: this.#stat, exclusive };
    return {
      destination: new PartialDestination(done === undefined ? target : { ...target, done }),
      start,
    };
  }

  async #inPlace(append: boolean): Promise<Opened> {
    const { readable = false } = this.#options;
    const { locks, walk } = this.#home;
    const place = this.#place;
    const flags = (readable ? constants.O_RDWR : constants.O_WRONLY) | (append ? constants.O_APPEND : 0);
    await place.folder.confirm();
    const descriptor = await open(
      place.folder.at(place.name),
      flags | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) throw problem("not-a-file");
      const lock = locks.take(stat, this.#context.owner);
      const destination = new InPlaceDestination(pathOf(place), descriptor, stat, append, lock);
      walk.release(place);
      return { destination, start: append ? stat.size : 0 };
    } catch (error) {
      await close(descriptor);
      throw error;
    }
  }
}

interface Manner {
  readonly exclusive?: boolean;
  readonly done?: () => void;
}
