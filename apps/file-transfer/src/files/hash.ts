/** A file's hash, read in pieces so that the loop goes on between them. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { readFully } from "./disk.ts";
import type { HashAlgorithm } from "./file-system.ts";
import { problem } from "./problems.ts";

export interface HashRange {
  readonly from?: number;
  /** Exclusive. */
  readonly to?: number;
  readonly signal?: AbortSignal;
}

/** Octets read at once. */
const PIECE = 256 * 1024;

interface Sum {
  update(octets: Uint8Array): unknown;
  digest(): string;
}

export async function hashOf(
  descriptor: number,
  algorithm: HashAlgorithm,
  { from = 0, to = Infinity, signal }: HashRange,
): Promise<string> {
  const sum = sumOf(algorithm);
  const buffer = Buffer.allocUnsafe(PIECE);
  for (let at = from; at < to;) {
    if (signal?.aborted === true) throw problem("closed");
    const count = await readFully(descriptor, buffer.subarray(0, Math.min(PIECE, to - at)), at);
    if (count === 0) break;
    sum.update(buffer.subarray(0, count));
    at += count;
  }
  return sum.digest();
}

function sumOf(algorithm: HashAlgorithm): Sum {
  if (algorithm === "crc32") return new Crc32();
  const hash = createHash(algorithm);
  return { update: (octets) => hash.update(octets), digest: () => hash.digest("hex") };
}

class Crc32 implements Sum {
  #value = 0;
  update(octets: Uint8Array): void {
    this.#value = crc32(octets, this.#value);
  }
  digest(): string {
    return this.#value.toString(16).padStart(8, "0");
  }
}
