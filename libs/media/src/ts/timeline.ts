/** From times of 33 bits to samples that last until the next one begins; tells where times do not go on. */
import type { Sample } from "../sample.ts";
import { unrolled } from "./clock.ts";

/** The 33 bits of all streams of a program, counted on from one zero: the first time that is seen. */
export class ProgramClock {
  #near: number | undefined;

  /** Ticks of 90 kHz; never wraps. */
  unroll(wire: number): number {
    this.#near = this.#near === undefined ? wire : unrolled(wire, this.#near);
    return this.#near;
  }
}

export interface Lasting {
  readonly sample: Sample;
  /** Its time does not go on from the sample before. */
  readonly jumped: boolean;
}

/** Holds one sample back until it is known how long it lasts. */
export class Timeline {
  readonly #gap: number;
  #held: { readonly sample: Sample; readonly jumped: boolean } | undefined;
  #usual: number;

  /** In ticks: the longest that a sample may last, and how long the first one does when no other follows. */
  constructor(gap: number, usual: number) {
    this.#gap = gap;
    this.#usual = usual;
  }

  /** Ticks that the last sample took. */
  get usual(): number {
    return this.#usual;
  }

  /** The sample before, now that its successor is known. */
  push(next: Omit<Sample, "duration">): Lasting | undefined {
    const held = this.#held;
    const between = held === undefined ? 0 : next.dts - held.sample.dts;
    const jumped = held !== undefined && !(between > 0 && between <= this.#gap);
    this.#held = { sample: { ...next, duration: this.#usual }, jumped };
    if (held === undefined) return undefined;
    if (!jumped) this.#usual = between;
    return { sample: { ...held.sample, duration: this.#usual }, jumped: held.jumped };
  }

  end(): Lasting | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held && { sample: { ...held.sample, duration: this.#usual }, jumped: held.jumped };
  }
}
