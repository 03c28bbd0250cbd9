/** A channel as MPEG-TS over HTTP: one response that never ends, and HLS in segments of it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parsePlaylist, TsDemultiplexer, type MediaPlaylist, type TsEvent } from "@socketscope/media";
import { realClient, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { TestClock } from "./clock.ts";
import { frames, make } from "./ffmpeg.ts";
import { ENGINES, serving, type Serving } from "./serving.ts";

const client = realClient("ffmpeg", "ffprobe");
const BEGIN = Date.UTC(2026, 0, 1);
/** Milliseconds of a segment of the sample, and of a turn of it. */
const SEGMENT = 2000;
const TURN = 24_000;

function demultiplex(...chunks: readonly Uint8Array[]): TsEvent[] {
  const demux = new TsDemultiplexer();
  return [...chunks.flatMap((chunk) => [...demux.push(chunk)]), ...demux.end()];
}

/** What comes of `/live/demo.ts` while the clock goes on for `ms`. */
async function listen(site: Serving, clock: TestClock, ms: number): Promise<Uint8Array> {
  const gone = new AbortController();
  const response = await fetch(`${site.origin}/live/demo.ts`, { signal: gone.signal });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "video/mp2t"]);
  const chunks: Uint8Array[] = [];
  const end = clock.now() + ms;
  const reading = (async () => {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
  })().catch(() => undefined);
  while (clock.now() < end) {
    // The next part is waited for: then it is time for it.
    await expect.poll(() => clock.waiting, { interval: 1 }).toBeGreaterThan(0);
    clock.turnTo(clock.now() + 200);
  }
  await expect.poll(() => clock.waiting, { interval: 1 }).toBeGreaterThan(0);
  gone.abort();
  await reading;
  return Buffer.concat(chunks);
}

describe.each(ENGINES)("a channel in MPEG-TS, engine %s", (_name, engine) => {
  it("goes on over a turn without a fault: sound, pictures and clock", async () => {
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock }, engine);
    const octets = await listen(site, clock, TURN + 2 * SEGMENT);
    // Who stops listening does so in the middle of a picture: the end is not looked at.
    const events = new TsDemultiplexer().push(octets);
    expect(events.filter(({ type }) => type === "fault" || type === "jump")).toEqual([]);
    const times = events.flatMap((event) =>
      event.type === "sample" && event.kind === "video" ? [event.sample.dts] : [],
    );
    // The last whole segment at once, then all that came on the air; some of it is held back for the sound.
    expect(times.length).toBeGreaterThan(25 * 27);
    expect(times.every((dts, i) => i === 0 || dts - (times[i - 1] ?? 0) === 3600)).toBe(true);
    const clocks = events.flatMap((event) => (event.type === "clock" ? [event.pcr] : []));
    expect(
      clocks.every(
        (pcr, i) => i === 0 || (pcr > (clocks[i - 1] ?? 0) && pcr - (clocks[i - 1] ?? 0) <= 2_700_000),
      ),
    ).toBe(true);
  });

  it("has playlists of whole segments, which are one stream", async () => {
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock }, engine);
    const base = `${site.origin}/live/demo`;
    const master = parsePlaylist(await (await fetch(`${base}/ts.m3u8`)).text());
    if (master.kind !== "master") throw new Error("a media playlist");
    expect(master.variants.map(({ uri }) => uri)).toEqual(["360p/ts.m3u8", "180p/ts.m3u8"]);
    const list = async (file: string): Promise<MediaPlaylist> => {
      const found = parsePlaylist(await (await fetch(`${base}/360p/${file}`)).text());
      if (found.kind !== "media") throw new Error("a master playlist");
      return found;
    };
    for (const turn of [0, 3 * SEGMENT]) {
      clock.turnTo(BEGIN + turn);
      const [ours, plain] = [await list("ts.m3u8"), await list("video-plain.m3u8")];
      const said = ({ segments, ...rest }: MediaPlaylist): unknown => [
        rest.mediaSequence,
        rest.discontinuitySequence,
        segments.map(({ duration, discontinuity, programDateTime }) => [
          duration,
          discontinuity,
          programDateTime,
        ]),
      ];
      expect(said(ours)).toEqual(said(plain));
      const segments = await Promise.all(
        ours.segments.map(async ({ uri }) => {
          const response = await fetch(`${base}/360p/${uri}`);
          expect(response.headers.get("content-type")).toBe("video/mp2t");
          return new Uint8Array(await response.arrayBuffer());
        }),
      );
      const events = demultiplex(...segments);
      expect(events.filter(({ type }) => type === "fault" || type === "jump")).toEqual([]);
      const bits = Math.max(...segments.map(({ length }) => (length * 8000) / SEGMENT));
      expect(bits).toBeLessThanOrEqual(master.variants[0]?.bandwidth ?? 0);
    }
    const { mediaSequence } = await list("ts.m3u8");
    const ask = async (number: number): Promise<number> =>
      (await fetch(`${base}/360p/ts-${number}.ts`)).status;
    expect([await ask(mediaSequence + 6), await ask(mediaSequence + 5)]).toEqual([404, 200]);
  });
});

client.describe("with ffmpeg", () =>
  it("a channel in MPEG-TS is decoded without a word, and shows the film's own pictures", async () => {
    using folder = new TemporaryFolder();
    const clock = new TestClock(BEGIN);
    await using site = await serving({ clock });
    const file = join(folder.path, "listened.ts");
    const octets = await listen(site, clock, 3 * SEGMENT);
    writeFileSync(file, octets.subarray(0, octets.length - (octets.length % 188)));
    const film = new Set(await frames(join(SAMPLE_FOLDER, "sample-360p.mp4"), "v"));
    const shown = await frames(file, "v");
    expect(shown.length).toBeGreaterThan(150);
    expect(shown.filter((picture) => !film.has(picture))).toEqual([]);
  }),
);

client.describe("with ffmpeg", () =>
  it("a channel of codecs that MPEG-TS does not carry says so", async () => {
    using folder = new TemporaryFolder();
    const file = join(folder.path, "other.webm");
    await make(["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=2", "-c:v", "libvpx-vp9"], file);
    await using site = await serving({ channels: [{ name: "other", path: file }] });
    for (const address of ["other.ts", "other/film/ts.m3u8"]) {
      const response = await fetch(`${site.origin}/live/${address}`);
      expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("H.264")]);
    }
  }),
);
