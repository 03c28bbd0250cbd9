/** Our own server, and nginx with what ffmpeg has cut: what is written down is what was sent. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  realClient,
  run,
  spawnApp,
  Spawned,
  TemporaryFolder,
  workspaceRoot,
  type RunningApp,
} from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asked } from "./asked.ts";
import { pictures, SAMPLE, told } from "./films.ts";

/** Packets of pictures and of sound. */
async function packets(file: string): Promise<string[]> {
  const show = ["-show_entries", "stream=codec_type,nb_read_packets", "-of", "csv=p=0"];
  return (await run("ffprobe", ["-v", "error", "-count_packets", ...show, file])).text.trim().split("\n");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

realClient("ffmpeg", "ffprobe").describe("our own server", () => {
  let app: RunningApp;
  const folder = new TemporaryFolder();
  const file = (name: string): string => join(folder.path, name);
  beforeAll(async () => {
    app = await spawnApp("video-streamer");
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  it("HLS on demand: pictures and sound that came apart are one file again, picture by picture", async () => {
    const out = file("vod.mp4");
    const url = `${app.url("http")}/vod/sample/master.m3u8`;
    const { code, errors } = await asked("--flat-out", "--quality", "180p", "-o", out, url);
    expect([code, errors]).toEqual([0, expect.stringContaining("0 stalls")]);
    expect(await packets(out)).toEqual(["video,600", expect.stringMatching(/^audio,112\d$/)]);
    expect(await pictures(out)).toBe(await pictures(SAMPLE));
  });

  it("a film as a file, octet by octet, into a pipe", async () => {
    const { code, output } = await asked("--flat-out", "-o", "-", `${app.url("http")}/media/sample-180p.mp4`);
    expect(code).toBe(0);
    expect(output.equals(readFileSync(SAMPLE))).toBe(true);
  });

  it("a channel by low latency: less late than by plain HLS", async () => {
    const out = file("live.mp4");
    const live = `${app.url("http")}/live/demo`;
    const plotted = ["-o", out, "--plot", file("plot.svg")];
    const [low, plain] = await Promise.all([
      asked("--json", "--every", "0.5", "-t", "4", ...plotted, `${live}/master.m3u8`),
      asked("--json", "-t", "4", "--viewers", "5", `${live}/plain.m3u8`),
    ]);
    expect([low.code, plain.code]).toEqual([0, 0]);
    const [last, five] = [told(low.output).at(-1), told(plain.output).at(-1)];
    expect(last).toMatchObject({ viewers: 1, ended: true });
    expect(five).toMatchObject({ viewers: 5, ended: true });
    expect(last?.latency ?? Infinity).toBeLessThan(five?.latency ?? 0);
    expect(Number((await packets(out))[0]?.split(",")[1])).toBeGreaterThan(50);
    expect(readFileSync(file("plot.svg"), "utf8")).toContain("<polyline");
  });

  it("an endless stream, by the times in it", async () => {
    const { code, output } = await asked("--json", "-t", "2", `${app.url("http")}/live/demo.mp4`);
    expect(code).toBe(0);
    expect(told(output).at(-1)?.buffer).toBeDefined();
  });

  it("says what went wrong, once, and ends with 1", async () => {
    const { code, errors } = await asked("--viewers", "3", `${app.url("http")}/vod/none/master.m3u8`);
    expect(code).toBe(1);
    expect(errors.match(/(?<!\d)404(?!\d)/g)).toHaveLength(1);
    expect((await asked(`http://127.0.0.1:${await freePort()}/`)).code).toBe(1);
    await expect(asked("--viewers", "2", "-o", "x", "http://127.0.0.1/")).rejects.toThrow("--output");
    await expect(asked("ftp://127.0.0.1/")).rejects.toThrow("http://");
  });
});

realClient("nginx", "ffmpeg", "ffprobe").describe("nginx with what ffmpeg has cut", () => {
  let nginx: Spawned;
  let port = 0;
  const folder = new TemporaryFolder();
  beforeAll(async () => {
    const site = join(folder.path, "site");
    await mkdir(site);
    for (const [kind, list] of [
      ["mpegts", "ts.m3u8"],
      ["fmp4", "fmp4.m3u8"],
    ] as const) {
      const hls = ["-f", "hls", "-hls_time", "2", "-hls_list_size", "0", "-hls_segment_type", kind];
      await run("ffmpeg", ["-v", "error", "-i", SAMPLE, "-c", "copy", ...hls, join(site, list)], {
        cwd: site,
      });
    }
    port = await freePort();
    const config = join(folder.path, "nginx.conf");
    const names = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    const temporary = names.map((one) => `${one}_temp_path ${folder.path}/${one};`).join(" ");
    const user = process.getuid?.() === 0 ? "user root; " : "";
    await writeFile(
      config,
      `${user}daemon off; pid ${folder.path}/pid; error_log stderr; events {} http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; root ${site}; } }`,
    );
    nginx = new Spawned("nginx", ["-p", folder.path, "-c", config]);
    for (let open = false; !open;) {
      const socket = connect(port, "127.0.0.1");
      open = await once(socket, "connect").then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (!open) await wait(20);
    }
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  it.each(["ts", "fmp4"])("%s: every picture of the film", async (kind) => {
    const out = join(folder.path, `out-${kind}.${kind === "ts" ? "ts" : "mp4"}`);
    const { code, errors } = await asked("--flat-out", "-o", out, `http://127.0.0.1:${port}/${kind}.m3u8`);
    expect([code, errors]).toEqual([0, expect.stringContaining("0 stalls")]);
    expect(await pictures(out)).toBe(await pictures(SAMPLE));
  });
});

describe("the command line", () => {
  it("has help that fits 80 columns, with an example", async () => {
    const main = ["--import", "tsx", "--conditions=@socketscope/source", "apps/video-client/src/main.ts"];
    const { text, code } = await run(process.execPath, [...main, "--help"], { cwd: workspaceRoot });
    expect(code).toBe(0);
    expect(text).toContain("--low-latency");
    // Examples may be longer: they are to be copied as they are.
    const usage = text.slice(0, text.indexOf("Example"));
    expect(Math.max(...usage.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
