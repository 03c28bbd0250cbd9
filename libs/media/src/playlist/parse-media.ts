/** The media playlist's own tags (RFC 8216 §4.3.2, §4.3.3; rfc8216bis §4.4.3 to §4.4.5). */
import {
  decimalOf,
  flagOf,
  integerOf,
  needed,
  parseAttributes,
  textOf,
  wholeNumber,
  wordOf,
  type Attributes,
} from "./attributes.ts";
import { PlaylistError } from "./error.ts";
import type {
  ByteRange,
  ComingSegment,
  Encryption,
  MediaMap,
  MediaPlaylist,
  Part,
  PreloadHint,
  RenditionReport,
  Segment,
  ServerControl,
} from "./model.ts";
import type { Tag } from "./tags.ts";

/** What has been said for the segment whose URI has not come yet. */
interface Coming {
  duration?: number;
  title?: string | undefined;
  byteRange?: ByteRange;
  discontinuity?: boolean;
  programDateTime?: number;
  map?: MediaMap;
  key?: Encryption;
  gap?: boolean;
  parts: Part[];
}

export class MediaReader {
  readonly #segments: Segment[] = [];
  readonly #hints: PreloadHint[] = [];
  readonly #reports: RenditionReport[] = [];
  #coming: Coming = { parts: [] };
  #targetDuration: number | undefined;
  #mediaSequence = 0;
  #discontinuitySequence = 0;
  #type: MediaPlaylist["type"];
  #iFramesOnly = false;
  #ended = false;
  #partTarget: number | undefined;
  #serverControl: ServerControl | undefined;
  #skipped = 0;

  /** Tags that are known and change nothing for who only plays are passed over. */
  tag(tag: Tag, value: string): void {
    const read = this.#readers[tag];
    read?.(value);
  }

  readonly #readers: Partial<Record<Tag, (value: string) => void>> = {
    "EXT-X-TARGETDURATION": (value) => (this.#targetDuration = wholeNumber("EXT-X-TARGETDURATION", value)),
    "EXT-X-MEDIA-SEQUENCE": (value) => (this.#mediaSequence = wholeNumber("EXT-X-MEDIA-SEQUENCE", value)),
    "EXT-X-DISCONTINUITY-SEQUENCE": (value) =>
      (this.#discontinuitySequence = wholeNumber("EXT-X-DISCONTINUITY-SEQUENCE", value)),
    "EXT-X-PLAYLIST-TYPE": (value) => (this.#type = readType(value)),
    "EXT-X-I-FRAMES-ONLY": () => (this.#iFramesOnly = true),
    "EXT-X-ENDLIST": () => (this.#ended = true),
    "EXT-X-PART-INF": (value) =>
      (this.#partTarget = needed(
        decimalOf(parseAttributes(value), "PART-TARGET"),
        "EXT-X-PART-INF",
        "PART-TARGET",
      )),
    "EXT-X-SERVER-CONTROL": (value) => (this.#serverControl = readControl(parseAttributes(value))),
    "EXT-X-SKIP": (value) =>
      (this.#skipped = needed(
        integerOf(parseAttributes(value), "SKIPPED-SEGMENTS"),
        "EXT-X-SKIP",
        "SKIPPED-SEGMENTS",
      )),
    "EXT-X-PRELOAD-HINT": (value) => this.#hints.push(readHint(parseAttributes(value))),
    "EXT-X-RENDITION-REPORT": (value) => this.#reports.push(readReport(parseAttributes(value))),
    EXTINF: (value) => Object.assign(this.#coming, readInf(value)),
    "EXT-X-BYTERANGE": (value) => (this.#coming.byteRange = readRange(value)),
    "EXT-X-DISCONTINUITY": () => (this.#coming.discontinuity = true),
    "EXT-X-KEY": (value) => (this.#coming.key = readKey(parseAttributes(value))),
    "EXT-X-MAP": (value) => (this.#coming.map = readMap(parseAttributes(value))),
    "EXT-X-PROGRAM-DATE-TIME": (value) => (this.#coming.programDateTime = readDate(value)),
    "EXT-X-GAP": () => (this.#coming.gap = true),
    "EXT-X-PART": (value) => this.#coming.parts.push(readPart(parseAttributes(value))),
  };

  uri(uri: string): void {
    const { duration, discontinuity = false, gap = false, parts, ...rest } = this.#coming;
    // RFC 8216 §4.3.2.1: EXTINF is needed for each segment.
    if (duration === undefined) throw new PlaylistError("PLAYLIST_ORDER", "a URI without EXTINF before it");
    this.#segments.push({ ...rest, uri, duration, discontinuity, gap, parts });
    this.#coming = { parts: [] };
  }

  end(): Omit<MediaPlaylist, "kind" | "version" | "independentSegments"> {
    if (this.#coming.duration !== undefined)
      throw new PlaylistError("PLAYLIST_ORDER", "EXTINF without a URI below it");
    return {
      // RFC 8216 §4.3.3.1: it is REQUIRED.
      targetDuration: needed(this.#targetDuration, "the playlist", "EXT-X-TARGETDURATION"),
      mediaSequence: this.#mediaSequence,
      discontinuitySequence: this.#discontinuitySequence,
      type: this.#type,
      iFramesOnly: this.#iFramesOnly,
      ended: this.#ended,
      segments: this.#segments,
      partTarget: this.#partTarget,
      serverControl: this.#serverControl,
      coming: comingOf(this.#coming),
      preloadHints: this.#hints,
      reports: this.#reports,
      skipped: this.#skipped,
    };
  }
}

/** Undefined when nothing was said after the last segment. */
function comingOf({
  discontinuity = false,
  programDateTime,
  map,
  key,
  parts,
}: Coming): ComingSegment | undefined {
  const silent = !discontinuity && parts.length === 0 && programDateTime === undefined;
  return silent && map === undefined && key === undefined
    ? undefined
    : { discontinuity, programDateTime, map, key, parts };
}

function readType(value: string): MediaPlaylist["type"] {
  if (value !== "VOD" && value !== "EVENT")
    throw new PlaylistError(
      "PLAYLIST_VALUE",
      `EXT-X-PLAYLIST-TYPE: ${value.slice(0, 60)} is neither VOD nor EVENT`,
    );
  return value;
}

function readInf(value: string): { duration: number; title: string | undefined } {
  const [, duration, title] = /^([0-9]{1,10}(?:\.[0-9]{0,16})?)(?:,(.*))?$/.exec(value) ?? [];
  if (duration === undefined)
    throw new PlaylistError("PLAYLIST_VALUE", `EXTINF: "${value.slice(0, 60)}" has no duration`);
  return { duration: Number(duration), title: title === "" ? undefined : title };
}

function readRange(value: string): ByteRange {
  const [, length, offset] = /^([0-9]{1,15})(?:@([0-9]{1,15}))?$/.exec(value) ?? [];
  if (length === undefined)
    throw new PlaylistError("PLAYLIST_VALUE", `"${value.slice(0, 60)}" is no range of bytes`);
  return { length: Number(length), offset: offset === undefined ? undefined : Number(offset) };
}

function readDate(value: string): number {
  const at = Date.parse(value);
  if (Number.isNaN(at))
    throw new PlaylistError("PLAYLIST_VALUE", `EXT-X-PROGRAM-DATE-TIME: "${value.slice(0, 60)}" is no date`);
  return at;
}

function readKey(attributes: Attributes): Encryption {
  return {
    method: needed(wordOf(attributes, "METHOD"), "EXT-X-KEY", "METHOD"),
    uri: textOf(attributes, "URI"),
    iv: wordOf(attributes, "IV"),
  };
}

function rangeOf(attributes: Attributes): ByteRange | undefined {
  const text = textOf(attributes, "BYTERANGE");
  return text === undefined ? undefined : readRange(text);
}

function readMap(attributes: Attributes): MediaMap {
  return {
    uri: needed(textOf(attributes, "URI"), "EXT-X-MAP", "URI"),
    byteRange: rangeOf(attributes),
  };
}

function readPart(attributes: Attributes): Part {
  return {
    uri: needed(textOf(attributes, "URI"), "EXT-X-PART", "URI"),
    duration: needed(decimalOf(attributes, "DURATION"), "EXT-X-PART", "DURATION"),
    independent: flagOf(attributes, "INDEPENDENT") ?? false,
    byteRange: rangeOf(attributes),
    gap: flagOf(attributes, "GAP") ?? false,
  };
}

function readControl(attributes: Attributes): ServerControl {
  return {
    canBlockReload: flagOf(attributes, "CAN-BLOCK-RELOAD") ?? false,
    partHoldBack: decimalOf(attributes, "PART-HOLD-BACK"),
    holdBack: decimalOf(attributes, "HOLD-BACK"),
    canSkipUntil: decimalOf(attributes, "CAN-SKIP-UNTIL"),
  };
}

function readHint(attributes: Attributes): PreloadHint {
  const type = wordOf(attributes, "TYPE");
  if (type !== "PART" && type !== "MAP")
    throw new PlaylistError("PLAYLIST_VALUE", `EXT-X-PRELOAD-HINT: TYPE is neither PART nor MAP`);
  return {
    type,
    uri: needed(textOf(attributes, "URI"), "EXT-X-PRELOAD-HINT", "URI"),
    byteRangeStart: integerOf(attributes, "BYTERANGE-START"),
  };
}

function readReport(attributes: Attributes): RenditionReport {
  const tag = "EXT-X-RENDITION-REPORT";
  return {
    uri: needed(textOf(attributes, "URI"), tag, "URI"),
    lastSequence: needed(integerOf(attributes, "LAST-MSN"), tag, "LAST-MSN"),
    lastPart: integerOf(attributes, "LAST-PART"),
  };
}
