import { connect } from "node:net";
import { join } from "node:path";
import { merged, parsePlaylist, type MediaPlaylist } from "@socketscope/media";
import { realClient, run, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { boxAt, boxNames } from "./boxes.ts";
import { TestClock } from "./clock.ts";
import { make } from "./ffmpeg.ts";
import { ENGINES, serving, type Serving } from "./serving.ts";

const BEGIN = Date.UTC(2026, 0, 1);
/** Seconds of the sample, of its segments, and of the part that is asked for. */
const TURN = 24;
const SEGMENT = 2;
const PART = 0.4;

async function playlist(site: Serving, file: string, query = ""): Promise<MediaPlaylist> {
  const response = await fetch(`${site.origin}/live/demo/360p/${file}${query}`);
  const found = parsePlaylist(await response.text());
  if (found.kind !== "media") throw new Error("a master playlist");
  return found;
}

/** When the first sample of a fragment is decoded, and how many ticks its samples last. */
function span(octets: Uint8Array): { from: number; lasts: number } {
  const traf = boxAt(boxAt(octets, "moof"), "traf");
  const tfdt = boxAt(traf, "tfdt");
  const trun = boxAt(traf, "trun");
  const words = new DataView(trun.buffer, trun.byteOffset, trun.byteLength);
  const row = (words.getUint32(0) & 0x400) === 0 ? 8 : 16;
  let lasts = 0;
  for (let i = 0; i < words.getUint32(4); i++) lasts += words.getUint32(12 + row * i);
  return { from: Number(new DataView(tfdt.buffer, tfdt.byteOffset).getBigUint64(4)), lasts };
}

async function octetsOf(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

describe.each(ENGINES)("a live channel, engine %s", (_name, engine) => {
  it("slides with the clock, says when things were, and marks each turn", async () => {
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock }, engine);
    const first = await playlist(site, "video-plain.m3u8");
    expect(first.targetDuration).toBe(SEGMENT);
    expect(first.segments).toHaveLength(6);
    expect(first.ended).toBe(false);
    const newest = first.segments.at(-1);
    // What was made last ended now.
    expect(newest?.programDateTime).toBe(BEGIN - SEGMENT * 1000);
    clock.turnTo(BEGIN + SEGMENT * 1000 - 1);
    expect(await playlist(site, "video-plain.m3u8")).toEqual(first);
    clock.turnTo(BEGIN + SEGMENT * 1000);
    const second = await playlist(site, "video-plain.m3u8");
    expect(second.mediaSequence).toBe(first.mediaSequence + 1);
    expect(second.segments.slice(0, -1).map(({ uri }) => uri)).toEqual(
      first.segments.slice(1).map(({ uri }) => uri),
    );
    // The sequence counts what has gone, so that a segment has the same number however often one looks.
    const seen = new Map<string, number>();
    for (let i = 0; i < 40; i++) {
      clock.turnTo(BEGIN + i * SEGMENT * 1000);
      const { segments, discontinuitySequence, mediaSequence } = await playlist(site, "video-plain.m3u8");
      let sequence = discontinuitySequence;
      for (const [j, { uri, discontinuity }] of segments.entries()) {
        if (discontinuity) sequence++;
        expect(discontinuity).toBe((mediaSequence + j) % (TURN / SEGMENT) === 0);
        expect(seen.get(uri) ?? sequence).toBe(sequence);
        seen.set(uri, sequence);
      }
    }
    expect(new Set(seen.values()).size).toBeGreaterThan(3);
  });

  it("keeps what has left the playlist for a while, and has nothing of the future", async () => {
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock }, engine);
    const { mediaSequence } = await playlist(site, "video-plain.m3u8");
    const ask = async (number: number): Promise<number> =>
      (await fetch(`${site.origin}/live/demo/360p/video-${number}.m4s`, { method: "HEAD" })).status;
    expect(await ask(mediaSequence)).toBe(200);
    expect(await ask(mediaSequence + 7)).toBe(404);
    clock.turnTo(BEGIN + 5 * SEGMENT * 1000);
    expect(await ask(mediaSequence)).toBe(200);
    clock.turnTo(BEGIN + 7 * SEGMENT * 1000);
    expect(await ask(mediaSequence)).toBe(404);
  });

  it("does not drift: after 100 turns sound and picture begin together", async () => {
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock }, engine);
    const { mediaSequence } = await playlist(site, "video-plain.m3u8");
    for (const turn of [1, 2, 50, 100, 101]) {
      // The first segment of that turn is the newest one.
      clock.turnTo(BEGIN + turn * TURN * 1000 + SEGMENT * 1000);
      const number = mediaSequence + 6 + (turn * TURN) / SEGMENT;
      const [video, audio, before] = await Promise.all(
        [`video-${number}`, `audio-${number}`, `audio-${number - 1}`].map((name) =>
          octetsOf(`${site.origin}/live/demo/360p/${name}.m4s`),
        ),
      );
      // Pictures at 12,800 ticks a second, decoded 1,024 ahead which the edit list takes back; sound at 48,000 likewise.
      const air = number * SEGMENT;
      expect(span(video ?? new Uint8Array()).from, `turn ${turn}`).toBe(air * 12_800);
      expect(span(audio ?? new Uint8Array()).from, `turn ${turn}`).toBe(air * 48_000 + 1024);
      expect(boxAt(boxAt(before ?? new Uint8Array(), "moof"), "traf")).toBeDefined();
    }
  });

  it("has no gap and no overlap in its sound, turns included", async () => {
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock, partMs: 2000 }, engine);
    const { mediaSequence } = await playlist(site, "audio-plain.m3u8");
    let end: number | undefined;
    for (let i = 0; i < 16; i++) {
      const number = mediaSequence + i;
      clock.turnTo(BEGIN + i * SEGMENT * 1000);
      const { from, lasts } = span(await octetsOf(`${site.origin}/live/demo/360p/audio-${number}.m4s`));
      if (end !== undefined) expect(Math.abs(from - end)).toBeLessThanOrEqual(1024);
      end = from + lasts;
    }
    expect(Math.abs((end ?? 0) - 1024 - (mediaSequence + 16) * SEGMENT * 48_000)).toBeLessThanOrEqual(1024);
  });

  it("hands out parts as they are made: hint, blocking reload, held part, segment in chunks", async () => {
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock }, engine);
    const base = `${site.origin}/live/demo/360p`;
    const before = await playlist(site, "video.m3u8");
    const next = before.mediaSequence + before.segments.length;
    expect(before.serverControl?.canBlockReload).toBe(true);
    expect(before.serverControl?.partHoldBack).toBeCloseTo(3 * (before.partTarget ?? 0), 5);
    expect(before.preloadHints.map(({ uri }) => uri)).toEqual([`video-${next}.0.m4s`]);
    expect(before.segments.map(({ parts }) => parts.length)).toEqual([0, 0, 0, 5, 5, 5]);
    // How far the others are: a player that changes over asks for what is there.
    expect(before.reports).toEqual([
      { uri: "audio.m3u8", lastSequence: next - 1, lastPart: 4 },
      { uri: "../180p/video.m3u8", lastSequence: next - 1, lastPart: 4 },
    ]);
    const other = await playlist(site, before.reports[1]?.uri ?? "");
    expect(other.segments.at(-1)?.parts).toHaveLength(5);

    const held = [
      playlist(site, "video.m3u8", `?_HLS_msn=${next}&_HLS_part=1`),
      octetsOf(`${base}/video-${next}.1.m4s`),
    ] as const;
    const chunks = await fetch(`${base}/video-${next}.m4s`);
    expect(chunks.headers.get("content-length")).toBeNull();
    while (clock.waiting < 3) await new Promise((later) => setTimeout(later, 5));
    clock.turnTo(BEGIN + 2 * PART * 1000);
    const [reloaded, part] = await Promise.all(held);
    expect(reloaded.coming?.parts.map(({ uri }) => uri)).toEqual([
      `video-${next}.0.m4s`,
      `video-${next}.1.m4s`,
    ]);
    expect(reloaded.reports[0]).toEqual({ uri: "audio.m3u8", lastSequence: next, lastPart: 1 });
    expect(reloaded.preloadHints.map(({ uri }) => uri)).toEqual([`video-${next}.2.m4s`]);
    for (let i = 3; i <= 5; i++) {
      while (clock.waiting < 1) await new Promise((later) => setTimeout(later, 5));
      clock.turnTo(BEGIN + i * PART * 1000);
    }
    // The segment is its parts, one behind the other.
    const whole = Buffer.from(await chunks.arrayBuffer());
    const parts = await Promise.all([0, 1, 2, 3, 4].map((i) => octetsOf(`${base}/video-${next}.${i}.m4s`)));
    expect(whole.equals(Buffer.concat(parts))).toBe(true);
    expect(Buffer.from(await octetsOf(`${base}/video-${next}.m4s`)).equals(whole)).toBe(true);
    expect(parts[1]).toEqual(part);
    // A part behind the last is the first of the next segment; a whole segment may be waited for, too.
    const late = playlist(site, "video.m3u8", `?_HLS_msn=${next + 1}&_HLS_part=5`);
    while (clock.waiting < 1) await new Promise((later) => setTimeout(later, 5));
    clock.turnTo(BEGIN + 4000 + PART * 1000);
    expect((await late).coming?.parts).toHaveLength(1);
    expect(site.errors).toEqual([]);
  });

  it("leaves out what a player knows, where the window is longer than the skip boundary", async () => {
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock, window: 20 }, engine);
    const before = await playlist(site, "video.m3u8");
    expect(before.segments).toHaveLength(20);
    expect(before.serverControl?.canSkipUntil).toBe(6 * SEGMENT);
    clock.turnTo(BEGIN + 3 * SEGMENT * 1000 + PART * 1000);
    const whole = await playlist(site, "video.m3u8");
    for (const word of ["YES", "v2"]) {
      const delta = await playlist(site, "video.m3u8", `?_HLS_skip=${word}`);
      expect([delta.skipped, delta.segments.length]).toEqual([14, 6]);
      const back = merged(before, delta);
      expect(back?.segments.map(({ uri }) => uri)).toEqual(whole.segments.map(({ uri }) => uri));
      expect(back?.segments.slice(14)).toEqual([
        expect.objectContaining({ map: expect.anything() }),
        ...whole.segments.slice(15),
      ]);
      expect({ ...delta, skipped: 0, segments: [] }).toEqual({ ...whole, segments: [] });
    }
    const number = whole.mediaSequence + 20;
    const awaited = playlist(site, "video.m3u8", `?_HLS_msn=${number}&_HLS_part=1&_HLS_skip=YES`);
    while (clock.waiting < 1) await new Promise((later) => setTimeout(later, 5));
    clock.turnTo(BEGIN + 3 * SEGMENT * 1000 + 2 * PART * 1000);
    expect(await awaited).toMatchObject({ skipped: 14, coming: { parts: [{}, {}] } });
    // What the player was told to pass over is there for as long again.
    const { segments } = before;
    expect((await fetch(`${site.origin}/live/demo/360p/${segments[0]?.uri}`)).status).toBe(200);
    expect((await playlist(site, "video-plain.m3u8", "?_HLS_skip=YES")).skipped).toBe(0);
    expect((await fetch(`${site.origin}/live/demo/360p/video.m3u8?_HLS_skip=NO`)).status).toBe(400);
    // The window of every day is no longer than the boundary: nothing is promised.
    await using short = await serving({ clock }, engine);
    expect((await playlist(short, "video.m3u8")).serverControl?.canSkipUntil).toBeUndefined();
    expect((await playlist(short, "video.m3u8", "?_HLS_skip=YES")).skipped).toBe(0);
  });

  it("answers 400 to what cannot be waited for, and forgets who has gone", async () => {
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock }, engine);
    const { mediaSequence, segments } = await playlist(site, "video.m3u8");
    const current = mediaSequence + segments.length;
    const ask = async (query: string): Promise<number> =>
      (await fetch(`${site.origin}/live/demo/360p/video.m3u8?${query}`)).status;
    expect(await ask(`_HLS_msn=${current + 3}`)).toBe(400);
    expect(await ask("_HLS_msn=x")).toBe(400);
    expect(await ask("_HLS_part=1")).toBe(400);
    expect(await ask("_HLS_msn=0&_HLS_part=99")).toBe(200);
    const { hostname, port } = new URL(site.origin);
    const leaving = connect(Number(port), hostname);
    leaving.write(`GET /live/demo/360p/video.m3u8?_HLS_msn=${current} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    while (clock.waiting < 1) await new Promise((later) => setTimeout(later, 5));
    leaving.resetAndDestroy();
    while (clock.waiting > 0) await new Promise((later) => setTimeout(later, 5));
    for (const path of [
      "none/master.m3u8",
      "demo/none.m3u8",
      "demo/720p/video.m3u8",
      "demo/360p/video-1.9.m4s",
      "none.mp4",
      "demo/360p/video-init-1.mp4",
    ])
      expect((await fetch(`${site.origin}/live/${path}`)).status, path).toBe(404);
    expect(site.errors).toEqual([]);
  });
});

it("as one response, has for each second a block that a browser hands on", async () => {
  await using site = await serving();
  const response = await fetch(`${site.origin}/live/demo.mp4`);
  // The first segment, of 2 s: the sample takes a fifth of that.
  const octets = Buffer.alloc(64 * 1024);
  let at = 0;
  for await (const piece of response.body ?? []) {
    at += Buffer.from(piece).copy(octets, at);
    if (at === octets.length) break;
  }
  const names = boxNames(octets);
  expect(new Set(names)).toEqual(new Set(["ftyp", "moov", "moof", "mdat", "free"]));
  // One for each part of 0.4 s: no more of the channel than 2 s is in them.
  expect(names.filter((name) => name === "free").length).toBeLessThanOrEqual(5);
  expect(site.errors).toEqual([]);
});

const client = realClient("ffmpeg", "ffprobe");
client.describe("ffmpeg watches a channel", () => {
  const facts = async (file: string): Promise<string[]> => {
    const show = ["-show_entries", "stream=codec_type,nb_read_packets", "-count_packets", "-of", "csv=p=0"];
    return (await run("ffprobe", ["-loglevel", "error", ...show, file])).text.trim().split("\n");
  };

  it.each(ENGINES)(
    "plain, and as one file that does not end, engine %s",
    async (_name, engine) => {
      using folder = new TemporaryFolder();
      await using site = await serving({}, engine);
      for (const [path, name] of [
        ["demo/plain.m3u8", "hls.mp4"],
        ["demo.mp4", "endless.mp4"],
      ] as const) {
        const out = join(folder.path, name);
        // Live from three segments before the edge: 5 s of picture are there at once, or in 5 s.
        await make(
          ["-i", `${site.origin}/live/${path}`, "-t", "5", "-map", "0:v:0", "-map", "0:a:0", "-c", "copy"],
          out,
        );
        const [video = "", audio = ""] = await facts(out);
        expect(Number(video.split(",")[1])).toBeGreaterThanOrEqual(125);
        expect(Number(audio.split(",")[1])).toBeGreaterThanOrEqual(230);
      }
      expect(site.errors).toEqual([]);
    },
    90_000,
  );

  it("plays a folder of films one after the other, whatever they are", async () => {
    using folder = new TemporaryFolder();
    const source = join(SAMPLE_FOLDER, "sample-360p.mp4");
    await make(["-i", source, "-t", "3.9", "-c", "copy"], join(folder.path, "a.mp4"));
    await make(
      ["-i", source, "-t", "3.9", "-vf", "scale=320:180", "-c:v", "libx264", "-g", "50", "-c:a", "copy"],
      join(folder.path, "b.mkv"),
    );
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock, channels: [{ name: "mixed", path: folder.path }] });
    const url = `${site.origin}/live/mixed/film/video-plain.m3u8`;
    const list = parsePlaylist(await (await fetch(url)).text());
    if (list.kind !== "media") throw new Error("a master playlist");
    const maps = list.segments.flatMap(({ map }) => map?.uri ?? []);
    expect(new Set(maps)).toEqual(new Set(["video-init-0.mp4", "video-init-1.mp4"]));
    const sizes = await Promise.all(
      [0, 1].map(async (film) => {
        const moov = boxAt(await octetsOf(`${site.origin}/live/mixed/film/video-init-${film}.mp4`), "moov");
        const tkhd = boxAt(boxAt(moov, "trak"), "tkhd");
        return new DataView(tkhd.buffer, tkhd.byteOffset).getUint16(76);
      }),
    );
    expect(sizes).toEqual([640, 320]);
  });
});
