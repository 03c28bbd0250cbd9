import { describe, expect, it } from "vitest";
import { parseWalkthrough } from "../src/parse.ts";
import type { Step } from "../src/step.ts";

function steps(...lines: string[]): readonly Step[] {
  return parseWalkthrough("W.md", lines.join("\n")).steps;
}

describe("a console block", () => {
  it("holds commands, each with its output and its line", () => {
    expect(steps("text", "```console", "$ a", "1", "", "$ b", "```")).toMatchObject([
      { kind: "command", line: 3, command: "a", status: 0, expected: { line: 4, lines: ["1"] } },
      { kind: "command", line: 6, command: "b", status: 0, expected: { line: 7, lines: [] } },
    ]);
  });

  it("goes on with > and says the exit status with ?", () => {
    expect(steps("```console", "$ a <<E", "> b", ">", "> E", "? 3", "> out", "```")).toMatchObject([
      { command: "a <<E\nb\n\nE", status: 3, statusLine: 6, expected: { line: 7, lines: ["> out"] } },
    ]);
  });

  it("may be indented in a list", () => {
    expect(steps("1. x", "   ```console", "   $ a", "    b", "   ```")).toMatchObject([
      { command: "a", expected: { lines: [" b"] } },
    ]);
  });

  it("within a longer fence is text about a block", () => {
    expect(steps("````markdown", "```console", "$ a", "```", "````")).toEqual([]);
  });

  it("in another language is left alone", () => {
    expect(steps("```sh", "$ a", "```", "```ts title=x", "```")).toEqual([]);
  });

  it("belongs to another terminal with in=", () => {
    const block = ["```console in=server timeout=5", "$ a", "ready", "```"];
    const later = ["```console in=server", "line", "^C", "? 130", "bye", "```"];
    expect(steps(...block, ...later)).toMatchObject([
      { kind: "open", terminal: "server", timeout: 5, command: "a", expected: { lines: ["ready"] } },
      { kind: "shows", terminal: "server", line: 6, timeout: 120, expected: { line: 6, lines: ["line"] } },
      { kind: "interrupt", terminal: "server", status: 130, expected: { line: 9, lines: ["bye"] } },
    ]);
  });
});

describe("the words of a block", () => {
  it("make it a file", () => {
    expect(steps("```html file=site/a.html", "<p>", "", "```")).toMatchObject([
      { kind: "file", line: 1, path: "site/a.html", content: "<p>\n\n" },
    ]);
  });

  it("leave it out with a reason", () => {
    expect(steps('```console skip reason="it never ends"', "$ a", "```")).toMatchObject([
      { leftOut: { except: [], reason: "it never ends" } },
    ]);
    expect(steps('```console platform=linux,darwin reason="no ss"', "$ a", "```")).toMatchObject([
      { leftOut: { except: ["linux", "darwin"], reason: "no ss" } },
    ]);
  });

  it("may be said once for the whole file", () => {
    const marker = '<!-- walkthrough needs="curl openssl" timeout=9 -->';
    expect(steps(marker, "```console", "$ a", "```", "```console timeout=3", "$ b", "```")).toMatchObject([
      { needs: ["curl", "openssl"], timeout: 9 },
      { needs: ["curl", "openssl"], timeout: 3 },
    ]);
  });
});

describe("what cannot be read is refused with file and line", () => {
  const cases: readonly [lines: string[], message: string][] = [
    [["```console skip", "$ a", "```"], 'W.md:1: skip needs a reason="…"'],
    [["```console platform=linux", "$ a", "```"], 'W.md:1: platform needs a reason="…"'],
    [["```console reason=x", "$ a", "```"], "W.md:1: reason belongs to skip or platform"],
    [["```console skip platform=linux reason=x", "```"], "W.md:1: skip and platform exclude each other"],
    [["```console ignore", "$ a", "```"], "W.md:1: there is no word ignore"],
    [["```console timeout=0", "$ a", "```"], "W.md:1: timeout is a whole number of seconds"],
    [["```console in=", "$ a", "```"], "W.md:1: cannot read in="],
    [["```console in", "$ a", "```"], "W.md:1: in needs a value"],
    [["", "```console", "```"], "W.md:2: the block is empty"],
    [["```console", "out", "$ a", "```"], "W.md:2: output comes before any command"],
    [["```console", "^C", "```"], "W.md:2: ^C belongs to another terminal: in=NAME"],
    [["```console", "$ a", "? x", "```"], "W.md:2: ? x is no exit status: ? 0 to ? 255"],
    [
      ["```console in=s", "$ a", "? 1", "```"],
      "W.md:2: a command in another terminal goes on: it has no status yet",
    ],
  ];
  it.each(cases)("%j", (lines, message) => {
    expect(() => steps(...lines)).toThrow(message);
  });
});
