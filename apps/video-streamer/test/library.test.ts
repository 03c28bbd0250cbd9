import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { isMedia, Library, titlesOf } from "../src/films/library.ts";

const shown = (...names: readonly string[]) =>
  [...titlesOf(names, "/films").values()].map(({ name, renditions, subtitles }) => [
    name,
    renditions.map(({ label, file }) => `${label} ${file}`),
    subtitles.map(({ language, file }) => `${language ?? "?"} ${file}`),
  ]);

describe("a library", () => {
  it.each([
    ["one film", ["a.mp4"], [["a", ["film a.mp4"], []]]],
    [
      "renditions named alike, the largest first",
      ["sea-360p.mp4", "sea-1080p.mkv", "sea_180p.mp4"],
      [["sea", ["1080p sea-1080p.mkv", "360p sea-360p.mp4", "180p sea_180p.mp4"], []]],
    ],
    [
      "two of one size keep their own names",
      ["sea.mkv", "sea.mp4"],
      [["sea", ["film sea.mkv", "sea.mp4 sea.mp4"], []]],
    ],
    [
      "subtitles beside the film",
      ["sea-360p.mp4", "sea.vtt", "sea.en.vtt", "sea.pt-br.vtt", "other.vtt"],
      [["sea", ["360p sea-360p.mp4"], ["en sea.en.vtt", "pt-br sea.pt-br.vtt", "? sea.vtt"]]],
    ],
    [
      "a dot that belongs to the film's name",
      ["sea.old.mp4", "sea.old.vtt"],
      [["sea.old", ["film sea.old.mp4"], ["? sea.old.vtt"]]],
    ],
    ["nothing that is hidden or no film", [".a.mp4", "a.txt", "b.vtt", "make.sh", ".mp4"], []],
    [
      "odd names",
      ["#1 50%?.mp4", "ä ö.webm"],
      [
        ["#1 50%?", ["film #1 50%?.mp4"], []],
        ["ä ö", ["film ä ö.webm"], []],
      ],
    ],
  ])("knows %s", (_what, names, titles) => {
    expect(shown(...names)).toEqual(titles);
  });

  it("tells media from the rest", () => {
    for (const name of ["a.mp4", "a.MOV", "a.mkv", "a.webm", "a.ts", "a.vtt", "a.en.vtt"])
      expect(isMedia(name)).toBe(true);
    for (const name of ["a.txt", ".a.mp4", "a.mp4.part", "mp4", ""]) expect(isMedia(name)).toBe(false);
  });

  it("reads its folder, bounded, and again once a second", async () => {
    using folder = new TemporaryFolder();
    for (const name of ["a.mp4", "b.mp4", "c.mp4"]) writeFileSync(join(folder.path, name), "");
    mkdirSync(join(folder.path, "d.mp4"));
    symlinkSync("/etc/passwd", join(folder.path, "e.mp4"));
    let now = 0;
    const library = new Library(folder.path, {}, () => now);
    expect([...(await library.titles()).keys()]).toEqual(["a", "b", "c"]);
    writeFileSync(join(folder.path, "f.mp4"), "");
    expect((await library.titles()).size).toBe(3);
    now = 1000;
    expect((await library.titles()).size).toBe(4);
    expect((await new Library(folder.path, { names: 2 }).titles()).size).toBe(2);
  });
});
