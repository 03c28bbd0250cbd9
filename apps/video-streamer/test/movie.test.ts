import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { Film, FILM_LIMITS } from "../src/films/film.ts";
import { openMovie } from "../src/films/movie.ts";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { make } from "./ffmpeg.ts";

const SAMPLE = join(SAMPLE_FOLDER, "sample-360p.mp4");
const client = realClient("ffmpeg");

/** All that a player is told, and every sample. */
async function whole(film: Film): Promise<unknown> {
  const segments = [];
  for (let i = 0; i < film.segments; i++)
    segments.push({
      from: film.startOf(i),
      pictures: (await film.pictures(i)).map(plain),
      sound: (await film.sound(i)).map(plain),
    });
  const tracks = [film.video?.track, film.audio?.track].map(
    (track) => track && { ...plain(track), codecString: nameOf(track.codecString) },
  );
  return { tracks, duration: film.duration, weights: await film.weights(), segments };
}

/** The library names an entry hev1 that is hvc1, writes flac small, and of VP9 what may be left out. */
function nameOf(codec: string): string {
  return codec
    .replace("hev1", "hvc1")
    .replace("fLaC", "flac")
    .replace(/^(vp09(?:\.\d+){3}).*/, "$1");
}

/** Buffer or Uint8Array, the octets are the same. */
function plain(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      one instanceof Uint8Array ? Buffer.from(one).toString("base64") : one,
    ]),
  );
}

/** By our own reader of the index, and by the library's. */
async function both(path: string): Promise<{ ours: unknown; theirs: unknown }> {
  const lanes = await openMovie(path, FILM_LIMITS);
  expect(lanes, path).toBeDefined();
  lanes?.close();
  const ours = await Film.open(path);
  // With no room for an index it is the library's.
  const theirs = await Film.open(path, { ...FILM_LIMITS, index: 0 });
  try {
    return { ours: await whole(ours), theirs: await whole(theirs) };
  } finally {
    ours.close();
    theirs.close();
  }
}

describe("an MP4 by its own index", () => {
  it("is what the library makes of it, sample for sample", async () => {
    const { ours, theirs } = await both(SAMPLE);
    expect(ours).toEqual(theirs);
  });

  it("is left to the library when something in it is not read here", async () => {
    using folder = new TemporaryFolder();
    const film = readFileSync(SAMPLE);
    const edited = (name: string, change: (octets: Buffer) => void): string => {
      const octets = Buffer.from(film);
      // Behind the brands in ftyp, which are names of boxes too.
      change(octets.subarray(octets.indexOf(name, name === "ftyp" ? 0 : 32) - 4));
      const path = join(folder.path, `${name}.mp4`);
      writeFileSync(path, octets);
      return path;
    };
    for (const path of [
      edited("stsz", (box) => box.write("stz2", 4)),
      edited("avc1", (box) => box.write("encv", 4)),
      edited("stts", (box) => box.writeUInt32BE(1, 16)),
      edited("stsc", (box) => box.writeUInt32BE(2, 24)),
      edited("moov", (box) => box.writeUInt32BE(4)),
      edited("ftyp", (box) => box.write("RIFF", 4)),
    ])
      expect(await openMovie(path, FILM_LIMITS), path).toBeUndefined();
    expect(await openMovie(SAMPLE, { ...FILM_LIMITS, samples: 599 })).toBeUndefined();
  });

  it("reads no more octets for a segment than it may", async () => {
    const film = await Film.open(SAMPLE, { ...FILM_LIMITS, segmentOctets: 5000 });
    await expect(film.pictures(0)).rejects.toThrow("a segment of it has more than 5000 octets");
    film.close();
  });
});

client.describe("MP4 and MOV of ffmpeg, by their own index", () => {
  const source = ["-i", SAMPLE, "-t", "4.5"];
  const x264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-keyint_min", "25"];
  it.each([
    ["pictures out of order", "b.mp4", [...x264, "-bf", "3", "-b_strategy", "0", "-c:a", "copy"]],
    ["an index in front", "front.mp4", ["-c", "copy", "-movflags", "faststart"]],
    ["QuickTime, a coarse clock", "coarse.mov", [...x264, "-video_track_timescale", "600", "-c:a", "copy"]],
    [
      "pictures at odd times",
      "odd.mp4",
      [...x264, "-vf", "setpts='PTS+mod(N,3)*0.01/TB'", "-fps_mode", "vfr"],
    ],
    [
      "sound that begins late",
      "late.mp4",
      ["-itsoffset", "0.4", ...source, "-map", "0:v", "-map", "1:a", "-c", "copy"],
    ],
    ["sound alone", "sound.m4a", ["-vn", "-c:a", "copy"]],
    ["pictures alone, one key picture a frame", "keys.mp4", ["-an", ...x264, "-g", "1"]],
    [
      "H.265 and Opus",
      "new.mp4",
      [
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none:keyint=25",
        "-c:a",
        "libopus",
        "-tag:v",
        "hvc1",
      ],
    ],
    [
      "VP9 and FLAC",
      "vp9.mp4",
      [
        "-c:v",
        "libvpx-vp9",
        "-deadline",
        "realtime",
        "-cpu-used",
        "8",
        "-g",
        "25",
        "-c:a",
        "flac",
        "-strict",
        "-2",
      ],
    ],
    ["MP3, turned", "turned.mp4", ["-c:v", "copy", "-c:a", "libmp3lame", "-metadata:s:v", "rotate=90"]],
  ] as const)(
    "%s: as the library's",
    async (_what, name, args) => {
      using folder = new TemporaryFolder();
      const path = join(folder.path, name);
      await make([...source, ...args], path);
      const { ours, theirs } = await both(path);
      expect(ours).toEqual(theirs);
    },
    60_000,
  );
});
