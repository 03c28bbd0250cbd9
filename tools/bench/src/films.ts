/** Films to measure with, made by ffmpeg: one of 100 MB, and our sample film played over and over for two hours. */
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "@socketscope/peers";
import { BenchError } from "./bench-error.ts";
import { roomOn } from "./file-servers.ts";

const sample = fileURLToPath(new URL("../../../apps/video-streamer/sample/sample-360p.mp4", import.meta.url));
/** Seconds of the sample film. */
const SAMPLE = 24;

export class Films implements Disposable {
  readonly #folder = mkdtempSync(join(roomOn("memory"), "socketscope-bench-films-"));
  #links = 0;

  /** A folder with nothing in it but one film, under such names, of a path that no server has seen. */
  alone(film: string, ...names: readonly string[]): string {
    const folder = join(this.#folder, `alone-${this.#links++}`);
    mkdirSync(folder);
    for (const name of names.length > 0 ? names : ["film"]) linkSync(film, join(folder, `${name}.mp4`));
    return folder;
  }

  /** A minute of noise, which cannot be made smaller: some 100 MB, a key frame every 2 s. */
  large(): string {
    const path = join(this.#folder, "large.mp4");
    const noise = "testsrc2=size=640x360:rate=25:duration=60,noise=alls=80:allf=t";
    const video = [
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-b:v",
      "13.5M",
      "-g",
      "50",
      "-keyint_min",
      "50",
    ];
    const sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=60"];
    ffmpeg("-f", "lavfi", "-i", noise, ...sound, ...video, "-sc_threshold", "0", "-c:a", "aac", path);
    return path;
  }

  /** The sample film again and again, for at least so many seconds. */
  lasting(seconds: number): string {
    const path = join(this.#folder, `lasting-${seconds}.mp4`);
    ffmpeg("-stream_loop", `${Math.ceil(seconds / SAMPLE) - 1}`, "-i", sample, "-c", "copy", path);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function ffmpeg(...args: readonly string[]): void {
  if (findProgram("ffmpeg") === undefined)
    throw new BenchError("MISSING", "ffmpeg is not installed, see tools/setup-clients.sh");
  execFileSync("ffmpeg", ["-v", "error", "-nostdin", ...args], { timeout: 120_000 });
}
