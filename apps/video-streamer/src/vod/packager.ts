/** Makes what is asked for of a film: the initialization section and the segments of its lanes; keeps the last ones. */
import {
  fragment,
  initSection,
  TsError,
  TsMultiplexer,
  type AudioTrack,
  type VideoTrack,
} from "@socketscope/media";
import { FileCache } from "@socketscope/web";
import type { Film } from "../films/film.ts";
import { FilmError } from "../films/film-error.ts";
import type { FilmShelf, FilmVersion } from "../films/shelf.ts";

export type LaneName = "video" | "audio";

export interface PackagerLimits {
  /** Octets of segments kept in memory. Default 64 MiB. */
  readonly kept: number;
  /** Segments kept in memory. Default 4,096. */
  readonly segments: number;
}

export const PACKAGER_LIMITS: PackagerLimits = { kept: 64 * 1024 * 1024, segments: 4096 };

interface Kept {
  readonly octets: number;
  readonly content: Uint8Array;
}

export class Packager {
  readonly #shelf: FilmShelf;
  readonly #kept: FileCache<Kept>;
  /** What is being made now: who asks for the same waits for it. */
  readonly #making = new Map<string, Promise<Uint8Array | undefined>>();

  constructor(shelf: FilmShelf, limits: Partial<PackagerLimits> = {}) {
    const { kept, segments } = { ...PACKAGER_LIMITS, ...limits };
    this.#shelf = shelf;
    this.#kept = new FileCache({ octets: kept, entries: segments });
  }

  /** Undefined when the film has no such lane. Throws FilmError. */
  init(version: FilmVersion, lane: LaneName): Promise<Uint8Array | undefined> {
    return this.#once(version, `${lane}-init`, (film) => {
      const track = trackOf(film, lane);
      return Promise.resolve(track === undefined ? undefined : initSection([track]));
    });
  }

  /** Undefined when the film has no such segment, or no such lane. Throws FilmError. */
  segment(version: FilmVersion, lane: LaneName, number: number): Promise<Uint8Array | undefined> {
    return this.#once(version, `${lane}-${number}`, async (film) => {
      const track = trackOf(film, lane);
      if (number >= film.segments || track === undefined) return undefined;
      const samples = lane === "video" ? await film.pictures(number) : await film.sound(number);
      return fragment(number + 1, [{ track: 1, kind: lane, samples, ahead: track.ahead }]);
    });
  }

  /** The same segment as MPEG-TS, pictures and sound together. Throws FilmError, also for codecs that MPEG-TS does not carry here. */
  transport(version: FilmVersion, number: number): Promise<Uint8Array | undefined> {
    return this.#once(version, `ts-${number}`, async (film) => {
      if (number >= film.segments) return undefined;
      const mux = transportOf(film);
      const lanes = [
        { kind: "video", timescale: film.video?.track.timescale ?? 1, samples: await film.pictures(number) },
        { kind: "audio", timescale: film.audio?.track.timescale ?? 1, samples: await film.sound(number) },
      ] as const;
      return mux.segment(lanes);
    });
  }

  async #once(
    version: FilmVersion,
    what: string,
    make: (film: Film) => Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array | undefined> {
    const name = `${version.path}\0${version.tag}\0${what}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept.content;
    const before = this.#making.get(name);
    if (before !== undefined) return before;
    const making = this.#shelf.with(version, make);
    this.#making.set(name, making);
    try {
      const content = await making;
      if (content !== undefined) this.#kept.set(name, { octets: content.length, content });
      return content;
    } finally {
      this.#making.delete(name);
    }
  }
}

/** Throws FilmError when MPEG-TS does not carry its codecs here. */
export function transportOf(film: Film): TsMultiplexer {
  try {
    return new TsMultiplexer({ video: film.video?.track, audio: film.audio?.track });
  } catch (error) {
    if (error instanceof TsError) throw new FilmError("FILM_CODEC", error.message, { cause: error });
    throw error;
  }
}

function trackOf(film: Film, lane: LaneName): VideoTrack | AudioTrack | undefined {
  return lane === "video" ? film.video?.track : film.audio?.track;
}
