/** One login's view of its home: asks whether it may, finds the place, does it, and knows what is still open. */
import { mayWith, type Login, type Right } from "../accounts/login.ts";
import { setMode, setSize, setTimes, type Times, type Whose } from "./attributes.ts";
import { at, makeFolder, makeHardLink, makeLink, remove, removeFolder, renameEntry } from "./changes.ts";
import { describe } from "./describe.ts";
import { close, readlink } from "./disk.ts";
import type {
  FileLimits,
  FileReader,
  FileStat,
  FileSystem,
  FileWriter,
  FolderReader,
  HashAlgorithm,
  Space,
  WriteOptions,
} from "./file-system.ts";
import type { Folder } from "./folder.ts";
import { hashOf, type HashRange } from "./hash.ts";
import type { Home } from "./home.ts";
import { Listing } from "./listing.ts";
import { nameOf } from "./names.ts";
import { openDestination } from "./open-write.ts";
import { asProblem, problem, systemCode } from "./problems.ts";
import { openRegular, Reader, type OpenFile } from "./reader.ts";
import { spaceOf } from "./space.ts";
import { pathOf, type Found } from "./walk.ts";
import { Writer } from "./writer.ts";

export interface ViewOptions {
  readonly home: Home;
  readonly login: Login;
  readonly limits: FileLimits;
  readonly umask: number;
  readonly closed: () => Promise<void>;
}

export class View implements FileSystem {
  readonly user: string;
  readonly limits: FileLimits;
  readonly #home: Home;
  readonly #login: Login;
  readonly #options: ViewOptions;
  readonly #open = new Set<Reader | Writer | Listing>();
  /** Being opened: counted before anything is waited for. */
  #opening = 0;
  #ended: Promise<void> | undefined;

  constructor(options: ViewOptions) {
    const { home, login, limits } = options;
    this.#options = options;
    this.#home = home;
    this.#login = login;
    this.user = login.user;
    this.limits = limits;
  }

  may(right: Right): boolean {
    return mayWith(this.#login.access, right);
  }

  stat(path: string): Promise<FileStat> {
    return this.#at("list", path, true, async ({ place, stat }) => {
      const own = this.#home.partials.find(this.user, place);
      const partial = own === undefined ? undefined : await this.#home.partials.stat(own, place);
      if (partial !== undefined) return describe(partial, true);
      return describe(there(stat));
    });
  }

  lstat(path: string): Promise<FileStat> {
    return this.#at("list", path, false, async ({ place, stat }) => {
      if (stat?.isSymbolicLink() === true) return describe(stat);
      const own = this.#home.partials.find(this.user, place);
      const partial = own === undefined ? undefined : await this.#home.partials.stat(own, place);
      return partial === undefined ? describe(there(stat)) : describe(partial, true);
    });
  }

  list(path: string): Promise<FolderReader> {
    return this.#opened("list", async () => {
      const { folder, leave } = await this.#enter(path);
      try {
        return await Listing.open(folder, this.limits.page, (listing) => {
          this.#open.delete(listing);
          leave();
        });
      } catch (error) {
        leave();
        throw error;
      }
    });
  }

  async #enter(path: string): Promise<{ readonly folder: Folder; readonly leave: () => void }> {
    const { walk } = this.#home;
    const { place, stat } = await walk.find(path, true);
    const release = (): void => {
      walk.release(place);
    };
    if (stat?.isDirectory() === true && place.name === "") return { folder: place.folder, leave: release };
    try {
      if (!there(stat).isDirectory()) throw problem("not-a-folder");
      const folder = await place.folder.child(place.name);
      return {
        folder,
        leave: () => {
          folder.close();
        },
      };
    } finally {
      release();
    }
  }

  readLink(path: string): Promise<string> {
    return this.#at("list", path, false, async ({ place, stat }) => {
      if (!there(stat).isSymbolicLink()) throw problem("not-a-link");
      return nameOf(await readlink(place.folder.at(place.name)));
    });
  }

  realPath(path: string): Promise<string> {
    return this.#at("list", path, true, async ({ place }) => pathOf(place));
  }

  openToRead(path: string): Promise<FileReader> {
    return this.#opened("read", async () => {
      return new Reader(await this.#find(path), (reader) => this.#open.delete(reader));
    });
  }

  /** The whole file, or one's own partial where there is none. */
  async #find(path: string): Promise<OpenFile> {
    const { walk, partials } = this.#home;
    const place = await walk.locate(path);
    try {
      // Most often it is a file: one look less at the disk.
      if (place.name !== "" && !place.mustBeFolder) return await openRegular(place.folder, place.name);
    } catch (error) {
      if (!["ELOOP", "ENOENT"].includes(systemCode(error) ?? "")) throw error;
    } finally {
      walk.release(place);
    }
    return at(this.#home, path, true, async ({ place, stat }) => {
      if (place.name === "") throw problem("is-a-folder");
      const own = stat === undefined ? partials.find(this.user, place) : undefined;
      if (own === undefined) return openRegular(place.folder, place.name);
      return partials.use(own, place, (folder) => openRegular(folder, own.name, true));
    });
  }

  openToWrite(path: string, options: WriteOptions): Promise<FileWriter> {
    const { home, login, umask } = this.#options;
    return this.#opened("create", async () => {
      await this.#expect(options.expected ?? 0);
      const context = { home, login, owner: this, umask };
      const { destination, start } = await openDestination(context, path, options);
      return new Writer({
        destination,
        usage: home.usage,
        quota: login.quota,
        start,
        append: options.how === "append",
        readable: options.readable ?? false,
        closed: (writer) => this.#open.delete(writer),
      });
    });
  }

  async #expect(octets: number): Promise<void> {
    if (octets === 0) return;
    const { available } = await this.space("/");
    const { quota } = this.#login;
    if (octets <= available) return;
    throw problem(quota !== undefined && octets > quota - this.#home.usage.octets ? "quota" : "disk-full");
  }

  makeFolder(path: string, mode = 0o777): Promise<void> {
    return this.#do("make-folder", () => makeFolder(this.#home, path, mode & 0o777 & ~this.#options.umask));
  }

  removeFolder(path: string): Promise<void> {
    return this.#do("remove", () => removeFolder(this.#home, path));
  }

  remove(path: string): Promise<void> {
    return this.#do("remove", () => remove(this.#home, this.user, path));
  }

  rename(from: string, to: string, { replace }: { readonly replace: boolean }): Promise<void> {
    return this.#do("rename", () => renameEntry(this.#home, from, to, replace));
  }

  symlink(target: string, path: string): Promise<void> {
    return this.#do("link", () => makeLink(this.#home, target, path, this.limits));
  }

  hardlink(existing: string, path: string): Promise<void> {
    return this.#do("link", () => makeHardLink(this.#home, existing, path));
  }

  setMode(path: string, mode: number, { follow = true } = {}): Promise<void> {
    return this.#do("attributes", () => setMode(this.#whose, path, mode, follow));
  }

  setTimes(path: string, times: Times, { follow = true } = {}): Promise<void> {
    return this.#do("attributes", () => setTimes(this.#whose, path, times, follow));
  }

  setSize(path: string, size: number): Promise<void> {
    return this.#do("overwrite", () => setSize(this.#whose, path, size));
  }

  async setOwner(path: string, owner: number, group: number): Promise<void> {
    const stat = await this.lstat(path);
    if (stat.owner !== owner || stat.group !== group) throw problem("forbidden");
  }

  get #whose(): Whose {
    return { home: this.#home, user: this.user, owner: this, quota: this.#login.quota };
  }

  space(path: string): Promise<Space> {
    return this.#at("list", path, true, ({ place }) =>
      spaceOf(place.folder.self, this.#home, this.#login.quota, this.limits.nameOctets),
    );
  }

  hash(path: string, algorithm: HashAlgorithm, range: HashRange = {}): Promise<string> {
    return this.#do("read", async () => {
      const { descriptor } = await this.#find(path);
      try {
        return await hashOf(descriptor, algorithm, range);
      } finally {
        await close(descriptor);
      }
    });
  }

  close(): Promise<void> {
    this.#ended ??= this.#close();
    return this.#ended;
  }

  async #close(): Promise<void> {
    const endings = [...this.#open].map((one) => (one instanceof Writer ? one.abandon("keep") : one.close()));
    await Promise.all(endings);
    await this.#options.closed();
  }

  #at<T>(right: Right, path: string, follow: boolean, work: (found: Found) => Promise<T>): Promise<T> {
    return this.#do(right, () => at(this.#home, path, follow, work));
  }

  async #do<T>(right: Right, work: () => Promise<T>): Promise<T> {
    if (this.#ended !== undefined) throw problem("closed");
    if (!this.may(right)) throw problem("forbidden");
    try {
      return await work();
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** What `open` gives is among the open ones until it says that it is closed. */
  #opened<T extends Reader | Writer | Listing>(right: Right, open: () => Promise<T>): Promise<T> {
    return this.#do(right, async () => {
      if (this.#open.size + this.#opening >= this.limits.open) throw problem("too-many-open");
      this.#opening++;
      try {
        const one = await open();
        this.#open.add(one);
        // The session went while the disk was asked: nobody else will close this one.
        if (this.#ended !== undefined) {
          await (one instanceof Writer ? one.abandon("keep") : one.close());
          throw problem("closed");
        }
        return one;
      } finally {
        this.#opening--;
      }
    });
  }
}

function there<T>(stat: T | undefined): T {
  if (stat === undefined) throw problem("not-found");
  return stat;
}
