/** A folder full of names that break things, and folders compared by what is in their files. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Octets that look random and are the same in every run. */
export function octets(length: number, seed = 1): Buffer {
  const made = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made.writeUInt32LE(state, Math.min(at, Math.max(length - 4, 0)));
  }
  return made;
}

export const names: readonly string[] = [
  "plain.txt",
  "with blanks in it.txt",
  "-leading-dash",
  "--",
  "ünï cödé ☃ 日本語.txt",
  "quote\"s and 'more'",
  "semi;colon=fact;",
  "a, comma (and) [brackets] {too}",
  "percent %41 hash # question ?",
  "back\\slash",
  ".hidden",
  "name.with.dots..",
];

/** `entries`: files of one folder that holds many. */
export function makeTree(folder: string, entries = 200): void {
  const put = (path: string, content: Buffer): void => writeFileSync(join(folder, path), content);
  for (const path of ["", "deep/er/and/deeper/still", "many", "names", "empty folder"])
    mkdirSync(join(folder, path), { recursive: true });
  put("empty", Buffer.alloc(0));
  put("one octet", Buffer.from([255]));
  put("big.bin", octets(3_000_000));
  put("telnet.bin", Buffer.from([255, 244, 255, 242, 13, 10, 13, 0, 10, 255, 255]));
  put("deep/er/and/deeper/still/leaf", Buffer.from("leaf\r\n\n"));
  for (const [index, name] of names.entries()) put(join("names", name), octets(index * 100, index + 2));
  for (let index = 0; index < entries; index++) put(`many/file ${index}`, Buffer.from(`${index}`));
}

/** But for the folder in which the server keeps unfinished uploads. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== ".socketscope-partials")
    .toSorted();
}

/** Path → SHA-256; folders end in a slash. */
export function treeOf(folder: string, below = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of namesIn(join(folder, below))) {
    const path = join(below, name);
    if (statSync(join(folder, path)).isDirectory()) {
      found[`${path}/`] = "";
      Object.assign(found, treeOf(folder, path));
    } else found[path] = sha256(readFileSync(join(folder, path)));
  }
  return found;
}

export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
