import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { realClient, run, spawnApp, TemporaryFolder, workspaceRoot } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";

const main = ["--import", "tsx", "--conditions=@socketscope/source", "apps/video-streamer/src/main.ts"];

describe("the program", () => {
  it.each(["hand", "node-http"])(
    "shows the sample by itself with --engine %s, and drains",
    async (engine) => {
      await using app = await spawnApp("video-streamer", ["--engine", engine]);
      expect(app.ready.engine).toBe(engine);
      expect(app.urls("http")).toHaveLength(2);
      const answer = await fetch(`${app.url("http")}/vod/sample/master.m3u8`);
      expect(await answer.text()).toContain("RESOLUTION=640x360");
      await answer.body?.cancel().catch(() => undefined);
    },
  );

  it("serves without ffmpeg: none is in its PATH", async () => {
    await using app = await spawnApp("video-streamer", [], { env: { PATH: "/nonexistent" } });
    const segment = await fetch(`${app.url("http")}/vod/sample/180p/video-3.m4s`);
    expect(segment.status).toBe(200);
    expect((await segment.arrayBuffer()).byteLength).toBeGreaterThan(1000);
  });

  it.each([
    [["--media", "/nonexistent"], "--media: there is no folder /nonexistent"],
    [["--port", "off"], "nothing is left to listen on"],
    [["--write-timeout", "soon"], "--write-timeout"],
    [["--medai", "."], "--media"],
  ])("refuses %s in one line", async (args, words) => {
    const { code, stderr } = await run(process.execPath, [...main, ...args], { cwd: workspaceRoot });
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });

  it("has help that fits 80 columns", async () => {
    const { text, code } = await run(process.execPath, [...main, "--help"], { cwd: workspaceRoot });
    expect(code).toBe(0);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).toContain("--write-timeout");
  });
});

realClient("ffmpeg").describe("the sample film", () => {
  it("is made again byte for byte", async () => {
    using folder = new TemporaryFolder();
    const made = await run("bash", [join(SAMPLE_FOLDER, "make.sh"), folder.path], { timeout: 120_000 });
    expect([made.code, made.stderr]).toEqual([0, ""]);
    let octets = 0;
    for (const name of ["sample-360p.mp4", "sample-180p.mp4"]) {
      const [mine, theirs] = [folder.path, SAMPLE_FOLDER].map((where) => readFileSync(join(where, name)));
      const digest = (file: Uint8Array): string => createHash("sha256").update(file).digest("hex");
      expect(digest(mine ?? new Uint8Array())).toBe(digest(theirs ?? new Uint8Array()));
      octets += mine?.length ?? 0;
    }
    expect(octets).toBeLessThan(300_000);
  });
});
