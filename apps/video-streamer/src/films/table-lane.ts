/** A track of an MP4 by its sample table: no more of the file is read than the samples asked for. */
import type { Sample, SampleTable, Shown, Track } from "@socketscope/media";
import { FilmError } from "./film-error.ts";
import { lasting, type Lane, type Weight } from "./lane.ts";
import type { MovieFile } from "./movie-file.ts";

/** Octets between two samples that are read along rather than read around: the sound between two pictures. */
const GAP = 128 * 1024;
/** Samples around one among which the next one shown is looked for: H.264 and H.265 put off 16 pictures at most. */
const REORDERED = 32;

export interface TableLaneParts<Kind extends Track> {
  readonly track: Kind;
  /** In ticks of `track`. */
  readonly table: SampleTable;
  readonly file: MovieFile;
  /** Octets that are read of it at a time, at most. */
  readonly most: number;
}

export class TableLane<Kind extends Track = Track> implements Lane<Kind> {
  readonly track: Kind;
  readonly #table: SampleTable;
  readonly #file: MovieFile;
  readonly #most: number;
  #origin = 0;

  constructor({ track, table, file, most }: TableLaneParts<Kind>) {
    this.track = track;
    this.#table = table;
    this.#file = file;
    this.#most = most;
  }

  firstTimestamp(): Promise<number> {
    return Promise.resolve(this.#shownAt(0) / this.track.timescale);
  }

  endTimestamp(): Promise<number> {
    return Promise.resolve(this.#table.end / this.track.timescale);
  }

  beginAt(seconds: number): void {
    this.#origin = Math.round(seconds * this.track.timescale);
  }

  ticks(timestamp: number): number {
    return Math.round(timestamp * this.track.timescale) - this.#origin;
  }

  keyTimes(): Promise<number[]> {
    const times: number[] = [];
    for (let i = 0; i < this.#keyCount; i++) times.push(this.#shownAt(this.#key(i)) / this.track.timescale);
    return Promise.resolve(times);
  }

  group(from: number, to: number | undefined): Promise<Shown[]> {
    const end = to === undefined ? this.#table.count : this.#keyAt(to);
    return this.#read(this.#keyAt(from), end);
  }

  async between(from: number, to: number): Promise<Sample[]> {
    const shown = await this.#read(this.#firstFrom(from), this.#firstFrom(to));
    return lasting(shown.map((one) => ({ ...one, key: true, dts: one.pts })));
  }

  weigh(cuts: readonly number[]): Promise<Weight[]> {
    const weights: Weight[] = cuts.slice(1).map(() => ({ octets: 0, count: 0, first: undefined }));
    let stretch = 0;
    let key = 0;
    for (let i = 0; i < this.#table.count; i++) {
      const pts = this.#shownAt(i) - this.#origin;
      // Pictures are in decode order: only one that begins a group begins a stretch.
      if (this.#key(key) === i) {
        key++;
        while (pts >= (cuts[stretch + 1] ?? Infinity)) stretch++;
      }
      const weight = weights[stretch];
      if (weight === undefined || pts < (cuts[0] ?? 0)) continue;
      if (weight.count === 0) weight.first = this.#table.sizes[i];
      weight.octets += this.#table.sizes[i] ?? 0;
      weight.count++;
    }
    return Promise.resolve(weights);
  }

  #shownAt(sample: number): number {
    return this.#table.shown[sample] ?? 0;
  }

  get #keyCount(): number {
    return this.#table.keys?.length ?? this.#table.count;
  }

  /** The number of a key sample; -1 behind the last one. */
  #key(index: number): number {
    return this.#table.keys === undefined ? index : (this.#table.keys[index] ?? -1);
  }

  #isKey(sample: number): boolean {
    return this.#key(firstWhere(this.#keyCount, (index) => this.#key(index) >= sample)) === sample;
  }

  /** The key sample that is shown at `seconds`, or the last one before. */
  #keyAt(seconds: number): number {
    const at = Math.round(seconds * this.track.timescale);
    const after = firstWhere(this.#keyCount, (index) => this.#shownAt(this.#key(index)) > at);
    return this.#key(Math.max(0, after - 1));
  }

  #firstFrom(ticks: number): number {
    return firstWhere(this.#table.count, (sample) => this.#shownAt(sample) - this.#origin >= ticks);
  }

  /** The samples of those numbers, in decode order. Throws FilmError. */
  async #read(first: number, end: number): Promise<Shown[]> {
    const { sizes, offsets } = this.#table;
    const shown: Shown[] = [];
    let left = this.#most;
    for (let begin = first; begin < end;) {
      const from = offsets[begin] ?? 0;
      let to = from;
      let next = begin;
      while (next < end) {
        const at = offsets[next] ?? 0;
        if (at < to || at - to > GAP) break;
        to = at + (sizes[next++] ?? 0);
      }
      left -= to - from;
      if (left < 0)
        throw new FilmError("FILM_UNREADABLE", `a segment of it has more than ${this.#most} octets`);
      const octets = await this.#file.read(from, to - from);
      for (; begin < next; begin++) {
        const at = (offsets[begin] ?? 0) - from;
        shown.push(this.#sample(begin, octets.subarray(at, at + (sizes[begin] ?? 0))));
      }
    }
    return shown;
  }

  #sample(sample: number, data: Uint8Array): Shown {
    return {
      data,
      pts: this.#shownAt(sample) - this.#origin,
      duration: Math.max(1, this.#durationOf(sample)),
      key: this.#isKey(sample),
    };
  }

  /** Until the next one is shown. */
  #durationOf(sample: number): number {
    const { count, end } = this.#table;
    const at = this.#shownAt(sample);
    let next = end;
    for (let i = Math.max(0, sample - REORDERED); i < Math.min(count, sample + REORDERED); i++) {
      const other = this.#shownAt(i);
      if (other > at && other < next) next = other;
    }
    return next - at;
  }
}

/** The first of `count` numbers for which it is so, where it stays so; `count` when there is none. */
function firstWhere(count: number, isSo: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isSo(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
