/// <reference lib="esnext.disposable" />
/** The prompt, fed from a script: folders on both sides, quotes, what fails and goes on. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { missingForPyftpdlib, needing, Pyftpdlib, TemporaryFolder } from "@socketscope/testkit";
import { parseCommandLine } from "@socketscope/host";
import { describe, expect, it } from "vitest";
import { readServerOptions } from "../src/server-options.ts";
import { Shell } from "../src/shell.ts";
import { wordsOf } from "../src/words.ts";
import { digest, octets, tree } from "./asked.ts";

async function typed(url: string, lines: readonly string[]) {
  const line = { name: "shell", version: "0", summary: "", examples: [], options: readServerOptions };
  const parsed = parseCommandLine(line, { argv: [], env: {}, cwd: process.cwd() });
  if (parsed.kind === "print") throw new TypeError("no help was asked for");
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(lines.map((each) => `${each}\n`).join(""));
  const [output, errors] = [buffer(stdout), buffer(stderr)];
  const code = await new Shell(parsed.options, { stdin, stdout, stderr }).run(url).finally(() => {
    stdout.end();
    stderr.end();
  });
  return { code, output: (await output).toString(), errors: (await errors).toString() };
}

describe("a line", () => {
  it.each<readonly [line: string, words: readonly string[]]>([
    ["get a  b", ["get", "a", "b"]],
    [`get "a b" 'c "d"' e\\ f ""`, ["get", "a b", 'c "d"', "e f", ""]],
    ["  ", []],
    [`"open`, ["open"]],
  ])("%s", (line, words) => {
    expect(wordsOf(line)).toEqual(words);
  });
});

needing(missingForPyftpdlib()).describe("the shell", () => {
  it("goes about on both sides", async () => {
    await using server = await Pyftpdlib.start();
    using folder = new TemporaryFolder("shell");
    mkdirSync(join(server.files, "two words/deep"), { recursive: true });
    const content = octets(100_000, 3);
    writeFileSync(join(server.files, "two words/f.bin"), content);
    mkdirSync(join(folder.path, "tree"));
    writeFileSync(join(folder.path, "tree/x"), "x");
    const ended = await typed(`ftp://me:secret@127.0.0.1:${server.port}/`, [
      'cd "two words"',
      "pwd",
      "ls",
      `lcd '${folder.path}'`,
      "get f.bin",
      "get f.bin again.bin",
      "put again.bin",
      "put-tree tree new",
      "mirror new back",
      "mkdir a",
      "mv again.bin a",
      "cd nowhere",
      "frob",
      "rm -r new",
      "exit",
      "never read",
    ]);
    expect(ended.output.split("\n").slice(0, 3)).toEqual(["/two words", "deep/", "f.bin"]);
    expect(digest(readFileSync(join(folder.path, "f.bin")))).toBe(digest(content));
    expect(digest(readFileSync(join(server.files, "two words/a/again.bin")))).toBe(digest(content));
    expect(tree(join(folder.path, "back"))).toEqual(tree(join(folder.path, "tree")));
    expect(tree(join(server.files, "two words")).some((line) => line.startsWith("new"))).toBe(false);
    expect(ended.errors.split("\n").slice(0, 2)).toEqual([
      "cd: there is no folder /two words/nowhere",
      "frob: no such command (help lists them)",
    ]);
    expect(ended.code).toBe(2);
  });
});
