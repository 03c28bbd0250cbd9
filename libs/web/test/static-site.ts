/** A site on the disk for the tests of static files, and the two ways to serve it. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StaticOptions } from "../src/index.ts";

export const LARGE = Buffer.from(Array.from({ length: 700_001 }, (_, i) => i % 251));
export const TEXT = "The same line again and again.\n".repeat(200);
export const OLD = new Date("2020-01-02T03:04:05Z");

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  js: "text/javascript",
};
export const typeOf = (path: string) => TYPES[path.slice(path.lastIndexOf(".") + 1)];

/** The same for a file out of memory, and streamed from the disk. */
export const WAYS = [
  ["kept", {}],
  ["streamed", { limits: { cachedFile: 0, read: 1000 } }],
] satisfies [string, Partial<StaticOptions>][];

export class Site {
  readonly base = mkdtempSync(join(tmpdir(), "static-"));
  readonly root = join(this.base, "root");

  put(name: string, content: string | Uint8Array, time = OLD): void {
    const path = join(this.root, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, time, time);
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}
