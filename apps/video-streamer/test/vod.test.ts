import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parsePlaylist, type MasterPlaylist, type MediaPlaylist } from "@socketscope/media";
import { realClient, run, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { frames, make, times } from "./ffmpeg.ts";
import { ENGINES, serving } from "./serving.ts";

const SAMPLE = join(SAMPLE_FOLDER, "sample-360p.mp4");
const client = realClient("ffmpeg", "ffprobe");

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.text();
}

async function master(url: string): Promise<MasterPlaylist> {
  const playlist = parsePlaylist(await text(url));
  if (playlist.kind !== "master") throw new Error("a media playlist");
  return playlist;
}

/** Those that play, and are not for winding alone. */
async function played(url: string): Promise<MasterPlaylist> {
  const playlist = await master(url);
  return { ...playlist, variants: playlist.variants.filter(({ iFrames }) => !iFrames) };
}

async function media(url: string): Promise<MediaPlaylist> {
  const playlist = parsePlaylist(await text(url));
  if (playlist.kind !== "media") throw new Error("a master playlist");
  return playlist;
}

/** Octets and seconds of every segment of a playlist. */
async function weigh(url: string): Promise<{ octets: number; duration: number }[]> {
  const { segments } = await media(url);
  return Promise.all(
    segments.map(async ({ uri, duration }) => {
      const response = await fetch(new URL(uri, url));
      return { octets: (await response.arrayBuffer()).byteLength, duration };
    }),
  );
}

describe.each(ENGINES)("HLS on demand, engine %s", (_name, engine) => {
  it("is the film picture for picture and sample for sample", async () => {
    await using site = await serving({}, engine);
    const base = `${site.origin}/vod/sample/360p`;
    const pictures = await frames(SAMPLE, "v");
    expect(pictures).toHaveLength(600);
    expect(await frames(`${base}/video.m3u8`, "v")).toEqual(pictures);
    expect(await times(`${base}/video.m3u8`, "v")).toEqual(await times(SAMPLE, "v"));
    // A decoder of AAC needs the frame before the first one; ffmpeg shows it when it comes by HLS.
    expect((await frames(`${base}/audio.m3u8`, "a")).slice(1)).toEqual(await frames(SAMPLE, "a"));
    expect(await times(`${base}/audio.m3u8`, "a")).toEqual(await times(SAMPLE, "a"));
    expect(site.errors).toEqual([]);
  });

  it("has a playlist of key pictures: each range of a segment is one, as the film has it", async () => {
    await using site = await serving({}, engine);
    using folder = new TemporaryFolder();
    const url = `${site.origin}/vod/sample/master.m3u8`;
    const keyed = (await master(url)).variants.filter(({ iFrames }) => iFrames);
    expect(keyed.map(({ uri, codecs, resolution }) => [uri, codecs, resolution?.height])).toEqual([
      ["360p/keys.m3u8", expect.stringMatching(/^avc1\.\w+$/), 360],
      ["180p/keys.m3u8", expect.stringMatching(/^avc1\.\w+$/), 180],
    ]);
    const base = new URL(keyed[0]?.uri ?? "", url);
    const { segments, iFramesOnly, ended } = await media(base.href);
    expect([iFramesOnly, ended, segments.length]).toEqual([true, true, 12]);
    const bits = segments.map(({ byteRange, duration }) => (8 * (byteRange?.length ?? 0)) / duration);
    expect(keyed[0]?.bandwidth).toBe(Math.ceil(Math.max(...bits)));
    const init = await (await fetch(new URL(segments[0]?.map?.uri ?? "", base))).arrayBuffer();
    const pictures = engine === ENGINES[0]?.[1] ? await frames(SAMPLE, "v") : [];
    for (const [i, { uri, byteRange }] of segments.entries()) {
      const { offset = -1, length = 0 } = byteRange ?? {};
      const range = `bytes=${offset}-${offset + length - 1}`;
      const response = await fetch(new URL(uri, base), { headers: { range } });
      const octets = await response.arrayBuffer();
      expect([response.status, octets.byteLength]).toEqual([206, length]);
      // Both engines give the same octets: to look into those of one is enough.
      if (pictures.length === 0) continue;
      const file = join(folder.path, `${i}.mp4`);
      writeFileSync(file, Buffer.concat([Buffer.from(init), Buffer.from(octets)]));
      const show = ["-show_entries", "packet=pts_time,flags", "-of", "csv=p=0", file];
      // The head tells of pictures that are not in the range: that they are missing is no fault.
      const { text: said } = await run("ffprobe", ["-loglevel", "fatal", ...show]);
      expect(said.trim()).toBe(`${(2 * i).toFixed(6)},K_`);
      if (i % 4 > 0) continue;
      const { text: shown } = await run("ffmpeg", [
        "-nostdin",
        "-v",
        "fatal",
        "-i",
        file,
        "-f",
        "framemd5",
        "-",
      ]);
      expect(shown.trim().split("\n").at(-1)?.split(",").at(-1)?.trim()).toBe(pictures[50 * i]);
    }
    expect(site.errors).toEqual([]);
  });

  it("has none where the sizes of key pictures are known only once they are read", async () => {
    using folder = new TemporaryFolder();
    await make(["-i", SAMPLE, "-t", "4", "-c", "copy"], join(folder.path, "film.ts"));
    await using site = await serving({ media: folder.path, channels: [] }, engine);
    const { variants } = await master(`${site.origin}/vod/film/master.m3u8`);
    expect(variants.map(({ iFrames }) => iFrames)).toEqual([false]);
    const [label = ""] = variants[0]?.uri.split("/") ?? [];
    expect((await fetch(`${site.origin}/vod/film/${label}/keys.m3u8`)).status).toBe(404);
  });

  it("says in its master what its renditions take, to the octet", async () => {
    await using site = await serving({}, engine);
    const url = `${site.origin}/vod/sample/master.m3u8`;
    const { variants, renditions } = await played(url);
    const sound = renditions[0];
    expect(
      variants.map(({ resolution, codecs, frameRate, audio }) => ({ resolution, codecs, frameRate, audio })),
    ).toEqual([
      {
        resolution: { width: 640, height: 360 },
        codecs: "avc1.64001f,mp4a.40.2",
        frameRate: 25,
        audio: sound?.groupId,
      },
      {
        resolution: { width: 320, height: 180 },
        codecs: "avc1.640015,mp4a.40.2",
        frameRate: 25,
        audio: sound?.groupId,
      },
    ]);
    const heard = await weigh(new URL(sound?.uri ?? "", url).href);
    for (const variant of variants) {
      const seen = await weigh(new URL(variant.uri, url).href);
      // All segments last 2 s, which is the target: the peak is that of the largest one.
      const rate = ({ octets, duration }: { octets: number; duration: number }): number =>
        (8 * octets) / duration;
      const peak = Math.max(...seen.map(rate)) + Math.max(...heard.map(rate));
      const average = [seen, heard].reduce(
        (sum, all) => sum + (8 * all.reduce((s, { octets }) => s + octets, 0)) / 24,
        0,
      );
      expect(variant.bandwidth).toBe(peak);
      expect(Math.abs((variant.averageBandwidth ?? 0) - average)).toBeLessThan(3);
    }
  });

  it("can be kept by what stands in between", async () => {
    await using site = await serving({}, engine);
    const base = `${site.origin}/vod/sample`;
    for (const [path, cache, type] of [
      ["master.m3u8", "no-cache", "application/vnd.apple.mpegurl"],
      ["360p/video.m3u8", "no-cache", "application/vnd.apple.mpegurl"],
      // RFC 9111 §5.2.2.1, §5.2.2.4
      ["360p/video.mp4", "public, max-age=3600", "video/mp4"],
      ["360p/video-3.m4s", "public, max-age=3600", "video/mp4"],
      ["180p/audio-11.m4s", "public, max-age=3600", "audio/mp4"],
    ] as const) {
      const first = await fetch(`${base}/${path}`);
      expect([first.headers.get("cache-control"), first.headers.get("content-type")]).toEqual([cache, type]);
      expect(first.headers.get("access-control-allow-origin")).toBe("*");
      const octets = Buffer.from(await first.arrayBuffer());
      const again = await fetch(`${base}/${path}`, {
        headers: { "If-None-Match": first.headers.get("etag") ?? "" },
      });
      expect(again.status).toBe(304);
      const part = await fetch(`${base}/${path}`, { headers: { Range: "bytes=3-9" } });
      expect(Buffer.from(await part.arrayBuffer())).toEqual(octets.subarray(3, 10));
    }
  });

  it("says of what is not there that it is not there", async () => {
    await using site = await serving({}, engine);
    const ask = async (path: string): Promise<number> => (await fetch(`${site.origin}/vod/${path}`)).status;
    for (const path of [
      "",
      "sample",
      "sample/",
      "none/master.m3u8",
      "sample/720p/video.m3u8",
      "sample/360p/video-12.m4s",
      "sample/360p/video--1.m4s",
      "sample/360p/video-999999.m4s",
      "sample/360p/text.m3u8",
      "sample/360p/video.m3u8/more",
      "sample/text-0.m3u8",
      "..%2f..%2fetc/master.m3u8",
      "%2e%2e/master.m3u8",
      "%zz/master.m3u8",
      "__proto__/master.m3u8",
    ])
      expect(await ask(path), path).toBe(404);
    expect(site.errors).toEqual([]);
  });
});

client.describe("HLS on demand, of any film", () => {
  it("reads MOV, MKV, TS and WebM, and MP4 in fragments", async () => {
    using folder = new TemporaryFolder();
    const source = ["-i", SAMPLE, "-t", "7.9"];
    const copy = [...source, "-c", "copy"];
    await make(copy, join(folder.path, "mov.mov"));
    await make(copy, join(folder.path, "mkv.mkv"));
    await make(copy, join(folder.path, "ts.ts"));
    await make([...copy, "-movflags", "frag_keyframe+empty_moov"], join(folder.path, "frag.mp4"));
    await make(
      [
        ...source,
        "-c:v",
        "libvpx-vp9",
        "-deadline",
        "realtime",
        "-cpu-used",
        "8",
        "-g",
        "50",
        "-c:a",
        "libopus",
      ],
      join(folder.path, "webm.webm"),
    );
    await using site = await serving({ media: folder.path });
    for (const [name, file] of [
      ["mov", "mov.mov"],
      ["mkv", "mkv.mkv"],
      ["ts", "ts.ts"],
      ["frag", "frag.mp4"],
      ["webm", "webm.webm"],
    ] as const) {
      const url = `${site.origin}/vod/${name}/master.m3u8`;
      const path = join(folder.path, file);
      expect(await frames(url, "v"), name).toEqual(await frames(path, "v"));
      const heard = await frames(path, "a");
      const streamed = await frames(url, "a");
      expect(streamed.slice(-heard.length).slice(2, -2), name).toEqual(heard.slice(2, -2));
      const { segments } = await media(`${site.origin}/vod/${name}/film/video.m3u8`);
      expect(
        segments.map(({ duration }) => Math.round(duration)),
        name,
      ).toEqual([2, 2, 2, 2]);
    }
    expect(site.errors).toEqual([]);
  });

  it("offers the subtitles that lie beside the film", async () => {
    using folder = new TemporaryFolder();
    writeFileSync(join(folder.path, "sea-360p.mp4"), readFileSync(SAMPLE));
    writeFileSync(join(folder.path, "sea.en.vtt"), "WEBVTT\n\n00:01.000 --> 00:02.000\nAhoy\n");
    await using site = await serving({ media: folder.path });
    const url = `${site.origin}/vod/sea/master.m3u8`;
    const { renditions, variants } = await master(url);
    const texts = renditions.find(({ type }) => type === "SUBTITLES");
    expect(texts).toMatchObject({ language: "en", name: "en", uri: "text-0.m3u8" });
    expect(variants[0]?.subtitles).toBe(texts?.groupId);
    const playlist = await media(new URL(texts?.uri ?? "", url).href);
    expect(playlist.segments).toHaveLength(1);
    const words = await fetch(new URL(playlist.segments[0]?.uri ?? "", `${site.origin}/vod/sea/text-0.m3u8`));
    expect(words.headers.get("content-type")).toBe("text/vtt; charset=utf-8");
    expect(await words.text()).toContain("Ahoy");
  });

  it("says what is wrong with a file, and lives on", async () => {
    using folder = new TemporaryFolder();
    const film = readFileSync(SAMPLE);
    const put = (name: string, octets: Uint8Array | string): void =>
      writeFileSync(join(folder.path, name), octets);
    put("short.mp4", film.subarray(0, 20_000)); // its index is whole, its pictures are not
    put("head.mp4", film.subarray(0, 500));
    put("empty.mp4", "");
    put("text.mp4", "this is no film");
    put("noise.ts", Buffer.from(Array.from({ length: 50_000 }, (_value, i) => (i * i * 7919) % 251)));
    put("sea-360p.mp4", film);
    put("sea-180p.mp4", "this is no film either");
    await make(
      ["-i", SAMPLE, "-t", "1", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-an"],
      join(folder.path, "vp8.webm"),
    );
    await using site = await serving({ media: folder.path });
    for (const [path, words] of [
      ["head/master.m3u8", /^head cannot be had as HLS: it holds no pictures/],
      ["empty/master.m3u8", /^empty cannot be had as HLS: it cannot be read: it is no MP4, MOV/],
      ["text/master.m3u8", /^text cannot be had as HLS: it cannot be read: it is no MP4, MOV/],
      ["noise/master.m3u8", /^noise cannot be had as HLS: it cannot be read: it is no MP4, MOV/],
      ["vp8/master.m3u8", /^vp8 cannot be had as HLS: its pictures are vp8, which HLS cannot carry/],
      ["short/film/video-9.m4s", /^short cannot be had as HLS: it cannot be read on/],
    ] as const) {
      const answer = await fetch(`${site.origin}/vod/${path}`);
      expect([answer.status, await answer.text()], path).toEqual([404, expect.stringMatching(words)]);
    }
    // What can be read of a title is shown, and a file that has come right is seen.
    expect((await played(`${site.origin}/vod/sea/master.m3u8`)).variants).toHaveLength(1);
    put("text.mp4", film);
    expect((await played(`${site.origin}/vod/text/master.m3u8`)).variants).toHaveLength(1);
    expect(site.errors).toEqual([]);
  });
});
