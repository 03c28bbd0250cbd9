/** Files that say what they should hold, and what a folder holds of them. */
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface MarkedFile {
  readonly name: string;
  /** Counts up where a file is uploaded again. */
  readonly version: number;
  readonly octets: Buffer;
}

/** 100 octets to 40 kB; some are 400 kB. */
export function markedFile(name: string, version: number): MarkedFile {
  const size = version % 20 === 19 ? 400_000 : 100 + Math.floor(Math.random() * 40_000);
  const body = randomBytes(size);
  const head = `${version} ${createHash("sha256").update(body).digest("hex")}\n`;
  return { name, version, octets: Buffer.concat([Buffer.from(head), body]) };
}

export interface FilesFound {
  /** Name → version, of those that are whole. */
  readonly whole: ReadonlyMap<string, number>;
  /** Names of those that are not as they were sent. */
  readonly torn: readonly string[];
}

/** What a peer can see: names that begin with a dot are left out. */
export async function filesIn(folder: string): Promise<FilesFound> {
  const whole = new Map<string, number>();
  const torn: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith(".")) continue;
    const octets = await readFile(join(folder, name));
    const end = octets.indexOf("\n");
    const [version, hash] = octets.subarray(0, Math.max(end, 0)).toString("latin1").split(" ");
    if (
      end >= 0 &&
      hash ===
        createHash("sha256")
          .update(octets.subarray(end + 1))
          .digest("hex")
    )
      whole.set(name, Number(version));
    else torn.push(name);
  }
  return { whole, torn };
}
