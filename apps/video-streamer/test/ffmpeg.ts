/** What ffmpeg and ffprobe say of an address or a file. */
import { run } from "@socketscope/testkit";

/** The MD5 of every decoded picture (`v`) or frame of sound (`a`), in the order they are shown. */
export async function frames(source: string, track: "v" | "a"): Promise<string[]> {
  const args = ["-nostdin", "-loglevel", "error", "-threads", "1", "-i", source, "-map", `0:${track}:0`];
  const { text, stderr, code } = await run("ffmpeg", [...args, "-f", "framemd5", "-"]);
  if (code !== 0 || stderr !== "") throw new Error(`ffmpeg ${source}: ${code} ${stderr}`);
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(",").at(-1)?.trim() ?? "");
}

/** When each packet is shown, in seconds. */
export async function times(source: string, track: "v" | "a"): Promise<number[]> {
  const { text } = await run("ffprobe", [
    "-loglevel",
    "error",
    "-select_streams",
    `${track}:0`,
    "-show_entries",
    "packet=pts_time",
    "-of",
    "csv=p=0",
    source,
  ]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Number.parseFloat(line))
    .toSorted((a, b) => a - b);
}

/** Makes `out` with ffmpeg; throws with what it said. */
export async function make(args: readonly string[], out: string): Promise<void> {
  const whole = ["-nostdin", "-loglevel", "error", "-y", "-threads", "1", ...args, "-threads", "1", out];
  const { code, stderr } = await run("ffmpeg", whole);
  if (code !== 0) throw new Error(`ffmpeg ${whole.join(" ")}: ${stderr}`);
}
