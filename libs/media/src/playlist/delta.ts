/** Playlist delta updates (rfc8216bis §6.2.5.1): what the player knows already is left out, and put back by it. */
import type { Encryption, MediaMap, MediaPlaylist, Segment } from "./model.ts";

/** Without the segments that lie before the skip boundary; the same where there are none, or the boundary is not told. */
export function deltaOf(playlist: MediaPlaylist): MediaPlaylist {
  const { segments, coming, serverControl } = playlist;
  // rfc8216bis §4.4.3.8: CAN-SKIP-UNTIL is the boundary, in seconds from the end of the playlist.
  const boundary = serverControl?.canSkipUntil;
  if (boundary === undefined || playlist.ended) return playlist;
  let back = (coming?.parts ?? []).reduce((sum, { duration }) => sum + duration, 0);
  let kept = segments.length;
  while (kept > 0 && back < boundary) back += segments[--kept]?.duration ?? 0;
  if (kept === 0) return playlist;
  return { ...playlist, skipped: kept, segments: carried(segments, kept, segments.slice(kept)) };
}

/** `delta` with what it left out, as `before` had it; undefined where `before` has not all of it. */
export function merged(before: MediaPlaylist, delta: MediaPlaylist): MediaPlaylist | undefined {
  if (delta.skipped === 0) return delta;
  const from = delta.mediaSequence - before.mediaSequence;
  if (from < 0 || before.skipped > 0 || before.segments.length < from + delta.skipped) return undefined;
  const known = before.segments.slice(from, from + delta.skipped);
  // Parts are listed of the newest segments alone.
  const put = carried(before.segments, from, known).map((segment) => ({ ...segment, parts: [] }));
  return { ...delta, skipped: 0, segments: [...put, ...delta.segments] };
}

/** `rest` of a playlist from `at` on: what was said before for all that follows stands on its first segment. */
function carried(segments: readonly Segment[], at: number, [first, ...rest]: readonly Segment[]): Segment[] {
  if (first === undefined) return [];
  let map: MediaMap | undefined;
  let key: Encryption | undefined;
  for (const segment of segments.slice(0, at)) {
    map = segment.map ?? map;
    key = segment.key ?? key;
  }
  return [{ ...first, map: first.map ?? map, key: first.key ?? key }, ...rest];
}
