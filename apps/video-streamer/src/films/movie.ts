/** An MP4 or MOV that is no stream, by its own index: the road that costs little. Others go by the library. */
import {
  decodingAhead,
  MediaError,
  readWholeMovie,
  type AudioTrack,
  type SampleTable,
  type VideoTrack,
  type WholeTrack,
} from "@socketscope/media";
import type { FilmLanes, FilmLimits } from "./film.ts";
import { MovieFile } from "./movie-file.ts";
import { TableLane } from "./table-lane.ts";
import { LOOKED_AT, primingOf, timescaleOf } from "./tracks.ts";

/** Undefined for what is no such file, or has something in it that only the library can read. Throws FilmError. */
export async function openMovie(path: string, limits: FilmLimits): Promise<FilmLanes | undefined> {
  const file = await MovieFile.open(path);
  let lanes: FilmLanes | undefined;
  try {
    const index = await file.index(limits.index);
    const tracks = index && readWholeMovie(index, limits.samples);
    lanes = tracks && lanesOf(tracks, file, limits.segmentOctets);
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
  } finally {
    if (lanes === undefined) await file.close();
  }
  return lanes;
}

/** Undefined for a film without samples. */
function lanesOf(tracks: readonly WholeTrack[], file: MovieFile, most: number): FilmLanes | undefined {
  const full = tracks.filter(({ table }) => table.count > 0);
  // What is meant to be played comes first.
  const ordered = [...full.filter(({ enabled }) => enabled), ...full.filter(({ enabled }) => !enabled)];
  let video: TableLane<VideoTrack> | undefined;
  let begin: number | undefined;
  for (const { track, table } of ordered) {
    if (track.kind !== "video" || video !== undefined) continue;
    begin = (table.shown[0] ?? 0) / track.timescale;
    video = new TableLane({ ...pictures(track, table), file, most });
  }
  let audio: TableLane<AudioTrack> | undefined;
  for (const { track, table } of ordered)
    if (track.kind === "audio") audio ??= new TableLane({ ...sound(track, table, begin), file, most });
  if (video === undefined && audio === undefined) return undefined;
  return { video, audio, close: () => void file.close() };
}

function pictures(track: VideoTrack, read: SampleTable): { track: VideoTrack; table: SampleTable } {
  const timescale = timescaleOf(track.timescale);
  const table = inTicks(read, timescale / track.timescale);
  const group = table.shown.subarray(0, Math.min(table.keys?.[1] ?? 1, LOOKED_AT));
  const ahead = decodingAhead(Array.from(group, (pts) => ({ pts })));
  return { track: { ...track, timescale, ahead }, table };
}

/** `begin`: where the pictures begin, in seconds. Sound is counted in its own samples. */
function sound(
  track: AudioTrack,
  read: SampleTable,
  begin: number | undefined,
): { track: AudioTrack; table: SampleTable } {
  const first = (read.shown[0] ?? 0) / track.timescale;
  const timescale = track.sampleRate;
  const ahead = primingOf(first, begin, timescale);
  return { track: { ...track, timescale, ahead }, table: inTicks(read, timescale / track.timescale) };
}

function inTicks(table: SampleTable, ratio: number): SampleTable {
  if (ratio === 1) return table;
  const shown = table.shown.map((ticks) => Math.round(ticks * ratio));
  return { ...table, shown, end: Math.round(table.end * ratio) };
}
