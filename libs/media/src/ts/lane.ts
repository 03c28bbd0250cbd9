/** Samples of both kinds in the order in which they are sent. */
import type { Sample } from "../sample.ts";
import { TS_TIMESCALE } from "./clock.ts";

/** One track's samples, in the order of decoding. */
export interface TsLane {
  readonly kind: "video" | "audio";
  /** Ticks a second of its samples' times. */
  readonly timescale: number;
  readonly samples: readonly Sample[];
}

/** What shares a PES packet: one picture, or some frames of sound. */
export interface SendUnit {
  readonly kind: "video" | "audio";
  readonly samples: readonly Sample[];
  /** Of the first sample, in ticks of 90 kHz; not wrapped. */
  readonly pts: number;
  readonly dts: number;
}

/** By decode time; `frames` of sound at most in one unit, and none held back for longer than they last. */
export function sendOrder(lanes: readonly TsLane[], frames: number): SendUnit[] {
  const units = lanes.flatMap(({ kind, timescale, samples }) => {
    const ticks = (time: number): number => Math.round((time * TS_TIMESCALE) / timescale);
    const size = kind === "video" ? 1 : frames;
    const own: SendUnit[] = [];
    for (let at = 0; at < samples.length;) {
      const first = samples[at];
      if (first === undefined) break;
      let to = at + 1;
      // Frames that do not follow each other need times of their own.
      while (to < at + size && to < samples.length && goesOn(samples[to - 1], samples[to])) to++;
      own.push({ kind, samples: samples.slice(at, to), pts: ticks(first.pts), dts: ticks(first.dts) });
      at = to;
    }
    return own;
  });
  return units.toSorted((a, b) => a.dts - b.dts);
}

function goesOn(one: Sample | undefined, next: Sample | undefined): boolean {
  return one !== undefined && next !== undefined && Math.abs(one.pts + one.duration - next.pts) <= 1;
}
