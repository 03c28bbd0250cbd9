/**
 * The initialization section of fragmented MP4 (ISO/IEC 14496-12, CMAF: ISO/IEC 23000-19 §7.3): what the tracks are,
 * and no samples.
 */
import { encodeLatin1 } from "@socketscope/wire";
import type { Track, VideoTrack } from "../sample.ts";
import { box, fullBox, joined, u16, u32, zeros } from "./box.ts";
import { sampleEntry } from "./sample-entry.ts";

/** Ticks a second of the film's own clock, which nothing here uses. */
const MOVIE_TIMESCALE = 1000;

/** ftyp and moov. The first track has id 1, the next 2. */
export function initSection(tracks: readonly Track[]): Uint8Array {
  const ftyp = box("ftyp", encodeLatin1("iso6"), u32(0), encodeLatin1("iso6cmfcmp41"));
  const moov = box(
    "moov",
    movieHeader(tracks.length + 1, 0),
    ...tracks.map((track, i) => trackBox(track, i + 1, IN_FRAGMENTS)),
    box("mvex", ...tracks.map((_track, i) => trackDefaults(i + 1))),
  );
  const whole = new Uint8Array(ftyp.length + moov.length);
  whole.set(ftyp);
  whole.set(moov, ftyp.length);
  return whole;
}

/** Where a track's samples are (ISO/IEC 14496-12 §8.6, §8.7), when moov tells of them. */
export interface SampleTables {
  /** Ticks of its samples; 0: they come in fragments. */
  readonly duration: number;
  /** Ticks between the beginning of the film and its first sample. */
  readonly delay: number;
  /** What stands in stbl behind stsd. */
  readonly boxes: readonly Uint8Array[];
}

const IN_FRAGMENTS: SampleTables = {
  duration: 0,
  delay: 0,
  boxes: [
    fullBox("stts", 0, 0, u32(0)),
    fullBox("stsc", 0, 0, u32(0)),
    fullBox("stsz", 0, 0, u32(0, 0)),
    fullBox("stco", 0, 0, u32(0)),
  ],
};

/** A moov that tells of all samples: of a film that is whole. */
export function wholeMovie(
  tracks: readonly { readonly track: Track; readonly tables: SampleTables }[],
): Uint8Array {
  const lengths = tracks.map(({ track, tables }) => movieTicks(tables.delay + tables.duration, track));
  return box(
    "moov",
    movieHeader(tracks.length + 1, Math.max(0, ...lengths)),
    ...tracks.map(({ track, tables }, i) => trackBox(track, i + 1, tables)),
  );
}

function movieTicks(ticks: number, { timescale }: Track): number {
  return Math.round((ticks * MOVIE_TIMESCALE) / timescale);
}

/** ISO/IEC 14496-12 §8.2.2. Duration 0: what there is comes in fragments. */
function movieHeader(nextTrack: number, duration: number): Uint8Array {
  return fullBox(
    "mvhd",
    0,
    0,
    u32(0, 0, MOVIE_TIMESCALE, duration),
    u32(0x0001_0000), // speed 1
    u16(0x0100, 0), // volume 1
    zeros(8),
    matrix(0),
    zeros(24),
    u32(nextTrack),
  );
}

function trackBox(track: Track, id: number, { duration, delay, boxes }: SampleTables): Uint8Array {
  const video = track.kind === "video";
  const lasts = movieTicks(duration, track);
  const waits = movieTicks(delay, track);
  return box(
    "trak",
    trackHeader(track, id, waits + lasts),
    ...(track.ahead > 0 || waits > 0 ? [box("edts", editList(track.ahead, lasts, waits))] : []),
    box(
      "mdia",
      // ISO/IEC 14496-12 §8.4.2; the language is "und". Version 1 where 32 bits do not hold the length.
      duration > 0xffff_ffff
        ? fullBox(
            "mdhd",
            1,
            0,
            u32(0, 0, 0, 0, track.timescale, Math.floor(duration / 2 ** 32), duration % 2 ** 32),
            u16(0x55c4, 0),
          )
        : fullBox("mdhd", 0, 0, u32(0, 0, track.timescale, duration), u16(0x55c4, 0)),
      fullBox(
        "hdlr",
        0,
        0,
        u32(0),
        encodeLatin1(video ? "vide" : "soun"),
        zeros(12),
        encodeLatin1(video ? "Picture\0" : "Sound\0"),
      ),
      box(
        "minf",
        video ? fullBox("vmhd", 0, 1, zeros(8)) : fullBox("smhd", 0, 0, zeros(4)),
        // ISO/IEC 14496-12 §8.7.2: flag 1, the samples are in this file.
        box("dinf", fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, 1))),
        box("stbl", fullBox("stsd", 0, 0, u32(1), sampleEntry(track)), ...boxes),
      ),
    ),
  );
}

/** ISO/IEC 14496-12 §8.3.2; flags: enabled, in the movie. */
function trackHeader(track: Track, id: number, duration: number): Uint8Array {
  const video = track.kind === "video";
  const [width, height] = video ? shownSize(track) : [0, 0];
  return fullBox(
    "tkhd",
    0,
    3,
    u32(0, 0, id, 0, duration),
    zeros(8),
    u16(0, 0, video ? 0 : 0x0100, 0),
    matrix(video ? track.rotation : 0),
    u32(Math.round(width * 0x1_0000), Math.round(height * 0x1_0000)),
  );
}

function shownSize({ width, height, pixelAspect }: VideoTrack): [number, number] {
  return [pixelAspect === undefined ? width : (width * pixelAspect.num) / pixelAspect.den, height];
}

/** ISO/IEC 14496-12 §6.2.2: how the picture is turned. */
function matrix(rotation: 0 | 90 | 180 | 270): Uint8Array {
  const one = 0x0001_0000;
  const minus = 0xffff_0000;
  const turned = {
    0: u32(one, 0, 0, 0, one, 0),
    90: u32(0, one, 0, minus, 0, 0),
    180: u32(minus, 0, 0, 0, minus, 0),
    270: u32(0, minus, 0, one, 0, 0),
  };
  return joined([turned[rotation], u32(0, 0, 0x4000_0000)]);
}

/**
 * ISO/IEC 14496-12 §8.6.6: what is shown first is at `start` on the track's own clock; duration 0 is all there is.
 * Nothing is shown for `waits` before.
 */
function editList(start: number, duration: number, waits: number): Uint8Array {
  const edit = [duration, start, 0x0001_0000];
  return waits === 0
    ? fullBox("elst", 0, 0, u32(1, ...edit))
    : fullBox("elst", 0, 0, u32(2, waits, 0xffff_ffff, 0x0001_0000, ...edit));
}

/** ISO/IEC 14496-12 §8.8.3. */
function trackDefaults(id: number): Uint8Array {
  return fullBox("trex", 0, 0, u32(id, 1, 0, 0, 0));
}
