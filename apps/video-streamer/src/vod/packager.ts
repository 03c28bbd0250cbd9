/** Makes what is asked for of a film: the initialization section and the segments of its lanes; keeps the last ones. */
import {
  fragmentHead,
  initSection,
  TsError,
  TsMultiplexer,
  type AudioTrack,
  type VideoTrack,
} from "@socketscope/media";
import { FileCache } from "@socketscope/web";
import type { Film } from "../films/film.ts";
import { FilmError } from "../films/film-error.ts";
import type { Reel } from "../films/reel.ts";
import type { FilmShelf, FilmVersion } from "../films/shelf.ts";
import { Segment } from "./segment.ts";

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
  readonly segment: Segment;
}

/** `filled` once all of it is there. */
interface Made {
  readonly segment: Segment;
  readonly filled?: Promise<void>;
}

export class Packager {
  readonly #shelf: FilmShelf;
  readonly #kept: FileCache<Kept>;
  /** What is being made now: who asks for the same waits for it. */
  readonly #making = new Map<string, Promise<Segment | undefined>>();

  constructor(shelf: FilmShelf, limits: Partial<PackagerLimits> = {}) {
    const { kept, segments } = { ...PACKAGER_LIMITS, ...limits };
    this.#shelf = shelf;
    this.#kept = new FileCache({ octets: kept, entries: segments });
  }

  /** Undefined when the film has no such lane. Throws FilmError. */
  init(version: FilmVersion, lane: LaneName): Promise<Segment | undefined> {
    return this.#once(version, `${lane}-init`, (film) => {
      const track = trackOf(film, lane);
      return Promise.resolve(track === undefined ? undefined : whole(initSection([track])));
    });
  }

  /** It may still be read. Undefined when the film has no such segment, or no such lane. Throws FilmError. */
  segment(version: FilmVersion, lane: LaneName, number: number): Promise<Segment | undefined> {
    return this.#once(version, `${lane}-${number}`, async (film) => {
      const track = trackOf(film, lane);
      const reel = await film.reel(lane, number);
      if (track === undefined || reel === undefined) return undefined;
      const { samples } = reel;
      const head = fragmentHead(number + 1, [{ track: 1, kind: lane, samples, ahead: track.ahead }]);
      return filling(head, reel);
    });
  }

  /** The same segment as MPEG-TS, pictures and sound together. Throws FilmError, also for codecs that MPEG-TS does not carry here. */
  transport(version: FilmVersion, number: number): Promise<Segment | undefined> {
    return this.#once(version, `ts-${number}`, async (film) => {
      if (number >= film.segments) return undefined;
      const mux = transportOf(film);
      const lanes = [
        { kind: "video", timescale: film.video?.track.timescale ?? 1, samples: await film.pictures(number) },
        { kind: "audio", timescale: film.audio?.track.timescale ?? 1, samples: await film.sound(number) },
      ] as const;
      return whole(mux.segment(lanes));
    });
  }

  #once(
    version: FilmVersion,
    what: string,
    make: (film: Film) => Promise<Made | undefined>,
  ): Promise<Segment | undefined> {
    const name = `${version.path}\0${version.tag}\0${what}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return Promise.resolve(kept.segment);
    const before = this.#making.get(name);
    if (before !== undefined) return before;
    const making = new Promise<Segment | undefined>((resolve, reject) => {
      this.#shelf
        .with(version, async (film) => {
          const made = await make(film);
          resolve(made?.segment);
          // Until then the film stays open; a failure is told to those who read.
          await made?.filled;
          if (made !== undefined)
            this.#kept.set(name, { octets: made.segment.octets.length, segment: made.segment });
        })
        .catch(reject)
        .finally(() => this.#making.delete(name));
    });
    this.#making.set(name, making);
    return making;
  }
}

function whole(octets: Uint8Array): Made {
  return { segment: new Segment(octets) };
}

/** Samples behind their head: handed out while they are read. */
function filling(head: Uint8Array, { size, fill }: Reel): Made {
  // Not zeroed: nobody is given what is not there yet.
  const octets = Buffer.allocUnsafeSlow(head.length + size);
  octets.set(head);
  const segment = new Segment(octets, head.length);
  const filled = fill(octets.subarray(head.length), (there) => segment.reach(head.length + there));
  filled.catch((error: unknown) => segment.fail(error));
  return { segment, filled };
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
