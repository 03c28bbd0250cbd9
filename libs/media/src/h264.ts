/** H.264's units (ITU-T H.264 §7.3.1, Annex B) between what TS carries and what MP4 does. */
import { MediaError } from "./error.ts";
import { joined, u16, u32, u8 } from "./fmp4/box.ts";

/** ITU-T H.264 table 7-1. */
const SPS = 7;
const PPS = 8;
const ACCESS_UNIT_DELIMITER = 9;

/** The units between start codes (Annex B); what stands before the first one is nothing. */
export function annexBUnits(octets: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let from = -1;
  for (let at = 0; at + 2 < octets.length; at++) {
    if ((octets[at + 2] ?? 0) > 1) {
      at += 2;
    } else if (octets[at] === 0 && octets[at + 1] === 0 && octets[at + 2] === 1) {
      if (from >= 0) units.push(octets.subarray(from, withoutZeros(octets, from, at)));
      from = at + 3;
      at += 2;
    }
  }
  if (from >= 0) units.push(octets.subarray(from, withoutZeros(octets, from, octets.length)));
  return units.filter(({ length }) => length > 0);
}

/** Annex B §B.1.1: zeros before a start code belong to no unit; a unit never ends with one. */
function withoutZeros(octets: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && octets[end - 1] === 0) end--;
  return end;
}

/** As MP4 has them (ISO/IEC 14496-15 §5.3.2): each behind its length in four octets, parameter sets left out. */
export function lengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const unit of units) {
    const type = unitType(unit);
    if (type !== SPS && type !== PPS && type !== ACCESS_UNIT_DELIMITER) pieces.push(u32(unit.length), unit);
  }
  return joined(pieces);
}

/** The record of ISO/IEC 14496-15 §5.3.3.1, from the parameter sets in a key picture. Throws MediaError without them. */
export function avcConfiguration(units: readonly Uint8Array[]): Uint8Array {
  const sps = units.find((unit) => unitType(unit) === SPS);
  const pps = units.filter((unit) => unitType(unit) === PPS);
  if (sps === undefined || sps.length < 4 || pps.length === 0)
    throw new MediaError("MEDIA_NO_CONFIGURATION", "the first key picture comes without SPS and PPS");
  return joined([
    u8(1, ...sps.subarray(1, 4), 0xff, 0xe1),
    u16(sps.length),
    sps,
    u8(pps.length),
    ...pps.flatMap((one) => [u16(one.length), one]),
  ]);
}

function unitType(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 0x1f;
}
