import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, run, TemporaryFolder, workspaceRoot } from "@socketscope/testkit";
import { beforeAll, expect, it } from "vitest";
import { TsMultiplexer, type AudioTrack, type Sample, type TsEvent, type VideoTrack } from "../src/index.ts";
import { demultiplex, faults, octetsOf, samplesOf } from "./ts-samples.ts";

const FILM = join(workspaceRoot, "apps/video-streamer/sample/sample-180p.mp4");

async function ffmpeg(...args: readonly string[]): Promise<string> {
  const { text, stderr, code } = await run("ffmpeg", ["-nostdin", "-loglevel", "warning", "-y", ...args]);
  if (code !== 0 || stderr !== "") throw new Error(`ffmpeg ${args.join(" ")}: ${code} ${stderr}`);
  return text;
}

/** The MD5 of every decoded picture or frame. */
async function decoded(file: string, track: "v" | "a"): Promise<string[]> {
  const text = await ffmpeg("-threads", "1", "-i", file, "-map", `0:${track}:0`, "-f", "framemd5", "-");
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(",").at(-1)?.trim() ?? "");
}

/** Every packet as ffprobe sees it: when it is shown and decoded, and whether it is damaged. */
async function packets(file: string, track: "v" | "a"): Promise<string[]> {
  const entries = ["-show_entries", "packet=pts,dts,flags", "-of", "csv=p=0"];
  const { text, stderr } = await run("ffprobe", [
    "-loglevel",
    "error",
    "-select_streams",
    track,
    ...entries,
    file,
  ]);
  expect(stderr).toBe("");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(",").slice(0, 3).join());
}

realClient("ffmpeg", "ffprobe").describe("MPEG-TS with ffmpeg", () => {
  let folder: TemporaryFolder;
  let theirs: string;
  let events: TsEvent[];
  beforeAll(async () => {
    folder = new TemporaryFolder();
    theirs = join(folder.path, "theirs.ts");
    await ffmpeg("-i", FILM, "-c", "copy", "-f", "mpegts", theirs);
    events = demultiplex(readFileSync(theirs));
    return () => folder[Symbol.dispose]();
  });

  it("reads what ffmpeg writes, as ffprobe does", async () => {
    expect(faults(events)).toEqual([]);
    for (const kind of ["video", "audio"] as const) {
      const rate = kind === "video" ? 1 : 90_000 / 48_000;
      const ours = samplesOf(events, kind).map(
        ({ pts, dts, key }) => `${Math.round(pts * rate)},${Math.round(dts * rate)},${key ? "K_" : "__"}`,
      );
      expect(ours).toEqual(await packets(theirs, kind === "video" ? "v" : "a"));
    }
  });

  it("writes what ffmpeg decodes without a word, picture for picture", async () => {
    const tracks = events.flatMap((event) => (event.type === "track" ? [event.track] : []));
    const video = tracks.find((track): track is VideoTrack => track.kind === "video");
    const audio = tracks.find((track): track is AudioTrack => track.kind === "audio");
    const lanes = (["video", "audio"] as const).map((kind) => ({
      kind,
      timescale: kind === "video" ? 90_000 : 48_000,
      samples: samplesOf(events, kind),
    }));
    const mux = new TsMultiplexer({ video, audio });
    const ours = join(folder.path, "ours.ts");
    writeFileSync(ours, octetsOf([...mux.write(lanes), ...mux.flush()]));
    const [pictures, sound] = [await decoded(FILM, "v"), await decoded(theirs, "a")];
    expect(pictures).toHaveLength(600);
    expect(await decoded(ours, "v")).toEqual(pictures);
    expect(await decoded(ours, "a")).toEqual(sound);
    const flags = [...(await packets(ours, "v")), ...(await packets(ours, "a"))];
    expect(flags.filter((line) => line.includes("C"))).toEqual([]);
    // Segments made apart from each other are one stream.
    const cut = (rate: number) => (sample: Sample) => Math.floor((sample.pts / rate - 1.5) / 2);
    const pieces = Array.from({ length: 14 }, (_value, i) =>
      new TsMultiplexer({ video, audio }).segment(
        lanes.map((lane) => ({
          ...lane,
          samples: lane.samples.filter((one) => cut(lane.timescale)(one) === i - 1),
        })),
      ),
    );
    const joined = join(folder.path, "joined.ts");
    writeFileSync(joined, Buffer.concat(pieces));
    expect(await decoded(joined, "v")).toEqual(pictures);
    expect(await decoded(joined, "a")).toEqual(sound);
  });
});
