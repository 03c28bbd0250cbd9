/** What every server under measurement serves: the same octets, whoever sends them. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const constant = "Hello, world!\n";
export const smallFile = { name: "small.txt", octets: 1024 } as const;
export const largeFile = { name: "large.bin", octets: 100 * 1024 * 1024 } as const;

export interface Site extends Disposable {
  readonly folder: string;
}

export function makeSite(): Site {
  const folder = mkdtempSync(join(tmpdir(), "socketscope-bench-"));
  // nginx's worker is another user when we are root.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, smallFile.name), "x".repeat(smallFile.octets));
  writeFileSync(join(folder, largeFile.name), new Uint8Array(largeFile.octets).fill(0x78));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
