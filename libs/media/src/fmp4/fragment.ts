/** Fragments: moof and mdat (ISO/IEC 14496-12 §8.8; CMAF: ISO/IEC 23000-19 §7.5). */
import { writeLatin1 } from "@socketscope/wire";
import type { Outline, Sample } from "../sample.ts";

interface Run<Kind> {
  /** As in the initialization section: from 1 on. */
  readonly track: number;
  readonly kind: "video" | "audio";
  readonly samples: readonly Kind[];
  /** The `ahead` of the track. */
  readonly ahead: number;
}

/** What one track brings to a fragment. */
export type TrackRun = Run<Sample>;

/** The same, before its octets are there. */
export type OutlineRun = Run<Outline>;

/** ISO/IEC 14496-12 §8.8.3.1: an I picture, or one that depends on others. */
const SYNC = 0x0200_0000;
const NOT_SYNC = 0x0101_0000;

const MOOF = 8 + 16;
/** traf, tfhd with default flags, tfdt with 64 bits, trun up to its table. */
const TRAF = 8 + 20 + 20 + 20;
const MDAT = 8;
/** Octets a sample takes in its trun: duration, size; for pictures flags and composition offset too. */
const ROW = { video: 16, audio: 8 } as const;

/** Octets that a fragment adds to those of its samples. */
export function fragmentOverhead(runs: readonly { kind: "video" | "audio"; count: number }[]): number {
  return MOOF + MDAT + runs.reduce((sum, { kind, count }) => sum + TRAF + ROW[kind] * count, 0);
}

/** `sequence` counts fragments from 1 on (§8.8.5). Runs without samples are left out. */
export function fragment(sequence: number, runs: readonly TrackRun[]): Uint8Array {
  const outlines = runs.map((run) => ({
    ...run,
    samples: run.samples.map(({ data, ...rest }) => ({ ...rest, size: data.length })),
  }));
  const head = fragmentHead(sequence, outlines);
  const octets = new Uint8Array(head.length + outlines.reduce((sum, run) => sum + octetsOf(run), 0));
  octets.set(head);
  let at = head.length;
  for (const { samples } of runs)
    for (const { data } of samples) {
      octets.set(data, at);
      at += data.length;
    }
  return octets;
}

/** All of a fragment before the first octet of a sample; those of all runs follow, one behind the other. */
export function fragmentHead(sequence: number, runs: readonly OutlineRun[]): Uint8Array {
  const full = runs.filter(({ samples }) => samples.length > 0);
  const overhead = fragmentOverhead(full.map(({ kind, samples }) => ({ kind, count: samples.length })));
  const content = full.reduce((sum, run) => sum + octetsOf(run), 0);
  const octets = new Uint8Array(overhead);
  const writer = new Writer(octets);
  const moof = overhead - MDAT;
  writer.box(moof, "moof");
  writer.box(16, "mfhd").words(0, sequence);
  let data = overhead;
  for (const run of full) {
    writeTrack(writer, run, data);
    data += octetsOf(run);
  }
  writer.box(MDAT + content, "mdat");
  return octets;
}

function writeTrack(writer: Writer, { track, kind, samples, ahead }: OutlineRun, dataOffset: number): void {
  const trun = 20 + ROW[kind] * samples.length;
  writer.box(8 + 20 + 20 + trun, "traf");
  // §8.8.7: offsets count from the moof (0x020000); flags for who has none of his own (0x20).
  writer.box(20, "tfhd").words(0x02_0020, track, SYNC);
  writer
    .box(20, "tfdt")
    .words(0x0100_0000)
    .long((samples[0]?.dts ?? 0) + ahead);
  // §8.8.8: data offset, then for each sample its duration and size; pictures their flags and composition offset,
  // which version 1 lets be negative.
  writer.box(trun, "trun").words(kind === "video" ? 0x0100_0f01 : 0x0100_0301, samples.length, dataOffset);
  for (const { duration, size, key, pts, dts } of samples) {
    writer.words(duration, size);
    if (kind === "video") writer.words(key ? SYNC : NOT_SYNC, pts - dts);
  }
}

function octetsOf({ samples }: OutlineRun): number {
  return samples.reduce((sum, { size }) => sum + size, 0);
}

class Writer {
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#view = new DataView(octets.buffer);
  }

  box(size: number, type: string): this {
    this.words(size);
    this.#at = writeLatin1(type, this.#octets, this.#at);
    return this;
  }

  /** Of 32 bits; negative ones as two's complement. */
  words(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value);
      this.#at += 4;
    }
    return this;
  }

  /** Of 64 bits, up to 2^53. */
  long(value: number): this {
    return this.words(Math.floor(value / 0x1_0000_0000), value % 0x1_0000_0000);
  }
}
