/** How far a playlist has been followed: what of it is to be fetched next, and what to ask for then (RFC 8216 §6.3). */
import type { MediaPlaylist, Part, Segment } from "@socketscope/media";

/** One thing to fetch. */
export interface Piece {
  readonly uri: string;
  readonly byteRange: { readonly offset: number; readonly length: number } | undefined;
  /** Seconds. */
  readonly duration: number;
  /** Initialization section that its decoder must have; undefined: none. */
  readonly map: string | undefined;
  readonly mapRange: { readonly offset: number; readonly length: number } | undefined;
  /** Milliseconds since 1970 of its first sample, where that is said. */
  readonly wall: number | undefined;
  readonly discontinuity: boolean;
  /** The segment's number, and whether it is its beginning. */
  readonly number: number;
  readonly begins: boolean;
  /** Seconds from where the playlist begins to the segment. */
  readonly time: number;
}

export interface CursorOptions {
  /** Take parts, where there are any. */
  readonly lowLatency: boolean;
}

type Range = Piece["byteRange"];

export class HlsCursor {
  readonly #options: CursorOptions;
  /** The next segment, and the next part of it. Undefined: not tuned in yet. */
  #segment: number | undefined;
  #part = 0;
  /** Segments that had gone before they were fetched. */
  missed = 0;
  /** Seconds between the key picture that fetching begins with and the place where playing does. */
  skipped = 0;

  /** `from`: the segment to begin with; undefined: where a player tunes in. */
  constructor(options: CursorOptions, from?: number) {
    this.#options = options;
    this.#segment = from;
  }

  /** What is new since the last time. */
  take(playlist: MediaPlaylist): Piece[] {
    const parts = this.#options.lowLatency && playlist.partTarget !== undefined;
    this.#segment ??= this.#tuneIn(playlist, parts);
    if (this.#segment < playlist.mediaSequence) {
      this.missed += playlist.mediaSequence - this.#segment;
      this.#segment = playlist.mediaSequence;
      this.#part = 0;
    }
    const pieces: Piece[] = [];
    const context = new Context();
    for (const [i, segment] of playlist.segments.entries()) {
      const number = playlist.mediaSequence + playlist.skipped + i;
      const at = context.at(segment, number);
      if (number < this.#segment) continue;
      // Of one that was begun by parts the rest is taken; of others the whole, in one request.
      if (this.#part > 0) pieces.push(...this.#parts(segment.parts, at, segment.discontinuity));
      else if (!segment.gap)
        pieces.push({ ...at, ...wholeOf(segment), begins: true, byteRange: context.range(segment) });
      this.#segment = number + 1;
      this.#part = 0;
    }
    if (parts && playlist.coming !== undefined && this.#segment === nextOf(playlist)) {
      const { coming } = playlist;
      pieces.push(...this.#parts(coming.parts, context.at(coming, this.#segment), coming.discontinuity));
      this.#part = coming.parts.length;
    }
    return pieces;
  }

  /** rfc8216bis §6.2.5.2: what the next request for the playlist waits for; "" where the server does not wait. */
  query({ serverControl, partTarget }: MediaPlaylist): string {
    if (serverControl?.canBlockReload !== true || this.#segment === undefined) return "";
    const parts = this.#options.lowLatency && partTarget !== undefined;
    return parts ? `_HLS_msn=${this.#segment}&_HLS_part=${this.#part}` : `_HLS_msn=${this.#segment}`;
  }

  #parts(parts: readonly Part[], at: Place, discontinuity: boolean): Piece[] {
    let before = 0;
    return parts.flatMap((part, i) => {
      const wall = at.wall === undefined ? undefined : at.wall + before * 1000;
      before += part.duration;
      if (i < this.#part || part.gap) return [];
      const { uri, duration } = part;
      return [
        {
          ...at,
          uri,
          duration,
          wall,
          byteRange: rangeOf(part.byteRange),
          begins: i === 0,
          discontinuity: discontinuity && i === 0,
        },
      ];
    });
  }

  /** RFC 8216 §6.3.3: no closer to the end than three target durations; with parts, PART-HOLD-BACK; a film from its beginning. */
  #tuneIn(playlist: MediaPlaylist, parts: boolean): number {
    const { segments, mediaSequence, ended, type, targetDuration, serverControl } = playlist;
    if (ended || type === "VOD" || type === "EVENT") return mediaSequence;
    const held = parts ? (serverControl?.partHoldBack ?? 0) : (serverControl?.holdBack ?? 3 * targetDuration);
    let back = parts ? (playlist.coming?.parts ?? []).reduce((sum, { duration }) => sum + duration, 0) : 0;
    let number = nextOf(playlist);
    for (const segment of segments.toReversed()) {
      if (back >= held) break;
      back += segment.duration;
      number--;
    }
    // Without parts the place is the beginning of a segment.
    if (parts) this.skipped = Math.max(0, back - held);
    return number;
  }
}

/**
 * The segment of another rendition's playlist that shows what `piece` does. RFC 8216 §6.2.4: they need not be numbered alike;
 * dates, and in a film the time since its beginning, are the same.
 */
export function segmentAt(playlist: MediaPlaylist, piece: Piece): number {
  const context = new Context();
  const places = playlist.segments.map((segment, i) => ({
    ...context.at(segment, playlist.mediaSequence + playlist.skipped + i),
    middle: segment.duration / 2,
  }));
  const { wall } = piece;
  if (wall !== undefined && places.some((place) => place.wall !== undefined))
    return (
      places.find((place) => place.wall !== undefined && wall < place.wall + place.middle * 1000)?.number ??
      nextOf(playlist)
    );
  if (!playlist.ended) return piece.number;
  return places.find(({ time, middle }) => piece.time < time + middle)?.number ?? nextOf(playlist);
}

interface Place {
  readonly number: number;
  readonly time: number;
  readonly map: string | undefined;
  readonly mapRange: Range;
  readonly wall: number | undefined;
}

/** What a playlist says once and means for all that follows. */
class Context {
  #map: string | undefined;
  #mapRange: Range;
  #wall: number | undefined;
  #time = 0;
  #last: { readonly uri: string; readonly end: number } | undefined;

  at({ map, programDateTime, duration = 0 }: Said, number: number): Place {
    if (map !== undefined) {
      this.#map = map.uri;
      this.#mapRange = rangeOf(map.byteRange);
    }
    const wall = programDateTime ?? this.#wall;
    this.#wall = wall === undefined ? undefined : wall + duration * 1000;
    const time = this.#time;
    this.#time += duration;
    return { map: this.#map, mapRange: this.#mapRange, wall, number, time };
  }

  /** RFC 8216 §4.3.2.2: without an offset it begins where the one before of the same file ended. */
  range({ uri, byteRange }: Segment): Range {
    if (byteRange === undefined) return undefined;
    const offset = byteRange.offset ?? (this.#last?.uri === uri ? this.#last.end : 0);
    this.#last = { uri, end: offset + byteRange.length };
    return { offset, length: byteRange.length };
  }
}

type Said = Pick<Segment, "map" | "programDateTime"> & { readonly duration?: number };

function wholeOf({
  uri,
  duration,
  discontinuity,
}: Segment): Pick<Piece, "uri" | "duration" | "discontinuity"> {
  return { uri, duration, discontinuity };
}

function rangeOf(
  range: { readonly length: number; readonly offset?: number | undefined } | undefined,
): Range {
  return range && { length: range.length, offset: range.offset ?? 0 };
}

/** The number of the segment that is being made. */
function nextOf({ mediaSequence, skipped, segments }: MediaPlaylist): number {
  return mediaSequence + skipped + segments.length;
}
