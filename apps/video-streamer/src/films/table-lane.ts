/** A track of an MP4 by its sample table: no more of the file is read than the samples asked for. */
import type { SampleTable, Track } from "@socketscope/media";
import { FilmError } from "./film-error.ts";
import { asShown, type Lane, type Weight } from "./lane.ts";
import type { MovieFile } from "./movie-file.ts";
import { sizeOf, type Reel, type ShownOutline } from "./reel.ts";

/** Octets between two samples that are read along rather than read around: the sound between two pictures. */
const GAP = 128 * 1024;
/** Such octets, of whatever film: nobody looks at them. */
const PASSED_OVER = Buffer.allocUnsafeSlow(GAP);
/** Octets after which a read ends, so that who waits for them has them soon. */
const READ = 512 * 1024;
/** Places that one read fills. POSIX readv(): no less than 16, and on Linux and macOS no more than 1,024. */
const PLACES = 512;
/** Samples around one among which the next one shown is looked for: H.264 and H.265 put off 16 pictures at most. */
const REORDERED = 32;

export interface TableLaneParts<Kind extends Track> {
  readonly track: Kind;
  /** In ticks of `track`. */
  readonly table: SampleTable;
  readonly file: MovieFile;
  /** Octets of a segment, at most. */
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

  async group(from: number, to: number | undefined): Promise<Reel<ShownOutline>> {
    const end = to === undefined ? this.#table.count : this.#keyAt(to);
    return this.#reel(this.#keyAt(from), end);
  }

  async between(from: number, to: number): Promise<Reel> {
    return asShown(this.#reel(this.#firstFrom(from), this.#firstFrom(to)));
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
      if (weight.count === 0) weight.first = this.#size(i);
      weight.octets += this.#size(i);
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

  /** The samples of those numbers. Throws FilmError. */
  #reel(first: number, end: number): Reel<ShownOutline> {
    const samples: ShownOutline[] = [];
    for (let sample = first; sample < end; sample++) samples.push(this.#sample(sample));
    const size = sizeOf(samples);
    if (size > this.#most)
      throw new FilmError("FILM_UNREADABLE", `a segment of it has more than ${this.#most} octets`);
    for (let sample = first; sample < end; sample++) this.#file.check(this.#endOf(sample));
    return { samples, size, fill: (target, filled) => this.#fill(first, end, target, filled) };
  }

  async #fill(
    first: number,
    end: number,
    target: Uint8Array,
    filled?: (octets: number) => void,
  ): Promise<void> {
    let at = 0;
    /** One read goes on while the next one begins: new memory is handed out slowly, and to two faster than to one. */
    let reading = Promise.resolve();
    for (let begin = first; begin < end;) {
      const { next, places, octets } = this.#stretch(begin, end, target.subarray(at));
      const read = this.#file.readInto(places, this.#offset(begin));
      // Its failure is told when its turn comes.
      read.catch(() => undefined);
      await reading;
      filled?.(at);
      reading = read;
      begin = next;
      at += octets;
    }
    await reading;
    filled?.(at);
  }

  /** What one read fetches: the samples from `begin` up to `next`, and where its octets go. */
  #stretch(
    begin: number,
    end: number,
    target: Uint8Array,
  ): { next: number; places: Uint8Array[]; octets: number } {
    const places: Uint8Array[] = [];
    let octets = 0;
    /** Where in `target` the samples begin that lie one behind the other. */
    let run = 0;
    let next = begin;
    while (next < end && octets < READ && places.length < PLACES) {
      const gap = next === begin ? 0 : this.#offset(next) - this.#endOf(next - 1);
      if (gap < 0 || gap > GAP) break;
      if (gap > 0) {
        places.push(target.subarray(run, octets), PASSED_OVER.subarray(0, gap));
        run = octets;
      }
      octets += this.#size(next++);
    }
    places.push(target.subarray(run, octets));
    return { next, places, octets };
  }

  #size(sample: number): number {
    return this.#table.sizes[sample] ?? 0;
  }

  #offset(sample: number): number {
    return this.#table.offsets[sample] ?? 0;
  }

  #endOf(sample: number): number {
    return this.#offset(sample) + this.#size(sample);
  }

  #sample(sample: number): ShownOutline {
    return {
      size: this.#size(sample),
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
