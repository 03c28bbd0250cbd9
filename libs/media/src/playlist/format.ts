/** Playlists as text (RFC 8216 §4; low latency: draft-pantos-hls-rfc8216bis). */
import { formatAttributes, formatDecimal } from "./attributes.ts";
import { PlaylistError } from "./error.ts";
import type {
  ByteRange,
  ComingSegment,
  Encryption,
  MasterPlaylist,
  MediaMap,
  MediaPlaylist,
  Part,
  Playlist,
  Rendition,
  Segment,
  Variant,
} from "./model.ts";

/** Throws {@link PlaylistError} for a URI or a text that would break out of its line. */
export function formatPlaylist(playlist: Playlist): string {
  const lines = playlist.kind === "master" ? masterLines(playlist) : mediaLines(playlist);
  return `${["#EXTM3U", ...lines].join("\n")}\n`;
}

function masterLines({ version, independentSegments, renditions, variants }: MasterPlaylist): string[] {
  return [
    `#EXT-X-VERSION:${version}`,
    ...(independentSegments ? ["#EXT-X-INDEPENDENT-SEGMENTS"] : []),
    ...renditions.map(renditionLine),
    ...variants.flatMap(variantLines),
  ];
}

function renditionLine(rendition: Rendition): string {
  const { type, groupId, name, language, isDefault, autoselect, forced, channels, uri } = rendition;
  return `#EXT-X-MEDIA:${formatAttributes({
    TYPE: { word: type },
    "GROUP-ID": groupId,
    NAME: name,
    LANGUAGE: language,
    DEFAULT: isDefault,
    AUTOSELECT: autoselect,
    FORCED: forced || undefined,
    CHANNELS: channels,
    URI: uri,
  })}`;
}

function variantLines(variant: Variant): string[] {
  const { bandwidth, averageBandwidth, codecs, resolution, frameRate } = variant;
  const attributes = {
    BANDWIDTH: bandwidth,
    "AVERAGE-BANDWIDTH": averageBandwidth,
    CODECS: codecs,
    RESOLUTION: resolution,
    // RFC 8216 §4.3.4.2: rounded to three places.
    "FRAME-RATE": frameRate === undefined ? undefined : { word: frameRate.toFixed(3) },
    VIDEO: variant.video,
    AUDIO: variant.audio,
    SUBTITLES: variant.subtitles,
  };
  if (variant.iFrames)
    return [`#EXT-X-I-FRAME-STREAM-INF:${formatAttributes({ ...attributes, URI: variant.uri })}`];
  return [`#EXT-X-STREAM-INF:${formatAttributes(attributes)}`, uriLine(variant.uri)];
}

function mediaLines(playlist: MediaPlaylist): string[] {
  const { serverControl, partTarget, mediaSequence, discontinuitySequence, type } = playlist;
  const lines = [`#EXT-X-VERSION:${playlist.version}`];
  if (playlist.independentSegments) lines.push("#EXT-X-INDEPENDENT-SEGMENTS");
  lines.push(`#EXT-X-TARGETDURATION:${playlist.targetDuration}`);
  if (serverControl !== undefined) {
    lines.push(
      `#EXT-X-SERVER-CONTROL:${formatAttributes({
        "CAN-BLOCK-RELOAD": serverControl.canBlockReload || undefined,
        "PART-HOLD-BACK": serverControl.partHoldBack,
        "HOLD-BACK": serverControl.holdBack,
        "CAN-SKIP-UNTIL": serverControl.canSkipUntil,
      })}`,
    );
  }
  if (partTarget !== undefined)
    lines.push(`#EXT-X-PART-INF:${formatAttributes({ "PART-TARGET": partTarget })}`);
  // RFC 8216 §4.3.3.2: without it the first number is 0.
  if (mediaSequence > 0 || type === undefined) lines.push(`#EXT-X-MEDIA-SEQUENCE:${mediaSequence}`);
  if (discontinuitySequence > 0) lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`);
  if (type !== undefined) lines.push(`#EXT-X-PLAYLIST-TYPE:${type}`);
  if (playlist.iFramesOnly) lines.push("#EXT-X-I-FRAMES-ONLY");
  if (playlist.skipped > 0)
    lines.push(`#EXT-X-SKIP:${formatAttributes({ "SKIPPED-SEGMENTS": playlist.skipped })}`);
  for (const segment of playlist.segments) lines.push(...segmentLines(segment));
  if (playlist.coming !== undefined) lines.push(...comingLines(playlist.coming));
  for (const { type: hinted, uri, byteRangeStart } of playlist.preloadHints) {
    const hint = { TYPE: { word: hinted }, URI: uri, "BYTERANGE-START": byteRangeStart };
    lines.push(`#EXT-X-PRELOAD-HINT:${formatAttributes(hint)}`);
  }
  for (const { uri, lastSequence, lastPart } of playlist.reports) {
    const report = { URI: uri, "LAST-MSN": lastSequence, "LAST-PART": lastPart };
    lines.push(`#EXT-X-RENDITION-REPORT:${formatAttributes(report)}`);
  }
  if (playlist.ended) lines.push("#EXT-X-ENDLIST");
  return lines;
}

function comingLines({ discontinuity, key, map, programDateTime, parts }: ComingSegment): string[] {
  return [
    ...(discontinuity ? ["#EXT-X-DISCONTINUITY"] : []),
    ...(key === undefined ? [] : [keyLine(key)]),
    ...(map === undefined ? [] : [mapLine(map)]),
    ...(programDateTime === undefined
      ? []
      : [`#EXT-X-PROGRAM-DATE-TIME:${new Date(programDateTime).toISOString()}`]),
    ...parts.map(partLine),
  ];
}

function segmentLines(segment: Segment): string[] {
  const { byteRange, title = "" } = segment;
  if (/[\r\n]/.test(title)) throw new PlaylistError("PLAYLIST_VALUE", "a title holds a line end");
  return [
    ...comingLines(segment),
    ...(segment.gap ? ["#EXT-X-GAP"] : []),
    `#EXTINF:${formatDecimal(segment.duration)},${title}`,
    ...(byteRange === undefined ? [] : [`#EXT-X-BYTERANGE:${formatRange(byteRange)}`]),
    uriLine(segment.uri),
  ];
}

function keyLine({ method, uri, iv }: Encryption): string {
  const attributes = { METHOD: { word: method }, URI: uri, IV: iv === undefined ? undefined : { word: iv } };
  return `#EXT-X-KEY:${formatAttributes(attributes)}`;
}

function mapLine({ uri, byteRange }: MediaMap): string {
  return `#EXT-X-MAP:${formatAttributes({ URI: uri, BYTERANGE: byteRange && formatRange(byteRange) })}`;
}

function partLine({ duration, uri, independent, byteRange, gap }: Part): string {
  return `#EXT-X-PART:${formatAttributes({
    DURATION: duration,
    URI: uri,
    INDEPENDENT: independent || undefined,
    BYTERANGE: byteRange && formatRange(byteRange),
    GAP: gap || undefined,
  })}`;
}

function formatRange({ length, offset }: ByteRange): string {
  return offset === undefined ? String(length) : `${length}@${offset}`;
}

/** RFC 8216 §4.1: a line that is neither blank nor begins with "#". */
function uriLine(uri: string): string {
  if (uri === "" || uri.startsWith("#") || /\s/.test(uri))
    throw new PlaylistError("PLAYLIST_VALUE", `"${uri.slice(0, 60)}" cannot stand as a URI`);
  return uri;
}
