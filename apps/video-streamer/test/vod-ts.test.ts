import { join } from "node:path";
import { parsePlaylist } from "@socketscope/media";
import { realClient, run, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { frames, make, times } from "./ffmpeg.ts";
import { ENGINES, serving } from "./serving.ts";

const client = realClient("ffmpeg", "ffprobe");
const SAMPLE = join(SAMPLE_FOLDER, "sample-360p.mp4");

// By one engine: what is decoded here is the packager's, and the engines are compared below.
client.describe("with ffmpeg", () =>
  it("HLS in MPEG-TS is the film picture for picture, and one stream where its segments lie behind each other", async () => {
    await using site = await serving();
    const base = `${site.origin}/vod/sample/360p`;
    expect(await frames(`${base}/ts.m3u8`, "v")).toEqual(await frames(SAMPLE, "v"));
    expect(await times(`${base}/ts.m3u8`, "v")).toEqual(
      (await times(SAMPLE, "v")).map((time) => expect.closeTo(time + 1, 3)),
    );
    // As by fMP4: ffmpeg shows the frame of sound that a decoder needs before the first one.
    expect((await frames(`${base}/ts.m3u8`, "a")).slice(1)).toEqual(await frames(SAMPLE, "a"));
    const { text } = await run("ffprobe", [
      "-loglevel",
      "error",
      "-show_entries",
      "packet=flags",
      "-of",
      "csv=p=0",
      `${base}/ts.m3u8`,
    ]);
    expect(text).toContain("K_");
    expect(text).not.toContain("C");
    expect(site.errors).toEqual([]);
  }),
);

describe.each(ENGINES)("HLS in MPEG-TS, engine %s", (_name, engine) => {
  it("has a master that says what its segments take at most", async () => {
    await using site = await serving({}, engine);
    const url = `${site.origin}/vod/sample/ts.m3u8`;
    const master = parsePlaylist(await (await fetch(url)).text());
    if (master.kind !== "master") throw new Error("a media playlist");
    expect(master.variants.map(({ uri, codecs }) => [uri, codecs])).toEqual([
      ["360p/ts.m3u8", "avc1.64001f,mp4a.40.2"],
      ["180p/ts.m3u8", "avc1.640015,mp4a.40.2"],
    ]);
    for (const { uri, bandwidth, averageBandwidth = 0 } of master.variants) {
      const media = parsePlaylist(await (await fetch(new URL(uri, url))).text());
      if (media.kind !== "media") throw new Error("a master playlist");
      expect(media.segments).toHaveLength(12);
      let octets = 0;
      for (const segment of media.segments) {
        const response = await fetch(new URL(segment.uri, new URL(uri, url)));
        expect(response.headers.get("content-type")).toBe("video/mp2t");
        const { byteLength } = await response.arrayBuffer();
        expect((byteLength * 8) / segment.duration).toBeLessThanOrEqual(bandwidth);
        octets += byteLength;
      }
      expect((octets * 8) / 24).toBeLessThanOrEqual(averageBandwidth);
      expect((octets * 8) / 24).toBeGreaterThan(averageBandwidth * 0.6);
    }
    const lost = await fetch(`${site.origin}/vod/sample/360p/ts-12.ts`);
    expect(lost.status).toBe(404);
  });

  client.describe("with ffmpeg", () =>
    it("is not there for codecs that it does not carry", async () => {
      using folder = new TemporaryFolder();
      await make(
        ["-i", SAMPLE, "-t", "2", "-an", "-c:v", "libvpx-vp9", "-cpu-used", "8"],
        join(folder.path, "other.webm"),
      );
      await using site = await serving({ media: folder.path, channels: [] }, engine);
      for (const address of ["ts.m3u8", "film/ts.m3u8", "film/ts-0.ts"]) {
        const response = await fetch(`${site.origin}/vod/other/${address}`);
        expect([response.status, await response.text()]).toEqual([
          404,
          expect.stringContaining("H.264 only"),
        ]);
      }
      expect((await fetch(`${site.origin}/vod/other/master.m3u8`)).status).toBe(200);
    }),
  );
});
