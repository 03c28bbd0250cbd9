/** Trees of files, and what is in them: octets by their SHA-256, kinds, modes. */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

export function sha256(path: string): string {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const file = openSync(path, "r");
  try {
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
      hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/** Where unfinished uploads stand. */
const PARTIALS = ".socketscope-partials";

/** Path → what stands there. An unfinished upload is shown, its folder only where it holds one. */
export function treeOf(root: string, at = ""): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(root, at)).toSorted()) {
    const path = at === "" ? name : `${at}/${name}`;
    const stat = lstatSync(join(root, path));
    if (name === PARTIALS && readdirSync(join(root, path)).length === 0) continue;
    if (stat.isDirectory()) Object.assign(found, { [`${path}/`]: "" }, treeOf(root, path));
    else if (stat.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(root, path))}`;
    else found[path] = `${stat.size} ${sha256(join(root, path))}`;
  }
  return found;
}

/** Names and sizes that make trouble. Returns what {@link treeOf} says of it. */
export function makeTree(root: string): Readonly<Record<string, string>> {
  for (const folder of ["", "empty", "deep/er/and/deeper", "Ünïcödé 文件夹"])
    mkdirSync(join(root, folder), { recursive: true });
  const files: Readonly<Record<string, Buffer>> = {
    "empty file": Buffer.alloc(0),
    one: Buffer.from("1"),
    "with blank": Buffer.from("blank"),
    "-leading-dash": Buffer.from("dash"),
    "Zażółć gęślą jaźń.txt": Buffer.from("Polish"),
    "Ünïcödé 文件夹/😀.bin": randomBytes(70_000),
    "deep/er/and/deeper/file": randomBytes(32_768),
    "deep/er/exactly": randomBytes(262_144),
    big: randomBytes(3_000_001),
  };
  for (const [path, octets] of Object.entries(files)) writeFileSync(join(root, path), octets);
  return treeOf(root);
}

export function makeMany(root: string, count: number): void {
  mkdirSync(root, { recursive: true });
  for (let i = 0; i < count; i++) writeFileSync(join(root, `file-${String(i).padStart(5, "0")}`), "");
}
