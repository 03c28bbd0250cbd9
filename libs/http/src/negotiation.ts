/** RFC 9110 §12: proactive negotiation: which content coding, which media type, and the Vary that tells caches. */
import { isToken, splitList } from "./list.ts";
import { parseMediaType, type MediaType } from "./media-type.ts";

interface Weighted {
  readonly value: string;
  /** 0 to 1; 0 means "not acceptable" (RFC 9110 §12.4.2). */
  readonly quality: number;
}

/**
 * The best of `offered` codings (lower case, the server's favourite first) for an Accept-Encoding value, or
 * `"identity"`; undefined when nothing is acceptable, identity included. Without the field any coding would
 * be allowed (RFC 9110 §12.5.3), but whoever does not ask gets identity.
 */
export function chooseEncoding(
  acceptEncoding: string | undefined,
  offered: readonly string[],
): string | undefined {
  if (acceptEncoding === undefined) return "identity";
  const accepted = new Map<string, number>();
  for (const { value, quality } of weightedList(acceptEncoding)) accepted.set(codingName(value), quality);
  const others = accepted.get("*");

  let best: string | undefined;
  let bestQuality = 0;
  for (const coding of offered) {
    const quality = accepted.get(coding) ?? others ?? 0;
    if (quality > bestQuality) {
      best = coding;
      bestQuality = quality;
    }
  }
  // RFC 9110 §12.5.3: identity is acceptable unless excluded by `identity;q=0`, or `*;q=0` without a word on
  // identity. Not named, it comes after every coding that is.
  const identity = accepted.get("identity") ?? (others === 0 ? 0 : undefined);
  if (identity === undefined) return best ?? "identity";
  return identity > bestQuality ? "identity" : best;
}

/**
 * The best of `offered` media types (the server's favourite first) for an Accept value; undefined when none is
 * acceptable. Without the field: the first (RFC 9110 §12.5.1).
 */
export function chooseMediaType(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined) return offered[0];
  const ranges = mediaRanges(accept);
  let best: string | undefined;
  let bestQuality = 0;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > bestQuality) {
      best = type;
      bestQuality = quality;
    }
  }
  return best;
}

/** Whether Accept names the type itself, not only by a wildcard: browsers do so for pages, not for parts of one. */
export function namesMediaType(accept: string | undefined, type: string): boolean {
  if (accept === undefined) return false;
  return mediaRanges(accept).some(
    ({ range, quality }) => quality > 0 && `${range.type}/${range.subtype}` === type,
  );
}

/** A Vary value with `name` added; `*` stays alone (RFC 9110 §12.5.5). */
export function addVary(vary: string | undefined, name: string): string {
  const members = splitList(vary ?? "");
  if (members.includes("*") || name === "*") return "*";
  if (members.some((member) => member.toLowerCase() === name.toLowerCase())) return members.join(", ");
  return [...members, name].join(", ");
}

interface WeightedRange {
  readonly range: MediaType;
  readonly quality: number;
}

function mediaRanges(accept: string): readonly WeightedRange[] {
  return weightedList(accept).flatMap(({ value, quality }) => {
    const range = parseMediaType(value);
    return range && (range.type !== "*" || range.subtype === "*") ? [{ range, quality }] : [];
  });
}

// RFC 9110 §12.5.1: the most specific range that fits decides, whatever the others say.
function qualityOf(type: string, ranges: readonly WeightedRange[]): number {
  const offered = parseMediaType(type);
  let quality = 0;
  let bestRank = -1;
  for (const { range, quality: candidate } of ranges) {
    const rank = offered ? specificity(range, offered) : -1;
    if (rank > bestRank) {
      bestRank = rank;
      quality = candidate;
    }
  }
  return quality;
}

/** -1 when the range does not cover the type. */
function specificity(range: MediaType, offered: MediaType): number {
  if (range.type === "*") return 0;
  if (range.type !== offered.type) return -1;
  if (range.subtype === "*") return 1;
  if (range.subtype !== offered.subtype) return -1;
  for (const [name, value] of range.parameters) {
    if (offered.parameters.get(name)?.toLowerCase() !== value.toLowerCase()) return -1;
  }
  return 2 + range.parameters.size;
}

/** Members with their weight split off; a member with a weight that is none is left out. */
function weightedList(value: string): readonly Weighted[] {
  return splitList(value).flatMap((member) => {
    const [first = "", ...parameters] = splitList(member, ";");
    const kept = [first];
    for (const parameter of parameters) {
      const weight = /^q[\t ]*=[\t ]*(.*)$/i.exec(parameter);
      if (!weight) {
        kept.push(parameter);
        continue;
      }
      // RFC 9110 §12.4.2: 0 to 1 with at most three digits after the point. What follows the weight is no
      // part of the range (§12.5.1).
      const digits = weight[1] ?? "";
      if (!/^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(digits)) return [];
      return [{ value: kept.join(";"), quality: Number(digits) }];
    }
    return [{ value: kept.join(";"), quality: 1 }];
  });
}

function codingName(text: string): string {
  const name = text.toLowerCase();
  // RFC 9110 §8.4.1: "x-gzip" and "x-compress" are the same as without "x-".
  if (name === "x-gzip" || name === "x-compress") return name.slice(2);
  return isToken(name) ? name : "";
}
