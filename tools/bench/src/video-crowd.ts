/** A live channel before a crowd: 200 viewers at the pace it is played, and ten that have asked and read nothing. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BenchError } from "./bench-error.ts";
import { BuiltApp } from "./built-app.ts";
import { judgeAmount, settledMemory } from "./memory.ts";
import type { Result } from "./result.ts";
import { holdStalledReaders } from "./stalled-readers.ts";
import { liveCrowd, videoAmounts } from "./video-cases.ts";

const runFile = promisify(execFile);
const client = fileURLToPath(new URL("../../../apps/video-client/dist/main.js", import.meta.url));
const MiB = 1024 * 1024;

/** `part`: of the minute. What they stall, the most memory it ever takes, and by how much that grows from a quarter to the end. */
export async function measureLive(part: number): Promise<readonly Result[]> {
  const state = mkdtempSync(join(tmpdir(), "socketscope-bench-live-"));
  const { viewers, stalled } = liveCrowd;
  const seconds = liveCrowd.seconds * part;
  let stalls = Number.NaN;
  let growth = Number.NaN;
  try {
    // They are not cut off: what they make us hold is held to the end.
    const options = ["--port=0", "--rtmp-port=off", `--state=${state}`, "--write-timeout=600s"];
    await using app = await BuiltApp.start("video-streamer", options);
    await holdStalledReaders(app.port, stalled, "/live/demo.ts", async () => {
      const watched = watch(`http://127.0.0.1:${app.port}/live/demo/plain.m3u8`, seconds);
      const weighed = (async () => {
        await pause(250 * seconds);
        const early = await settledMemory(app);
        await pause(600 * seconds);
        return (await settledMemory(app)) - early;
      })();
      [stalls, growth] = await Promise.all([watched, weighed]);
    });
    const amount = `${seconds} s`;
    return [
      judgeAmount(videoAmounts.live, amount, { ours: stalls }),
      judgeAmount(videoAmounts.liveMemory, amount, { ours: app.mostMemory() / MiB }),
      judgeAmount(videoAmounts.liveFlat, amount, { ours: growth / MiB }),
    ];
  } finally {
    rmSync(state, { recursive: true, force: true });
  }

  /** Times that one of them would have stood still. Throws BenchError LOAD when not all of them saw it to the end. */
  async function watch(url: string, time: number): Promise<number> {
    const options = [
      "--json",
      "--rendition=best",
      "--every=60s",
      `--viewers=${viewers}`,
      `--duration=${time}s`,
    ];
    const { stdout } = await runFile(process.execPath, [client, ...options, url]);
    const last: unknown = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    const { stalls: stood, buffer, ...told } = isTold(last) ? last : {};
    if (
      told.viewers !== viewers ||
      told.missed !== 0 ||
      stood === undefined ||
      !(buffer !== undefined && buffer > 0)
    )
      throw new BenchError("LOAD", `viewers of the channel: ${stdout.trim().split("\n").at(-1)}`);
    return stood;
  }
}

interface Told {
  readonly viewers?: number;
  readonly stalls?: number;
  readonly missed?: number;
  readonly buffer?: number;
}

function isTold(value: unknown): value is Told {
  return typeof value === "object" && value !== null && "stalls" in value;
}
