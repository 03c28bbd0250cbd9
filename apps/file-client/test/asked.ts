/** Runs a command in this process, as its command line would; and digests of trees. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { commands } from "../src/commands.ts";

export interface Ended {
  readonly code: number;
  readonly output: Uint8Array;
  readonly text: string;
  readonly errors: string;
}

export async function asked(
  [name = "", ...argv]: readonly string[],
  {
    env = {},
    cwd = process.cwd(),
    typed,
  }: { env?: Readonly<Record<string, string>>; cwd?: string; typed?: string } = {},
): Promise<Ended> {
  const command = commands.get(name);
  if (command === undefined) throw new TypeError(`there is no command ${name}`);
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  // Somebody sits there who types that.
  if (typed !== undefined) Object.assign(stdin, { isTTY: true });
  stdin.end(typed);
  const [output, errors] = [buffer(stdout), buffer(stderr)];
  const code = await command.run({ argv, env, cwd }, { stdin, stdout, stderr }).finally(() => {
    stdout.end();
    stderr.end();
  });
  return { code, output: await output, text: (await output).toString(), errors: (await errors).toString() };
}

/** Of each file below `folder`: its path and SHA-256, sorted. */
export function tree(folder: string, below = ""): readonly string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return [`${path}/`, ...tree(folder, path)];
      return entry.isFile() ? [`${path} ${digest(readFileSync(join(folder, path)))}`] : [`${path} ?`];
    })
    .toSorted();
}

export function digest(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}

/** Names that have caught programs out, and contents of all sizes. */
export function makeTree(folder: string): void {
  const files: readonly (readonly [string, number])[] = [
    ["plain.txt", 12],
    ["empty", 0],
    ["ünï — 日本.txt", 100],
    ["two words and a half.txt", 70_000],
    [" leading blank", 1],
    ["-dash", 5],
    ["100% [sure] #1?.txt", 33],
    ["sub/deep/er/leaf.bin", 300_000],
    ["sub/ä b/x", 4096],
    ["big.bin", 5 * 1024 * 1024 + 13],
  ];
  mkdirSync(join(folder, "no files here"), { recursive: true });
  for (const [name, size] of files) {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, octets(size, size));
  }
}

/** The same for the same seed, and no two pieces alike. */
export function octets(length: number, seed: number): Uint8Array {
  const made = Buffer.alloc(length);
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made[at] = state >>> 24;
  }
  return made;
}
