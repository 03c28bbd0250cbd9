/** What is published is watched in Chromium, Firefox and VLC at once: by PUT and by RTMP. */
import { join } from "node:path";
import { listenTcp, type Listener } from "@socketscope/socket-core";
import { findProgram, needing, run, Spawned, TemporaryFolder } from "@socketscope/testkit";
import { openChromium, openFirefox, type Browser } from "@socketscope/testkit/browsers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serveRtmp } from "../src/ingest/rtmp-ingest.ts";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { serving, type Serving } from "./serving.ts";
import { problems, until } from "./watching.ts";

const SAMPLE = join(SAMPLE_FOLDER, "sample-180p.mp4");
/** Seconds that each browser is to play. */
const SECONDS = 3;

const missing = ["ffmpeg", "cvlc", "setpriv", "chromium", "firefox-esr"].filter(
  (name) => findProgram(name) === undefined,
);
const clients = needing(missing.length === 0 ? undefined : `${missing.join(", ")} not installed`);

clients.describe("a channel that is published", () => {
  let site: Serving;
  let door: Listener;
  let chromium: Browser;
  let firefox: Browser;
  let home: TemporaryFolder;
  const errors: unknown[] = [];
  beforeAll(async () => {
    home = new TemporaryFolder("vlc");
    site = await serving();
    door = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "rtmp" }, (stream) =>
      serveRtmp(stream, site.studio.desk, { handshake: 5000, command: 5000 }, (error) => errors.push(error)),
    );
    [chromium, firefox] = await Promise.all([openChromium(), openFirefox()]);
  });
  afterAll(async () => {
    await Promise.all([chromium[Symbol.asyncDispose](), firefox[Symbol.asyncDispose]()]);
    await door.drain(0);
    await site[Symbol.asyncDispose]();
    home[Symbol.dispose]();
  });

  async function watch(browser: Browser, name: string, delivery: string): Promise<string[]> {
    await using page = await browser.newPage();
    await page.goto(`${site.origin}/#channel=${name}&by=${delivery}`);
    await until(page, "screen.show !== undefined");
    await page.evaluate("(screen.video.muted = true, screen.play(), true)");
    await until(page, "screen.video.currentTime > 0 && screen.video.readyState >= 3 && !screen.video.paused");
    await page.evaluate("(globalThis.from = screen.video.currentTime, true)");
    await until(page, `screen.video.currentTime > from + ${SECONDS}`);
    return problems(page);
  }

  async function vlc(name: string): Promise<string> {
    const user = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "env", `HOME=${home.path}`];
    const quiet = [
      "-vv",
      "--no-color",
      "-I",
      "dummy",
      "--vout",
      "dummy",
      "--aout",
      "dummy",
      "--run-time",
      "5",
    ];
    const address = `${site.origin}/live/${name}/plain.m3u8`;
    const { stderr } = await run("setpriv", [...user, "cvlc", ...quiet, address, "vlc://quit"]);
    return stderr;
  }

  it.each([
    ["PUT", "mpegts", "hls", (name: string) => `${site.origin}/ingest/${name}`],
    ["RTMP", "flv", "low-latency", (name: string) => `rtmp://127.0.0.1:${door.address.port}/live/${name}`],
  ] as const)("by %s is watched by three clients at once", async (way, format, delivery, address) => {
    const name = way.toLowerCase();
    const input = ["-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", SAMPLE];
    const method = way === "PUT" ? ["-method", "PUT"] : [];
    const publisher = new Spawned("ffmpeg", [...input, "-c", "copy", ...method, "-f", format, address(name)]);
    try {
      while ((await fetch(`${site.origin}/live/${name}/master.m3u8`)).status !== 200)
        await new Promise((later) => setTimeout(later, 50));
      const [one, other, seen] = await Promise.all([
        watch(chromium, name, delivery),
        watch(firefox, name, "hls"),
        vlc(name),
      ]);
      expect([one, other]).toEqual([[], []]);
      expect(seen).toMatch(/Received first picture/i);
    } finally {
      await publisher.stop();
    }
    expect([...errors, ...site.errors]).toEqual([]);
  });
});
