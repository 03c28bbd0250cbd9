/** What is published is kept: readable while it is written, a film that seeks when it is whole. */
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, run, TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { readerFor } from "../src/ingest/read-stream.ts";
import { Recorder } from "../src/ingest/recording.ts";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { boxNames } from "./boxes.ts";
import { frames, make } from "./ffmpeg.ts";
import { serving, type Serving } from "./serving.ts";

const SAMPLE = join(SAMPLE_FOLDER, "sample-180p.mp4");
const FRAGMENTED = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"];

async function publish(site: Serving, octets: Uint8Array): Promise<string> {
  const response = await fetch(`${site.origin}/ingest/own`, { method: "PUT", body: Uint8Array.from(octets) });
  return response.text();
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((later) => setTimeout(later, 10));
}

realClient("ffmpeg", "ffprobe").describe("a recording", () => {
  it("is every picture that was sent; it seeks; and as far as it came it can be read before it is whole", async () => {
    using folder = new TemporaryFolder();
    const sent = join(folder.path, "sent.mp4");
    await make(["-i", SAMPLE, "-frames:v", "150", "-t", "6", "-c", "copy", ...FRAGMENTED], sent);
    const failures: unknown[] = [];
    const kept = join(folder.path, "kept");
    await run("mkdir", [kept]);
    const recorder = new Recorder({ folder: kept, failed: (_name, error) => failures.push(error) });
    const crashed = join(folder.path, "crashed.mp4");
    {
      await using site = await serving({ recorder });
      const octets = readFileSync(sent);
      // The publisher stays: what is there is what a crash would leave.
      const publication = site.studio.desk.enter("own", "here", "test");
      if ("kind" in publication) throw new Error(publication.why);
      readerFor(octets, publication).push(octets.subarray(0, octets.lastIndexOf("moof")));
      // All that was cut is written: nothing has come for a while.
      let before = 0;
      let still = 0;
      await until(() => {
        const length = readdirSync(kept).reduce(
          (sum, name) => sum + readFileSync(join(kept, name)).length,
          0,
        );
        still = length === before && length > 8000 ? still + 1 : 0;
        before = length;
        return still > 30;
      });
      copyFileSync(join(kept, readdirSync(kept)[0] ?? ""), crashed);
      site.studio.desk.leave(publication);
      await recorder.close();
      expect(await publish(site, octets)).toContain("6.0 s in 3 segments");
    }
    expect(failures).toEqual([]);
    const names = readdirSync(kept);
    // A number tells two of one second apart.
    expect(names).toHaveLength(2);
    for (const name of names) expect(name).toMatch(/^own-\d{8}-\d{6}(?:-2)?\.mp4$/);
    const [whole = ""] = names
      .map((name) => join(kept, name))
      .toSorted((a, b) => readFileSync(b).length - readFileSync(a).length);
    const expected = await frames(sent, "v");
    expect(await frames(whole, "v")).toEqual(expected);
    expect((await frames(whole, "a")).length).toBeGreaterThan(270);
    // Cut off, it ends earlier.
    const left = await frames(crashed, "v");
    expect(left.length).toBeGreaterThanOrEqual(50);
    // Of the last ones those may be missing that are decoded later and shown before.
    expect(left.slice(0, -4)).toEqual(expected.slice(0, left.length - 4));
    // No fragments any more: three boxes, the last of them the index.
    expect(boxNames(readFileSync(whole))).toEqual(["ftyp", "mdat", "moov"]);
    const at = ["-v", "error", "-ss", "4", "-i"];
    const picture = ["-map", "0:v", "-frames:v", "1", "-f", "md5", "-"];
    const [sought, source] = await Promise.all(
      [whole, SAMPLE].map((path) => run("ffmpeg", [...at, path, ...picture])),
    );
    expect(sought?.text).toBe(source?.text);
    const { text } = await run("ffprobe", [
      "-v",
      "error",
      "-show_entries",
      "format=duration",
      "-of",
      "csv=p=0",
      whole,
    ]);
    expect(Number(text)).toBeCloseTo(6, 1);
  });

  it("that cannot be written is said, and the channel goes on", async () => {
    using folder = new TemporaryFolder();
    const sent = join(folder.path, "sent.mp4");
    await make(["-i", SAMPLE, "-frames:v", "50", "-t", "2", "-c", "copy", ...FRAGMENTED], sent);
    const failures: unknown[] = [];
    const recorder = new Recorder({
      folder: join(folder.path, "none"),
      failed: (name, error) => failures.push([name, error instanceof Error && "code" in error && error.code]),
    });
    await using site = await serving({ recorder });
    expect(await publish(site, readFileSync(sent))).toContain("2.0 s in 1 segments");
    await until(() => failures.length > 0);
    expect(failures).toEqual([["own", "ENOENT"]]);
  });
});
