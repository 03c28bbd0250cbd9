/** Attribute lists, `NAME=value,NAME="text"` (RFC 8216 §4.2): parse and format side by side. */
import { PlaylistError } from "./error.ts";

/** By name, in the order they came. A quoted string keeps its quotes: they are part of what kind of value it is. */
export type Attributes = ReadonlyMap<string, string>;

/** RFC 8216 §4.2: an attribute name is of A-Z, 0-9 and "-"; a quoted string holds no quote and no line end. */
const ATTRIBUTE = /([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^,\s]*)(,|$)/y;

/** Throws {@link PlaylistError} for what is no attribute list, and for a name that comes twice. */
export function parseAttributes(text: string): Attributes {
  const attributes = new Map<string, string>();
  ATTRIBUTE.lastIndex = 0;
  while (ATTRIBUTE.lastIndex < text.length) {
    const at = ATTRIBUTE.lastIndex;
    const match = ATTRIBUTE.exec(text);
    const [, name, value, end] = match ?? [];
    if (name === undefined || value === undefined)
      throw new PlaylistError("PLAYLIST_ATTRIBUTES", `no attribute at "${text.slice(at, at + 30)}"`);
    // RFC 8216 §4.2: an attribute name must not come more than once in a list.
    if (attributes.has(name)) throw new PlaylistError("PLAYLIST_ATTRIBUTES", `${name} comes twice`);
    attributes.set(name, value);
    if (end === "," && ATTRIBUTE.lastIndex === text.length)
      throw new PlaylistError("PLAYLIST_ATTRIBUTES", "the list ends with a comma");
  }
  return attributes;
}

/** What an attribute may be given as: text is quoted, a number or an {@link Enumerated} is not; undefined is left out. */
export type AttributeValue = string | number | boolean | Enumerated | Resolution | undefined;

/** A word without quotes, e.g. `AUDIO` (RFC 8216 §4.2). */
export interface Enumerated {
  readonly word: string;
}

export interface Resolution {
  readonly width: number;
  readonly height: number;
}

/** `BANDWIDTH=1280000,CODECS="avc1.64001f"`. A boolean is `YES` or `NO`. Throws PlaylistError for text with a quote or a line end. */
export function formatAttributes(values: Readonly<Record<string, AttributeValue>>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) parts.push(`${name}=${formatValue(name, value)}`);
  }
  return parts.join(",");
}

function formatValue(name: string, value: Exclude<AttributeValue, undefined>): string {
  if (typeof value === "number") return formatDecimal(value);
  if (typeof value === "boolean") return value ? "YES" : "NO";
  if (typeof value === "object") return "word" in value ? value.word : `${value.width}x${value.height}`;
  if (/["\r\n]/.test(value))
    throw new PlaylistError("PLAYLIST_ATTRIBUTES", `${name} holds a quote or a line end`);
  return `"${value}"`;
}

/** RFC 8216 §4.2: a decimal number without exponent; five places, and none that say nothing. */
export function formatDecimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(5).replace(/0+$/, "").replace(/\.$/, "");
}

// ── reading one attribute: undefined when it is not there, PlaylistError when it is not of its kind

/** A quoted string, without its quotes. */
export function textOf(attributes: Attributes, name: string): string | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  if (!value.startsWith('"')) throw wrong(name, value, "a quoted string");
  return value.slice(1, -1);
}

/** An enumerated string. */
export function wordOf(attributes: Attributes, name: string): string | undefined {
  const value = attributes.get(name);
  if (value?.startsWith('"') === true) throw wrong(name, value, "a word without quotes");
  return value;
}

/** RFC 8216 §4.2: decimal-integer, from 0 to 2^64-1; above 2^53 we do not count. */
export function integerOf(attributes: Attributes, name: string): number | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  if (!/^[0-9]{1,20}$/.test(value) || !Number.isSafeInteger(Number(value)))
    throw wrong(name, value, "a whole number");
  return Number(value);
}

/** A decimal number that may be negative. */
export function decimalOf(attributes: Attributes, name: string): number | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  if (!/^-?[0-9]{1,16}(?:\.[0-9]{0,16})?$/.test(value)) throw wrong(name, value, "a decimal number");
  return Number(value);
}

export function flagOf(attributes: Attributes, name: string): boolean | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  if (value !== "YES" && value !== "NO") throw wrong(name, value, "YES or NO");
  return value === "YES";
}

export function resolutionOf(attributes: Attributes, name: string): Resolution | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  const [, width, height] = /^([0-9]{1,6})x([0-9]{1,6})$/.exec(value) ?? [];
  if (width === undefined || height === undefined) throw wrong(name, value, "a size such as 1280x720");
  return { width: Number(width), height: Number(height) };
}

/** What a tag cannot do without. */
export function needed<Value>(value: Value | undefined, tag: string, name: string): Value {
  if (value === undefined) throw new PlaylistError("PLAYLIST_MISSING", `${tag} has no ${name}`);
  return value;
}

function wrong(name: string, value: string, kind: string): PlaylistError {
  return new PlaylistError("PLAYLIST_VALUE", `${name}=${value.slice(0, 60)} is not ${kind}`);
}

/** A decimal integer behind a tag. */
export function wholeNumber(tag: string, value: string): number {
  if (!/^[0-9]{1,15}$/.test(value.trim()))
    throw new PlaylistError("PLAYLIST_VALUE", `${tag}: "${value.slice(0, 60)}" is not a whole number`);
  return Number(value);
}
