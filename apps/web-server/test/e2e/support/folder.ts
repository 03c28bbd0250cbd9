/** A small site on disk, made anew for each file of tests: what is compared byte for byte is this, not what we sent. */
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";

export const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

/** Larger than any buffer on the way, and never twice the same 251 octets at a power of two. */
export const LARGE = Uint8Array.from({ length: 2_000_011 }, (_, at) => (at * at + (at >> 8)) % 251);
export const LONG_TEXT = "Each octet takes one path, from the kernel to the page and back.\n".repeat(1500);
/** What `Last-Modified` says of large.bin. */
export const LARGE_CHANGED = new Date("2024-02-29T12:34:56Z");

const INDEX = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>loading</title>
<link rel="icon" href="mark.svg"><link rel="stylesheet" href="style.css">
<script type="module" src="app.mjs"></script>
<p id="text">one page, its parts, and a folder</p>
<img src="dot.png" width="8" height="8" alt="a dot"><img src="mark.svg" alt="a mark">
<a href="about.html">about</a> <a href="gr%C3%BC%C3%9Fe/%E6%B8%AF.txt">greetings</a> <a href="long.txt">long</a>
<a href="data.json">data</a> <a href="large.bin">large</a> <a href="dots/">dots</a> <a href="a%20%26%20b.txt">a &amp; b</a>
</html>
`;
const ABOUT =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>about</title><link rel="icon" href="mark.svg"><a href="./">back</a></html>\n';
/** Says in the title that all of it has come and was run; the module also proves the type of `.mjs`. */
const APP = `import { sum } from "./sum.mjs";
const json = await (await fetch("data.json")).json();
const large = new Uint8Array(await (await fetch("large.bin")).arrayBuffer());
document.title = \`ready \${sum(json.values)} \${large.length} \${getComputedStyle(document.body).color}\`;
`;

/** `root` is filled; beside it lies what nobody may get. */
export function fillSite(root: string): void {
  const write = (name: string, content: string | Uint8Array): void => {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  };
  write("index.html", INDEX);
  write("about.html", ABOUT);
  write("style.css", "@import 'dots/more.css';\nbody { color: rgb(18, 52, 86); }\n");
  write("dots/more.css", "p { margin: 0; }\n");
  write(
    "dots/index.html",
    '<!doctype html><title>dots</title><link rel="icon" href="../mark.svg"><a href="more.css">more</a>\n',
  );
  write("app.mjs", APP);
  write("sum.mjs", "export const sum = (values) => values.reduce((a, b) => a + b, 0);\n");
  write("data.json", JSON.stringify({ values: Array.from({ length: 400 }, (_, at) => at) }));
  write(
    "mark.svg",
    '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>\n',
  );
  write("dot.png", png());
  write("large.bin", LARGE);
  utimesSync(join(root, "large.bin"), LARGE_CHANGED, LARGE_CHANGED);
  write("long.txt", LONG_TEXT);
  write("grüße/港.txt", "Grüße, 港\n");
  write("a & b.txt", "a name with blanks\n");
  write(".hidden/secret.txt", "SECRET");
  write(".env", "SECRET");
  writeFileSync(join(root, "../outside.txt"), "SECRET");
  symlinkSync(join(root, "../outside.txt"), join(root, "leads-out.txt"));
}

/** Path below `folder`, with "/" between names, → SHA-256. What a link leads to counts as a file; hidden names do not. */
export function hashes(folder: string, hidden = false): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
    const path = relative(folder, join(folder, entry));
    if (!hidden && path.split("/").some((name) => name.startsWith("."))) continue;
    if (statSync(join(folder, entry)).isFile()) found.set(path, sha256(readFileSync(join(folder, entry))));
  }
  return found;
}

/** One grey pixel (PNG, second edition, §11.2). */
function png(): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    // gzip ends with the same CRC-32 (RFC 1952 §2.3.1), little-endian.
    sum.writeUInt32BE(gzipSync(body).readUInt32LE(gzipSync(body).length - 8));
    return Buffer.concat([length, body, sum]);
  };
  const header = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);
  const pixel = deflateSync(Uint8Array.of(0, 0x80));
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", pixel),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** A Zstandard frame of raw blocks (RFC 8878 §3.1.1): what `zstd` would write, without its packing. */
export function zstdFrame(octets: Uint8Array): Uint8Array {
  const most = 128 * 1024;
  const header = Buffer.alloc(9);
  header.writeUInt32LE(0xfd2fb528, 0);
  header[4] = 0xa0; // single segment, content size of four octets
  header.writeUInt32LE(octets.length, 5);
  const parts: Uint8Array[] = [header];
  for (let at = 0; at < octets.length; at += most) {
    const block = octets.subarray(at, at + most);
    const last = at + most >= octets.length ? 1 : 0;
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | last, 0, 3);
    parts.push(head, block);
  }
  return Buffer.concat(parts);
}
