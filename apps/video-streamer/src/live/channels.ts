/** The channels there are: those that play films, each opened when somebody first asks for it, and those that are fed. */
import { readdir, stat } from "node:fs/promises";
import { basename } from "node:path";
import { titlesOf } from "../films/library.ts";
import { FilmError } from "../films/film-error.ts";
import type { FilmShelf } from "../films/shelf.ts";
import type { Channel, ChannelClock, ChannelLimits } from "./channel.ts";
import { FedChannel, type FedChannelLimits } from "./fed-channel.ts";
import { LoopChannel } from "./loop-channel.ts";
import type { ChannelRendition } from "./source.ts";

/** What `--live NAME=FILE|FOLDER` says. */
export interface ChannelSource {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

export interface ChannelsOptions {
  readonly sources: readonly ChannelSource[];
  readonly shelf: FilmShelf;
  /** Seconds of a part. */
  readonly part: number;
  readonly clock?: ChannelClock | undefined;
  readonly limits?: Partial<ChannelLimits> | undefined;
  readonly fed?: Partial<FedChannelLimits> | undefined;
}

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #open = new Map<string, Promise<Channel>>();
  readonly #fed = new Map<string, FedChannel>();

  constructor(options: ChannelsOptions) {
    this.#options = options;
  }

  get names(): readonly string[] {
    return [...this.#options.sources.map(({ name }) => name), ...this.#fed.keys()];
  }

  /** True for a name whose channel plays films. */
  plays(name: string): boolean {
    return this.#options.sources.some((one) => one.name === name);
  }

  /** The channel of that name for a publisher: the one that is waiting for it to come back, or a new one. */
  feed(name: string): FedChannel {
    const known = this.#fed.get(name);
    if (known !== undefined && !known.ended) return known;
    known?.close();
    const { part, clock, limits, fed } = this.#options;
    const channel = new FedChannel({
      name,
      part,
      clock,
      limits: { ...limits, ...fed },
      onEnd: () => {
        if (this.#fed.get(name) === channel) this.#fed.delete(name);
      },
    });
    this.#fed.set(name, channel);
    return channel;
  }

  close(): void {
    for (const channel of this.#fed.values()) channel.close();
    this.#fed.clear();
  }

  /** Undefined when there is none of that name. Throws FilmError when its films cannot be read. */
  async get(name: string): Promise<Channel | undefined> {
    const source = this.#options.sources.find((one) => one.name === name);
    if (source === undefined) return this.#fed.get(name);
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opening = this.#start(source);
    this.#open.set(name, opening);
    // What could not be opened is tried again by the next who asks.
    opening.catch(() => this.#open.delete(name));
    return opening;
  }

  async #start({ name, path }: ChannelSource): Promise<Channel> {
    const { shelf, part, clock, limits = {} } = this.#options;
    const renditions = await renditionsOf(path);
    return LoopChannel.open({ name, renditions, shelf, part, limits, ...(clock && { clock }) });
  }
}

/** A file is one film. A folder with one title shows its renditions; with several, the films one after the other. */
async function renditionsOf(path: string): Promise<ChannelRendition[]> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) throw new FilmError("FILM_UNREADABLE", `${basename(path)} is not there`);
  if (stats.isFile()) return [{ label: "film", files: [path] }];
  const titles = [...titlesOf(await readdir(path), path).values()];
  const [only, ...others] = titles;
  if (only === undefined) throw new FilmError("FILM_NO_TRACK", `there is no film in ${basename(path)}`);
  if (others.length === 0) return only.renditions.map(({ label, path: file }) => ({ label, files: [file] }));
  const files = titles.flatMap(({ renditions }) => renditions[0]?.path ?? []);
  return [{ label: "film", files }];
}
