/** What Tab offers, and that a line made by it is read as it was meant. */
import { expect, it } from "vitest";
import { complete, type CompletionSource } from "../src/complete.ts";
import { wordsOf } from "../src/words.ts";

const folders: Readonly<Record<string, readonly string[]>> = {
  there: ["photos/", "plan of the house.pdf", 'q"uote', ".hidden", "-dash"],
  "there photos/": ["a.jpg", "b.jpg", "deep/"],
  here: ["letters/", "notes.txt"],
};

const source: CompletionSource = {
  commands: ["get", "put", "pwd"],
  kindOf: (command, at) =>
    command === "pwd" ? undefined : (command === "put") === (at === 0) ? "here" : "there",
  list: (kind, folder) => {
    const names = folders[`${kind} ${folder}`.trim()];
    return names === undefined
      ? Promise.reject(new TypeError("there is no such folder"))
      : Promise.resolve(names.map((name) => ({ name: name.replace(/\/$/, ""), folder: name.endsWith("/") })));
  },
};

it.each<readonly [line: string, found: readonly string[], part: string]>([
  ["p", ["put", "pwd"], "p"],
  ["", ["get", "put", "pwd"], ""],
  ["get ", ["-dash ", "photos/", "plan\\ of\\ the\\ house.pdf ", 'q\\"uote '], ""],
  ["get pl", ["plan\\ of\\ the\\ house.pdf "], "pl"],
  ['get "plan of', ["plan\\ of\\ the\\ house.pdf "], '"plan of'],
  ["get plan\\ o", ["plan\\ of\\ the\\ house.pdf "], "plan\\ o"],
  ["get photos/", ["photos/a.jpg ", "photos/b.jpg ", "photos/deep/"], "photos/"],
  ["get .", [".hidden "], "."],
  ["get nowhere/", [], "nowhere/"],
  ["get -", [], "-"],
  ["put ", ["letters/", "notes.txt "], ""],
  ["put notes.txt ph", ["photos/"], "ph"],
  ["pwd x", [], "x"],
])("of %j Tab offers %j", async (line, found, part) => {
  expect(await complete(line, source)).toEqual([found.toSorted(), part]);
  for (const name of found) {
    const made = wordsOf(line.slice(0, line.length - part.length) + name);
    expect(made.at(-1)).toBe(name.replaceAll("\\", "").trimEnd());
  }
});
