/** What a sequence parameter set says of the pictures (ITU-T H.264 §7.3.2.1.1, Annex E). */
import { BitReader, withoutEmulation } from "./bit-reader.ts";
import { MediaError } from "./error.ts";

export interface SequenceParameters {
  /** As RFC 6381 §3.3 writes it. */
  readonly codecString: string;
  /** In pixels, as shown: cropped. */
  readonly width: number;
  readonly height: number;
  /** Width of a pixel to its height; undefined: square, or not said. */
  readonly pixelAspect: { readonly num: number; readonly den: number } | undefined;
}

/** §7.3.2.1.1: the profiles whose parameter sets say how colour is sampled. */
const WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Table E-1; what is not in it is square. */
const ASPECTS: readonly (readonly [num: number, den: number])[] = [
  [1, 1],
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];
const EXTENDED_SAR = 255;

/** Pictures larger than that are none: level 6.2 ends far below. */
const LARGEST = 16_384;

/** `unit`: with its octet of type in front, without start code. Throws {@link MediaError} for what is none. */
export function parseSps(unit: Uint8Array): SequenceParameters {
  const bits = new BitReader(withoutEmulation(unit.subarray(1)));
  const profile = bits.bits(8);
  const constraints = bits.bits(8);
  const level = bits.bits(8);
  bits.unsigned(); // seq_parameter_set_id
  const chroma = WITH_CHROMA.has(profile) ? readChroma(bits) : 1;
  skipOrder(bits);
  bits.unsigned(); // max_num_ref_frames
  bits.flag(); // gaps_in_frame_num_value_allowed_flag
  const columns = bits.unsigned() + 1;
  const rows = bits.unsigned() + 1;
  const framesOnly = bits.flag();
  if (!framesOnly) bits.flag(); // mb_adaptive_frame_field_flag
  bits.flag(); // direct_8x8_inference_flag
  const [left, right, top, bottom] = bits.flag()
    ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()]
    : [0, 0, 0, 0];
  const pixelAspect = bits.flag() ? readAspect(bits) : undefined;
  // §7.4.2.1.1, equations 7-19 to 7-22: cropping counts in units of colour.
  const fields = framesOnly ? 1 : 2;
  const width = 16 * columns - (left + right) * (chroma === 1 || chroma === 2 ? 2 : 1);
  const height = 16 * rows * fields - (top + bottom) * (chroma === 1 ? 2 : 1) * fields;
  if (bits.exhausted || !(width > 0 && height > 0 && width <= LARGEST && height <= LARGEST))
    throw new MediaError("MEDIA_BROKEN", "a sequence parameter set that is none");
  const hex = [profile, constraints, level].map((octet) => octet.toString(16).padStart(2, "0"));
  return { codecString: `avc1.${hex.join("")}`, width, height, pixelAspect };
}

/** Returns chroma_format_idc; 0 where colours are coded apart. */
function readChroma(bits: BitReader): number {
  const format = bits.unsigned();
  const apart = format === 3 && bits.flag();
  bits.unsigned(); // bit_depth_luma_minus8
  bits.unsigned(); // bit_depth_chroma_minus8
  bits.flag(); // qpprime_y_zero_transform_bypass_flag
  if (bits.flag())
    for (let i = 0; i < (format === 3 ? 12 : 8); i++) if (bits.flag()) skipScaling(bits, i < 6 ? 16 : 64);
  return apart ? 0 : format;
}

/** §7.3.2.1.1.1. */
function skipScaling(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size && !bits.exhausted; i++) {
    if (next !== 0) next = (last + bits.signed() + 256) & 0xff;
    last = next === 0 ? last : next;
  }
}

function skipOrder(bits: BitReader): void {
  bits.unsigned(); // log2_max_frame_num_minus4
  const type = bits.unsigned();
  if (type === 0) {
    bits.unsigned(); // log2_max_pic_order_cnt_lsb_minus4
    return;
  }
  if (type !== 1) return;
  bits.flag(); // delta_pic_order_always_zero_flag
  bits.signed(); // offset_for_non_ref_pic
  bits.signed(); // offset_for_top_to_bottom_field
  const cycle = bits.unsigned();
  for (let i = 0; i < cycle && !bits.exhausted; i++) bits.signed();
}

function readAspect(bits: BitReader): { num: number; den: number } | undefined {
  if (!bits.flag()) return undefined;
  const idc = bits.bits(8);
  const [num, den] = idc === EXTENDED_SAR ? [bits.bits(16), bits.bits(16)] : (ASPECTS[idc] ?? [1, 1]);
  return num > 0 && den > 0 && num !== den ? { num, den } : undefined;
}
