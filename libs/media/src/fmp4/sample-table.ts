/**
 * The samples of a track that is whole in one file (ISO/IEC 14496-12 §8.6, §8.7): where each one lies and when it is
 * shown, in typed arrays: some 20 octets a sample. Left out: sizes in half octets (stz2), tracks that change their
 * codec on the way.
 */
import { MediaError } from "../error.ts";
import { find, fullBoxReader, need, type BoxReader, type ReadBox } from "./read-box.ts";

/** In the order of decoding. */
export interface SampleTable {
  readonly count: number;
  /** Octets. */
  readonly sizes: Uint32Array;
  /** Where each begins in the file. */
  readonly offsets: Float64Array;
  /** When each is shown, in ticks. */
  readonly shown: Float64Array;
  /** The numbers of those at which decoding can begin, ascending. Undefined: all. */
  readonly keys: Uint32Array | undefined;
  /** When the one that is shown last is over, in ticks. */
  readonly end: number;
}

/** `stbl`: the boxes in it. `start`: ticks that are taken from every time. Throws {@link MediaError}. */
export function readSampleTable(stbl: readonly ReadBox[], start: number, mostSamples: number): SampleTable {
  const sizes = readSizes(need(stbl, "stsz"), mostSamples);
  const count = sizes.length;
  const offsets = readOffsets(stbl, sizes);
  const shown = new Float64Array(count);
  const stts = need(stbl, "stts");
  let time = -start;
  eachRun(stts, count, (delta, at) => {
    shown[at] = time;
    time += delta;
  });
  const ctts = find(stbl, "ctts");
  // §8.6.1.3.1: version 0 says it without a sign, and is read with one all the same: nobody is 2^31 ticks behind.
  if (ctts !== undefined) eachRun(ctts, count, (offset, at) => (shown[at] = (shown[at] ?? 0) + (offset | 0)));
  const stss = find(stbl, "stss");
  return {
    count,
    sizes,
    offsets,
    shown,
    keys: stss === undefined ? undefined : readKeys(stss, count),
    end: endOf(stts, shown),
  };
}

/** §8.7.3.2. */
function readSizes(stsz: Uint8Array, most: number): Uint32Array {
  const { fields } = fullBoxReader(stsz);
  const each = fields.u32();
  const count = fields.u32();
  if (count > most) throw new MediaError("MEDIA_LIMIT", `a track of ${count} samples: ${most} are read`);
  if (each > 0) return new Uint32Array(count).fill(each);
  return readWords(fields, count);
}

/** §8.7.4, §8.7.5: samples lie one behind the other in chunks. */
function readOffsets(stbl: readonly ReadBox[], sizes: Uint32Array): Float64Array {
  const offsets = new Float64Array(sizes.length);
  const stco = find(stbl, "stco");
  const { fields: places } = fullBoxReader(stco ?? need(stbl, "co64"));
  const { fields: runs } = fullBoxReader(need(stbl, "stsc"));
  let runsLeft = runs.u32();
  let perChunk = 0;
  /** The chunk from which on the next run counts: from 1 on. */
  let nextRun = runsLeft > 0 ? runs.u32() : Infinity;
  let sample = 0;
  const chunks = places.u32();
  for (let chunk = 1; chunk <= chunks && sample < sizes.length; chunk++) {
    if (chunk === nextRun) {
      perChunk = runs.u32();
      // §8.5.2: another sample entry would be another codec.
      if (runs.u32() !== 1) throw new MediaError("MEDIA_CODEC", "a track that changes its codec on the way");
      nextRun = --runsLeft > 0 ? runs.u32() : Infinity;
    }
    let at = stco === undefined ? places.u64() : places.u32();
    for (let i = 0; i < perChunk && sample < sizes.length; i++) {
      offsets[sample] = at;
      at += sizes[sample++] ?? 0;
    }
  }
  if (sample < sizes.length) throw new MediaError("MEDIA_BROKEN", "samples that lie in no chunk");
  return offsets;
}

/** §8.6.1.2.2, §8.6.1.3.2: a value for so many samples, and so on. Throws when it is not said for all. */
function eachRun(content: Uint8Array, count: number, take: (value: number, sample: number) => void): void {
  const { fields } = fullBoxReader(content);
  let sample = 0;
  for (let runs = fields.u32(); runs > 0 && sample < count; runs--) {
    const until = Math.min(count, sample + fields.u32());
    const value = fields.u32();
    while (sample < until) take(value, sample++);
  }
  if (sample < count)
    throw new MediaError("MEDIA_BROKEN", "samples of which nobody says when they are shown");
}

/** §8.6.2: counted from 1 on; here from 0. */
function readKeys(stss: Uint8Array, count: number): Uint32Array {
  const { fields } = fullBoxReader(stss);
  const keys = readWords(fields, fields.u32()).map((number) => number - 1);
  let last = -1;
  for (const key of keys) {
    // 0 - 1 has become 2^32 - 1.
    if (key <= last || key >= count) throw new MediaError("MEDIA_BROKEN", "key pictures out of order");
    last = key;
  }
  // Where the first picture is not marked as one, it was forgotten: nothing comes before it.
  return keys[0] === 0 ? keys : Uint32Array.of(0, ...keys);
}

function readWords(fields: BoxReader, count: number): Uint32Array {
  const octets = fields.octets(4 * count);
  const view = new DataView(octets.buffer, octets.byteOffset);
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = view.getUint32(4 * i);
  return words;
}

function endOf(stts: Uint8Array, shown: Float64Array): number {
  let last = 0;
  for (let i = 1; i < shown.length; i++) if ((shown[i] ?? 0) > (shown[last] ?? 0)) last = i;
  let end = shown[last] ?? 0;
  eachRun(stts, shown.length, (delta, sample) => {
    if (sample === last) end += delta;
  });
  return end;
}
