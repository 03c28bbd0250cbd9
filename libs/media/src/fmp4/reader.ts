/**
 * Fragmented MP4 as it comes (ISO/IEC 14496-12 §8.8): octets in any pieces, out come tracks and samples. Another moov
 * on the way begins anew. MP4 that is no stream (samples told of in moov) is refused.
 */
import { decodeLatin1 } from "@socketscope/wire";
import { MediaError } from "../error.ts";
import type { Sample, Track } from "../sample.ts";
import { joined } from "./box.ts";
import { printable } from "./read-box.ts";
import { readFragment } from "./read-fragment.ts";
import { readMovie, type MovieTrack } from "./read-movie.ts";

export type Fmp4Event =
  /** Before its samples; again when the stream begins anew. */
  | { readonly type: "track"; readonly id: number; readonly track: Track }
  /** In the order of decoding of its track. */
  | { readonly type: "sample"; readonly id: number; readonly sample: Sample };

export interface Fmp4Limits {
  /** Octets of moov, and of moof. Default 1 MiB. */
  readonly head: number;
  /** Octets of mdat. Default 32 MiB. */
  readonly data: number;
  /** Samples of one fragment. Default 20,000. */
  readonly samples: number;
}

export const FMP4_LIMITS: Fmp4Limits = { head: 1024 * 1024, data: 32 * 1024 * 1024, samples: 20_000 };

/** Boxes that are read; others are passed over. */
const READ = new Set(["moov", "moof", "mdat"]);
/** Boxes that an MP4 may begin with. */
const FIRST = new Set(["ftyp", "styp", "moov", "free", "skip", "sidx", "emsg", "prft", "uuid"]);

interface OpenBox {
  readonly type: string;
  /** Where it begins in the stream. */
  readonly from: number;
  readonly head: number;
  /** Octets of content. */
  readonly length: number;
}

export class Fmp4Reader {
  readonly #limits: Fmp4Limits;
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Octets of the stream before what is held. */
  #at = 0;
  #box: OpenBox | undefined;
  /** Octets to be passed over. */
  #skip = 0;
  #tracks: readonly MovieTrack[] = [];
  #moof: { readonly octets: Uint8Array; readonly from: number } | undefined;
  readonly #ends = new Map<number, number>();

  constructor(limits: Partial<Fmp4Limits> = {}) {
    this.#limits = { ...FMP4_LIMITS, ...limits };
  }

  /** The octets are kept as views. Throws {@link MediaError}; nothing can be read after that. */
  push(octets: Uint8Array): Fmp4Event[] {
    if (octets.length > 0) this.#pieces.push(octets);
    this.#held += octets.length;
    const events: Fmp4Event[] = [];
    for (;;) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, this.#held);
        this.#take(skipped);
        this.#skip -= skipped;
        if (this.#skip > 0) return events;
      }
      this.#box ??= this.#begin();
      if (this.#box === undefined) return events;
      const { type, length } = this.#box;
      if (!READ.has(type)) {
        this.#skip = length;
      } else {
        if (this.#held < length) return events;
        events.push(...this.#read(this.#box, this.#take(length)));
      }
      this.#box = undefined;
    }
  }

  /** True when the stream may end here: between two boxes. */
  get whole(): boolean {
    return this.#held === 0 && this.#box === undefined && this.#skip === 0;
  }

  /** §4.2: the head of the next box, once it is there. */
  #begin(): OpenBox | undefined {
    const from = this.#at;
    const small = this.#peek(8);
    if (small === undefined) return undefined;
    const type = decodeLatin1(small.subarray(4));
    if (from === 0 && !FIRST.has(type)) throw new MediaError("MEDIA_BROKEN", "this is no MP4");
    let head = 8;
    let size = new DataView(small.buffer, small.byteOffset).getUint32(0);
    if (size === 1) {
      const large = this.#peek(16);
      if (large === undefined) return undefined;
      const words = new DataView(large.buffer, large.byteOffset);
      head = 16;
      size = words.getUint32(8) * 0x1_0000_0000 + words.getUint32(12);
    }
    if (size < head) throw new MediaError("MEDIA_BROKEN", `a box ${printable(type)} of ${size} octets`);
    const most = type === "mdat" ? this.#limits.data : this.#limits.head;
    if (READ.has(type) && size - head > most)
      throw new MediaError("MEDIA_LIMIT", `a box ${printable(type)} of ${size} octets: ${most} are read`);
    this.#take(head);
    return { type, from, head, length: size - head };
  }

  #read({ type, from, head }: OpenBox, content: Uint8Array): Fmp4Event[] {
    if (type === "moov") {
      this.#tracks = readMovie(content);
      this.#ends.clear();
      return this.#tracks.flatMap(({ id, track }) =>
        track === undefined ? [] : [{ type: "track", id, track } as const],
      );
    }
    if (type === "moof") {
      this.#moof = { octets: content, from };
      return [];
    }
    const moof = this.#moof;
    this.#moof = undefined;
    if (moof === undefined) {
      if (this.#tracks.length > 0) return [];
      throw new MediaError(
        "MEDIA_NOT_FRAGMENTED",
        "this MP4 has its index at the end: send a fragmented one (-movflags frag_keyframe+empty_moov+default_base_moof)",
      );
    }
    const fragment = { moof: moof.octets, from: moof.from, mdat: content, mdatFrom: from + head };
    const runs = readFragment(fragment, this.#tracks, this.#ends, this.#limits.samples);
    return runs.flatMap(({ track: { id, track }, samples }) =>
      track === undefined ? [] : samples.map((sample) => ({ type: "sample", id, sample }) as const),
    );
  }

  #peek(count: number): Uint8Array | undefined {
    if (this.#held < count) return undefined;
    if ((this.#pieces[0]?.length ?? 0) < count) this.#pieces = [joined(this.#pieces)];
    return this.#pieces[0]?.subarray(0, count);
  }

  #take(count: number): Uint8Array {
    const taken: Uint8Array[] = [];
    let left = count;
    while (left > 0) {
      const [first] = this.#pieces;
      if (first === undefined) break;
      if (first.length <= left) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(left);
      taken.push(first.subarray(0, left));
      left -= Math.min(left, first.length);
    }
    this.#held -= count;
    this.#at += count;
    return taken.length === 1 && taken[0] !== undefined ? taken[0] : joined(taken);
  }
}
