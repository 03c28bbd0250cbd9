import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { parseLessons } from "../src/parse.ts";
import { prepare } from "../src/prepare.ts";

const text = `# A

<!-- lesson 1
title: A
minutes: 1
-->

## 0. One

\`\`\`console
$ word=kept; echo $word > ~/.local/state/socketscope/mark
\`\`\`

## 1. Two

\`\`\`console
$ cat ~/.local/state/socketscope/mark
kept
\`\`\`
`;

it("carries out what comes before on the state folder that was named, and nowhere else", async () => {
  using folder = new TemporaryFolder("prepare");
  const file = "tools/a/WALKTHROUGH.md";
  mkdirSync(join(folder.path, "tools/a"), { recursive: true });
  writeFileSync(join(folder.path, file), text);
  const [lesson] = parseLessons(file, text);
  const state = join(folder.path, "named");
  await using prepared = lesson && (await prepare(folder.path, lesson, 1, state));
  expect(readFileSync(join(state, "mark"), "utf8")).toBe("kept\n");
  expect(existsSync(join(homedir(), ".local/state/socketscope/mark"))).toBe(false);
  // What the text calls by its usual name is that folder, for the reader, too.
  expect(readFileSync(join(prepared?.home ?? "", ".local/state/socketscope/mark"), "utf8")).toBe("kept\n");
});
