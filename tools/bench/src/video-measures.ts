/** The measurements of the video streamer: segments to many viewers, the first one of a film, and what a long film takes. */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { BenchError } from "./bench-error.ts";
import { BuiltApp } from "./built-app.ts";
import { roomOn } from "./file-servers.ts";
import { Films } from "./films.ts";
import { octetsOf, openRendition, passOver } from "./hls-client.ts";
import { load } from "./load.ts";
import { judgeAmount, settledMemory } from "./memory.ts";
import { compare, type Effort } from "./rates.ts";
import type { Result } from "./result.ts";
import { end, type Started, startServer } from "./running.ts";
import { median } from "./statistics.ts";
import { firstSegmentCase, hlsCase, videoAmounts } from "./video-cases.ts";

const MiB = 1024 * 1024;
const SEGMENT = "segment.m4s";
/** Segments of 2 s: the whole short film. */
const WATCHED = 60;

async function startStreamer(media: string, state: string): Promise<BuiltApp> {
  return BuiltApp.start("video-streamer", [
    "--port=0",
    "--rtmp-port=off",
    `--media=${media}`,
    `--state=${state}`,
  ]);
}

function addressOf({ port }: Started, film = "film"): string {
  return `http://127.0.0.1:${port}/vod/${film}/master.m3u8`;
}

/** Ours packages a segment of the film; the others have that same segment as a file. */
export async function measureHls(effort: Effort): Promise<Result> {
  using films = new Films();
  using folder = new Folder();
  const media = films.alone(films.large());
  // The films go when it is done.
  return await compare<Started & { readonly path: string }>(hlsCase, effort, {
    async start(name) {
      if (name !== "video-streamer") {
        const server = await startServer(name, folder.path);
        return Object.assign(server, { path: `/${SEGMENT}` });
      }
      const app = await startStreamer(media, folder.below("state"));
      const { segments } = await openRendition(addressOf(app));
      const segment = segments[1] ?? "";
      writeFileSync(join(folder.path, SEGMENT), await octetsOf(segment));
      return Object.assign(app, { path: new URL(segment).pathname });
    },
    load: async ({ port, path }, seconds) => {
      const { octetsPerSecond } = await load(port, { path, connections: hlsCase.connections, seconds });
      return octetsPerSecond / 1e6;
    },
  });
}

/**
 * From a film's name to its first segment, beside `ffmpeg -f hls`: in turns, each time of a new process. Of ours it is
 * the second film that counts: compiled code is not what is measured. What the first one takes stands beside it.
 */
export async function measureFirstSegment({ rounds }: Effort): Promise<Result> {
  using films = new Films();
  using folder = new Folder();
  const film = films.large();
  const ours: number[] = [];
  const atFirst: number[] = [];
  const others: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await using app = await startStreamer(films.alone(film, "first", "film"), folder.below(`state-${round}`));
    atFirst.push(await firstSegmentOf(addressOf(app, "first")));
    ours.push(await firstSegmentOf(addressOf(app)));
    others.push(await firstSegmentOfFfmpeg(film, folder.below(`hls-${round}`)));
  }
  const value = median(others.map((ms, round) => ms / (ours[round] ?? Number.NaN)));
  const against = "ffmpeg -f hls";
  return {
    id: firstSegmentCase.id,
    title: firstSegmentCase.title,
    measured: {
      ours: median(ours),
      "ours, the first film of a process": median(atFirst),
      [against]: median(others),
    },
    unit: "ms",
    value,
    valueUnit: "×",
    against,
    bound: { kind: "floor", value: firstSegmentCase.floor },
    goal: median(others) / firstSegmentCase.goal,
    passed: value >= firstSegmentCase.floor,
  };
}

/** Milliseconds until the last octet of it is here. */
async function firstSegmentOf(master: string): Promise<number> {
  const begun = performance.now();
  const { init, segments } = await openRendition(master);
  await passOver(init);
  await passOver(segments[0] ?? "");
  return performance.now() - begun;
}

/** Milliseconds from its start until its first segment stands under its name. */
async function firstSegmentOfFfmpeg(film: string, folder: string): Promise<number> {
  const first = join(folder, "out0.m4s");
  const hls = ["-f", "hls", "-hls_time", "2", "-hls_segment_type", "fmp4", "-hls_flags", "temp_file"];
  const args = ["-v", "error", "-nostdin", "-i", film, "-c", "copy", ...hls, join(folder, "out.m3u8")];
  const begun = performance.now();
  const child = spawn("ffmpeg", args, { stdio: "ignore" });
  try {
    while (!existsSync(first)) {
      if (performance.now() - begun > 30_000) throw new BenchError("LOAD", "ffmpeg made no segment");
      await pause(1);
    }
    return performance.now() - begun;
  } finally {
    await end(child);
  }
}

export async function measureLongFilm(): Promise<Result> {
  using films = new Films();
  using folder = new Folder();
  const taken: number[] = [];
  for (const seconds of [120, 7200]) {
    await using app = await startStreamer(
      films.alone(films.lasting(seconds)),
      folder.below(`state-${seconds}`),
    );
    const { init, segments } = await openRendition(addressOf(app));
    // As much of each: segments that were made are kept for others, up to a bound.
    for (const address of [init, ...segments.slice(0, WATCHED)]) await passOver(address);
    taken.push(await settledMemory(app));
  }
  const [short = Number.NaN, long = Number.NaN] = taken;
  return judgeAmount(videoAmounts.long, "2 minutes of each watched", { ours: (long - short) / MiB });
}

class Folder implements Disposable {
  readonly path = mkdtempSync(join(roomOn("memory"), "socketscope-bench-video-"));

  constructor() {
    // nginx's worker is another user when we are root.
    chmodSync(this.path, 0o755);
  }

  below(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
