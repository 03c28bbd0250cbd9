/**
 * Every tag of RFC 8216 §4.3 and of its second edition (draft-pantos-hls-rfc8216bis §4.4), where it may stand and
 * with which attributes. The parser, the dissector and the explanations go by this one table.
 */

/** "both": in either kind · "master" · "media": once, for the whole playlist · "segment": for what comes next. */
export type TagPlace = "both" | "master" | "media" | "segment";

/** What follows the colon: nothing, one value, or an attribute list with these names. */
export type TagValue = "none" | "value" | readonly string[];

export const TAGS = {
  EXTM3U: ["both", "none"],
  "EXT-X-VERSION": ["both", "value"],
  "EXT-X-INDEPENDENT-SEGMENTS": ["both", "none"],
  "EXT-X-START": ["both", ["TIME-OFFSET", "PRECISE"]],
  "EXT-X-DEFINE": ["both", ["NAME", "VALUE", "IMPORT", "QUERYPARAM"]],
  "EXT-X-MEDIA": [
    "master",
    [
      "TYPE",
      "URI",
      "GROUP-ID",
      "LANGUAGE",
      "ASSOC-LANGUAGE",
      "NAME",
      "STABLE-RENDITION-ID",
      "DEFAULT",
      "AUTOSELECT",
      "FORCED",
      "INSTREAM-ID",
      "BIT-DEPTH",
      "SAMPLE-RATE",
      "CHARACTERISTICS",
      "CHANNELS",
    ],
  ],
  "EXT-X-STREAM-INF": [
    "master",
    [
      "BANDWIDTH",
      "AVERAGE-BANDWIDTH",
      "SCORE",
      "CODECS",
      "SUPPLEMENTAL-CODECS",
      "RESOLUTION",
      "FRAME-RATE",
      "HDCP-LEVEL",
      "ALLOWED-CPC",
      "VIDEO-RANGE",
      "STABLE-VARIANT-ID",
      "AUDIO",
      "VIDEO",
      "SUBTITLES",
      "CLOSED-CAPTIONS",
      "PATHWAY-ID",
    ],
  ],
  "EXT-X-I-FRAME-STREAM-INF": [
    "master",
    [
      "BANDWIDTH",
      "AVERAGE-BANDWIDTH",
      "SCORE",
      "CODECS",
      "SUPPLEMENTAL-CODECS",
      "RESOLUTION",
      "HDCP-LEVEL",
      "ALLOWED-CPC",
      "VIDEO-RANGE",
      "STABLE-VARIANT-ID",
      "VIDEO",
      "PATHWAY-ID",
      "URI",
    ],
  ],
  "EXT-X-SESSION-DATA": ["master", ["DATA-ID", "VALUE", "URI", "FORMAT", "LANGUAGE"]],
  "EXT-X-SESSION-KEY": ["master", ["METHOD", "URI", "IV", "KEYFORMAT", "KEYFORMATVERSIONS"]],
  "EXT-X-CONTENT-STEERING": ["master", ["SERVER-URI", "PATHWAY-ID"]],
  "EXT-X-TARGETDURATION": ["media", "value"],
  "EXT-X-MEDIA-SEQUENCE": ["media", "value"],
  "EXT-X-DISCONTINUITY-SEQUENCE": ["media", "value"],
  "EXT-X-PLAYLIST-TYPE": ["media", "value"],
  "EXT-X-I-FRAMES-ONLY": ["media", "none"],
  "EXT-X-ENDLIST": ["media", "none"],
  "EXT-X-PART-INF": ["media", ["PART-TARGET"]],
  "EXT-X-SERVER-CONTROL": [
    "media",
    ["CAN-BLOCK-RELOAD", "PART-HOLD-BACK", "HOLD-BACK", "CAN-SKIP-UNTIL", "CAN-SKIP-DATERANGES"],
  ],
  "EXT-X-SKIP": ["media", ["SKIPPED-SEGMENTS", "RECENTLY-REMOVED-DATERANGES"]],
  "EXT-X-PRELOAD-HINT": ["media", ["TYPE", "URI", "BYTERANGE-START", "BYTERANGE-LENGTH"]],
  "EXT-X-RENDITION-REPORT": ["media", ["URI", "LAST-MSN", "LAST-PART"]],
  EXTINF: ["segment", "value"],
  "EXT-X-BYTERANGE": ["segment", "value"],
  "EXT-X-DISCONTINUITY": ["segment", "none"],
  "EXT-X-KEY": ["segment", ["METHOD", "URI", "IV", "KEYFORMAT", "KEYFORMATVERSIONS"]],
  "EXT-X-MAP": ["segment", ["URI", "BYTERANGE"]],
  "EXT-X-PROGRAM-DATE-TIME": ["segment", "value"],
  "EXT-X-GAP": ["segment", "none"],
  "EXT-X-BITRATE": ["segment", "value"],
  "EXT-X-PART": ["segment", ["URI", "DURATION", "INDEPENDENT", "BYTERANGE", "GAP"]],
  "EXT-X-DATERANGE": [
    "media",
    [
      "ID",
      "CLASS",
      "START-DATE",
      "CUE",
      "END-DATE",
      "DURATION",
      "PLANNED-DURATION",
      "SCTE35-CMD",
      "SCTE35-OUT",
      "SCTE35-IN",
      "END-ON-NEXT",
    ],
  ],
} as const satisfies Readonly<Record<string, readonly [TagPlace, TagValue]>>;

export type Tag = keyof typeof TAGS;

export function isTag(name: string): name is Tag {
  return Object.hasOwn(TAGS, name);
}

/** A line taken apart. */
export type PlaylistLine =
  | { readonly kind: "blank" | "comment" }
  | { readonly kind: "uri"; readonly uri: string }
  /** `value` is what follows the colon; "" when there is none. `name` may be one that nobody knows. */
  | { readonly kind: "tag"; readonly name: string; readonly value: string };

/** RFC 8216 §4.1: a URI, a tag that begins with #EXT, a comment, or nothing. `text` without its line end. */
export function parseLine(text: string): PlaylistLine {
  const line = text.trimEnd();
  if (line === "") return { kind: "blank" };
  if (!line.startsWith("#")) return { kind: "uri", uri: line };
  if (!line.startsWith("#EXT")) return { kind: "comment" };
  const colon = line.indexOf(":");
  if (colon < 0) return { kind: "tag", name: line.slice(1), value: "" };
  return { kind: "tag", name: line.slice(1, colon), value: line.slice(colon + 1) };
}
