/** A film, what is in it, and what the client tells while it watches one. */
import { join } from "node:path";
import { run, workspaceRoot } from "@socketscope/testkit";

export const SAMPLE = join(workspaceRoot, "apps/video-streamer/sample/sample-180p.mp4");

/** The MD5 of every picture. */
export async function pictures(file: string): Promise<string> {
  const { text } = await run("ffmpeg", ["-v", "error", "-i", file, "-map", "0:v:0", "-f", "framemd5", "-"]);
  return text.replaceAll(/^#.*\n/gm, "").replaceAll(/^.*, /gm, "");
}

export interface Told {
  readonly buffer?: number;
  readonly stalls: number;
  readonly latency?: number;
  readonly jitter?: number;
}

export function told(lines: Buffer): Told[] {
  const isTold = (value: unknown): value is Told =>
    typeof value === "object" && value !== null && "stalls" in value;
  const values = lines
    .toString()
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  return values.filter(isTold);
}
