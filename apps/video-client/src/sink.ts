/** Where what comes goes: nowhere, or into one stream, in which pictures and sound that came apart are together again. */
import {
  Fmp4Reader,
  fragment,
  initSection,
  type Fmp4Event,
  type Sample,
  type Track,
} from "@socketscope/media";

export interface Output {
  /** Resolves when more may come. */
  write(octets: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** `lane` counts from 0: the pictures, or all there is; 1: the sound that comes apart. */
export interface Sink {
  /** In the order of the film. */
  take(lane: number, octets: Uint8Array): Promise<void>;
}

export const NOWHERE: Sink = { take: () => Promise.resolve() };

/** `lanes`: how many there are. */
export function sinkInto(output: Output, lanes: number): Sink {
  return lanes === 1 ? { take: (_lane, octets) => output.write(octets) } : new Together(output, lanes);
}

interface Lane {
  readonly reader: Fmp4Reader;
  track: Track | undefined;
  /** What came before all tracks were known. */
  held: Sample[];
  /** Ticks that bring its times to those of what came before, where they begin anew. */
  offset: number;
  end: number;
}

/** Fragments of one track each, one behind the other in one file. */
class Together implements Sink {
  readonly #output: Output;
  readonly #lanes: Lane[];
  #begun = false;
  #sequence = 0;

  constructor(output: Output, lanes: number) {
    this.#output = output;
    this.#lanes = Array.from({ length: lanes }, () => ({
      reader: new Fmp4Reader(),
      track: undefined,
      held: [],
      offset: 0,
      end: 0,
    }));
  }

  async take(index: number, octets: Uint8Array): Promise<void> {
    const lane = this.#lanes[index];
    if (lane === undefined) return;
    for (const event of lane.reader.push(octets)) this.#heed(lane, event);
    const tracks = this.#lanes.flatMap(({ track }) => track ?? []);
    if (!this.#begun && tracks.length === this.#lanes.length) {
      this.#begun = true;
      await this.#output.write(initSection(tracks));
    }
    if (!this.#begun) return;
    for (const [i, { track, held }] of this.#lanes.entries()) {
      if (track === undefined || held.length === 0) continue;
      const run = { track: i + 1, kind: track.kind, samples: held.splice(0), ahead: track.ahead };
      await this.#output.write(fragment(++this.#sequence, [run]));
    }
  }

  #heed(lane: Lane, event: Fmp4Event): void {
    if (event.type === "track") {
      // One file has one beginning: a change of size or codec further on is not carried.
      lane.track ??= event.track;
      return;
    }
    const { sample } = event;
    if (lane.track !== undefined && !this.#begun && lane.held.length === 0)
      lane.track = { ...lane.track, ahead: Math.max(0, sample.pts - sample.dts) };
    if (sample.dts + lane.offset < lane.end - (lane.track?.timescale ?? 1))
      lane.offset = lane.end - sample.dts;
    const dts = sample.dts + lane.offset;
    lane.held.push({ ...sample, dts, pts: sample.pts + lane.offset });
    lane.end = dts + sample.duration;
  }
}
