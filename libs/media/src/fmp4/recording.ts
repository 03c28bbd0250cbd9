/**
 * A film that is written while it comes: fragments, so that it can be read as far as it goes whatever happens, and at
 * the end an index of all samples behind them, with which the fragments' heads are hidden in one great mdat: from then
 * on it is a film like others, that seeks at once.
 */
import { LocalError } from "@socketscope/wire";
import type { Track } from "../sample.ts";
import { fullBox, joined, u32 } from "./box.ts";
import { fragment, fragmentOverhead, type TrackRun } from "./fragment.ts";
import { initSection, wholeMovie } from "./init.ts";

/** What ends a film: octets to be appended, and then, when they are safe, those that take the place of others. */
export interface RecordingEnd {
  readonly append: Uint8Array;
  readonly patch: { readonly at: number; readonly octets: Uint8Array };
}

/** ISO/IEC 14496-12 §4.2: size 1, type, and a size of 64 bits. */
const LARGE_HEAD = 16;

export class RecordingWriter {
  /** What the file begins with. */
  readonly head: Uint8Array;
  readonly #lanes: readonly LaneTables[];
  /** Where moov begins, which the mdat will. */
  readonly #hidden: number;
  #length: number;
  #sequence = 0;

  /** Of each track the times of its samples count from the film's beginning. */
  constructor(tracks: readonly Track[]) {
    this.head = initSection(tracks);
    this.#length = this.head.length;
    this.#hidden = new DataView(this.head.buffer, this.head.byteOffset).getUint32(0);
    this.#lanes = tracks.map((track) => new LaneTables(track));
  }

  /** Octets so far. */
  get length(): number {
    return this.#length;
  }

  /** Octets to be appended. `runs`: by track, from 1 on; empty ones are left out. */
  add(runs: readonly TrackRun[]): Uint8Array {
    const full = runs.filter(({ samples }) => samples.length > 0);
    let at =
      this.#length + fragmentOverhead(full.map(({ kind, samples }) => ({ kind, count: samples.length })));
    for (const run of full) {
      const lane = this.#lanes[run.track - 1];
      if (lane === undefined) throw new LocalError("MEDIA_TRACK", `there is no track ${run.track}`);
      lane.add(run, at);
      at += run.samples.reduce((sum, { data }) => sum + data.length, 0);
    }
    const octets = fragment(++this.#sequence, full);
    this.#length += octets.length;
    return octets;
  }

  end(): RecordingEnd {
    const append = wholeMovie(this.#lanes.map((lane) => lane.tables()));
    const octets = new Uint8Array(LARGE_HEAD);
    const view = new DataView(octets.buffer);
    const size = this.#length - this.#hidden;
    view.setUint32(0, 1);
    view.setUint32(4, 0x6d64_6174); // "mdat"
    view.setUint32(8, Math.floor(size / 2 ** 32));
    view.setUint32(12, size % 2 ** 32);
    return { append, patch: { at: this.#hidden, octets } };
  }
}

/** Numbers of 32 bits, more and more of them. */
class Column {
  #values = new Uint32Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const roomier = new Uint32Array(2 * this.#values.length);
      roomier.set(this.#values);
      this.#values = roomier;
    }
    this.#values[this.length++] = value;
  }

  /** Adds to the value that many from the end. */
  increase(fromEnd: number, by: number): void {
    const at = this.length - fromEnd;
    this.#values[at] = (this.#values[at] ?? 0) + by;
  }

  octets(): Uint8Array {
    const octets = new Uint8Array(4 * this.length);
    const view = new DataView(octets.buffer);
    for (let i = 0; i < this.length; i++) view.setUint32(4 * i, this.#values[i] ?? 0);
    return octets;
  }
}

/** Pairs of a count and what so many samples have in common. */
class Runs {
  readonly column = new Column();
  #last: number | undefined;

  push(value: number): void {
    if (value === this.#last) {
      this.column.increase(2, 1);
      return;
    }
    this.#last = value;
    this.column.push(1);
    this.column.push(value);
  }
}

class LaneTables {
  readonly #track: Track;
  readonly #durations = new Runs();
  readonly #offsets = new Runs();
  readonly #sizes = new Column();
  readonly #keys = new Column();
  /** First chunk, samples in it, what describes them: where the number of samples changes. */
  readonly #chunkRuns = new Column();
  /** Two words each. */
  readonly #chunks = new Column();
  #perChunk = 0;
  #first: number | undefined;
  #duration = 0;

  constructor(track: Track) {
    this.#track = track;
  }

  /** One chunk: the samples stand one behind the other from `at` on. */
  add({ samples }: TrackRun, at: number): void {
    this.#chunks.push(Math.floor(at / 2 ** 32));
    this.#chunks.push(at % 2 ** 32);
    if (samples.length !== this.#perChunk) {
      this.#perChunk = samples.length;
      for (const value of [this.#chunks.length / 2, samples.length, 1]) this.#chunkRuns.push(value);
    }
    for (const { data, duration, pts, dts, key } of samples) {
      this.#first ??= dts + this.#track.ahead;
      this.#durations.push(duration);
      this.#offsets.push(pts - dts);
      this.#sizes.push(data.length);
      if (key) this.#keys.push(this.#sizes.length);
      this.#duration += duration;
    }
  }

  tables(): { track: Track; tables: { duration: number; delay: number; boxes: Uint8Array[] } } {
    const video = this.#track.kind === "video";
    const table = (type: string, column: Column, width: number, version = 0): Uint8Array =>
      fullBox(type, version, 0, joined([u32(column.length / width), column.octets()]));
    const boxes = [
      table("stts", this.#durations.column, 2),
      // §8.6.1.3: version 1 lets pictures be shown before they would be decoded, by which they are late.
      ...(video ? [table("ctts", this.#offsets.column, 2, 1), table("stss", this.#keys, 1)] : []),
      table("stsc", this.#chunkRuns, 3),
      fullBox("stsz", 0, 0, joined([u32(0, this.#sizes.length), this.#sizes.octets()])),
      table("co64", this.#chunks, 2),
    ];
    return {
      track: this.#track,
      tables: { duration: this.#duration, delay: Math.max(0, this.#first ?? 0), boxes },
    };
  }
}
