/** What a playlist says: RFC 8216, and of its second edition (draft-pantos-hls-rfc8216bis) what low latency needs. */
import type { Resolution } from "./attributes.ts";

export type Playlist = MasterPlaylist | MediaPlaylist;

/** RFC 8216 §4.3.4: which renditions there are. The second edition calls it a multivariant playlist. */
export interface MasterPlaylist {
  readonly kind: "master";
  readonly version: number;
  readonly independentSegments: boolean;
  readonly renditions: readonly Rendition[];
  readonly variants: readonly Variant[];
}

/** EXT-X-STREAM-INF and the URI below it (RFC 8216 §4.3.4.2), or EXT-X-I-FRAME-STREAM-INF (§4.3.4.3). */
export interface Variant {
  readonly uri: string;
  /** Only key pictures, for trick play. */
  readonly iFrames: boolean;
  /** Bits a second at the peak. */
  readonly bandwidth: number;
  readonly averageBandwidth?: number | undefined;
  readonly codecs?: string | undefined;
  readonly resolution?: Resolution | undefined;
  readonly frameRate?: number | undefined;
  /** GROUP-IDs of renditions. */
  readonly audio?: string | undefined;
  readonly video?: string | undefined;
  readonly subtitles?: string | undefined;
}

/** EXT-X-MEDIA (RFC 8216 §4.3.4.1). */
export interface Rendition {
  readonly type: "AUDIO" | "VIDEO" | "SUBTITLES" | "CLOSED-CAPTIONS";
  readonly groupId: string;
  readonly name: string;
  readonly uri?: string | undefined;
  readonly language?: string | undefined;
  readonly isDefault: boolean;
  readonly autoselect: boolean;
  readonly forced: boolean;
  readonly channels?: string | undefined;
}

/** RFC 8216 §4.3.3: the segments of one rendition. */
export interface MediaPlaylist {
  readonly kind: "media";
  readonly version: number;
  readonly independentSegments: boolean;
  /** Seconds. */
  readonly targetDuration: number;
  /** The number of the first segment here. */
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  readonly type?: "VOD" | "EVENT" | undefined;
  readonly iFramesOnly: boolean;
  /** Nothing will come after the last segment (EXT-X-ENDLIST). */
  readonly ended: boolean;
  readonly segments: readonly Segment[];
  /** Seconds of the longest part (EXT-X-PART-INF). */
  readonly partTarget?: number | undefined;
  readonly serverControl?: ServerControl | undefined;
  /** The segment that is being made, as far as it goes. */
  readonly coming?: ComingSegment | undefined;
  readonly preloadHints: readonly PreloadHint[];
  readonly reports: readonly RenditionReport[];
  /** Segments left out by a delta update (EXT-X-SKIP). */
  readonly skipped: number;
}

/** What is said of a segment before its URI. */
export interface ComingSegment {
  /** Times, sizes or codecs change before it. */
  readonly discontinuity: boolean;
  /** Milliseconds since 1970 of its first sample. */
  readonly programDateTime?: number | undefined;
  /** What must be read before it: only where it changes. */
  readonly map?: MediaMap | undefined;
  /** How it and those after it are encrypted: only where it changes. */
  readonly key?: Encryption | undefined;
  readonly parts: readonly Part[];
}

export interface Segment extends ComingSegment {
  readonly uri: string;
  /** Seconds. */
  readonly duration: number;
  readonly title?: string | undefined;
  readonly byteRange?: ByteRange | undefined;
  readonly gap: boolean;
}

/** EXT-X-KEY (RFC 8216 §4.3.2.4). Method "NONE": no longer. */
export interface Encryption {
  readonly method: string;
  readonly uri?: string | undefined;
  /** Hexadecimal, with 0x. */
  readonly iv?: string | undefined;
}

/** EXT-X-MAP (RFC 8216 §4.3.2.5): the initialization section. */
export interface MediaMap {
  readonly uri: string;
  readonly byteRange?: ByteRange | undefined;
}

/** `offset` undefined: behind the range before. */
export interface ByteRange {
  readonly length: number;
  readonly offset?: number | undefined;
}

/** EXT-X-PART (rfc8216bis §4.4.4.9). */
export interface Part {
  readonly uri: string;
  readonly duration: number;
  /** It begins with a key picture. */
  readonly independent: boolean;
  readonly byteRange?: ByteRange | undefined;
  readonly gap: boolean;
}

/** EXT-X-SERVER-CONTROL (rfc8216bis §4.4.3.8). Seconds. */
export interface ServerControl {
  readonly canBlockReload: boolean;
  readonly partHoldBack?: number | undefined;
  readonly holdBack?: number | undefined;
  readonly canSkipUntil?: number | undefined;
}

/** EXT-X-PRELOAD-HINT (rfc8216bis §4.4.5.3): ask for it now, it will be answered once it is there. */
export interface PreloadHint {
  readonly type: "PART" | "MAP";
  readonly uri: string;
  readonly byteRangeStart?: number | undefined;
}

/** EXT-X-RENDITION-REPORT (rfc8216bis §4.4.5.4). */
export interface RenditionReport {
  readonly uri: string;
  readonly lastSequence: number;
  readonly lastPart?: number | undefined;
}
