/** What is sent: its octets with CRLF at each line's end, counted before the first is sent. */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { UsageError } from "@socketscope/host";
import type { Content } from "@socketscope/smtp-session";

const CR = 13;
const LF = 10;

/** Octets of standard input that are kept; a larger message is sent from a file. */
const MAX_INPUT = 64 * 1024 * 1024;

/** Octets read at once. */
const READ_AT_ONCE = 256 * 1024;

export interface Prepared extends Content {
  /** Octets above 127 in the head: it needs SMTPUTF8 (RFC 6532). */
  readonly utf8Head: boolean;
  /** Octets above 127 anywhere: it needs 8BITMIME (RFC 6152). */
  readonly eightBit: boolean;
}

/** Octets of a message that is kept as it was read first; a larger one is read anew each time. */
const KEPT = 1024 * 1024;

/** Reads `open` once to know its size and needs; `read` reads it again where it is too large to keep. */
export async function prepare(open: () => AsyncIterable<Uint8Array>): Promise<Prepared> {
  const kept: Uint8Array[] = [];
  let size = 0;
  let utf8Head = false;
  let eightBit = false;
  const head = new HeadEnd();
  for await (const octets of canonical(open())) {
    size += octets.length;
    if (size <= KEPT) kept.push(octets);
    const end = head.push(octets);
    const high = octets.findIndex((octet) => octet > 127);
    if (high < 0) continue;
    eightBit = true;
    if (high < end) utf8Head = true;
  }
  const again = size <= KEPT ? ofOctets(Buffer.concat(kept)) : open;
  return { size, utf8Head, eightBit, read: () => canonical(again()) };
}

export function ofOctets(octets: Uint8Array): () => AsyncIterable<Uint8Array> {
  return async function* read() {
    yield octets;
  };
}

export function ofFile(path: string): () => AsyncIterable<Uint8Array> {
  return async function* read() {
    try {
      for await (const octets of createReadStream(path, { highWaterMark: READ_AT_ONCE }))
        if (octets instanceof Uint8Array) yield octets;
    } catch (error) {
      throw new UsageError("USAGE_FILE", `cannot read ${path}`, { cause: error });
    }
  };
}

export async function readInput(stdin: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of stdin) {
    const piece = Buffer.from(chunk);
    octets += piece.length;
    if (octets > MAX_INPUT)
      throw new UsageError("USAGE_INPUT", `standard input is over ${MAX_INPUT} octets: give a file`);
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}

/** A LF without CR becomes CRLF, as every mail program does with a file of this system. A CR without LF stays: it is refused. */
async function* canonical(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let afterCr = false;
  for await (const octets of source) {
    if (octets.length === 0) continue;
    yield withCrlf(octets, afterCr);
    afterCr = octets.at(-1) === CR;
  }
}

/** The same octets where nothing is to be added. */
function withCrlf(octets: Uint8Array, afterCr: boolean): Uint8Array {
  const bare: number[] = [];
  for (let lf = octets.indexOf(LF); lf >= 0; lf = octets.indexOf(LF, lf + 1))
    if (!(lf > 0 ? octets[lf - 1] === CR : afterCr)) bare.push(lf);
  if (bare.length === 0) return octets;
  const longer = new Uint8Array(octets.length + bare.length);
  let from = 0;
  for (const [added, lf] of bare.entries()) {
    longer.set(octets.subarray(from, lf), from + added);
    longer[lf + added] = CR;
    from = lf;
  }
  longer.set(octets.subarray(from), from + bare.length);
  return longer;
}

/** Where the head ends: behind the first CRLF CRLF. */
class HeadEnd {
  #newlines = 0;
  #over = false;

  /** How many of these octets belong to the head. */
  push(octets: Uint8Array): number {
    if (this.#over) return 0;
    for (let index = 0; index < octets.length; index++) {
      const octet = octets[index];
      if (octet === LF) this.#newlines++;
      else if (octet !== CR) this.#newlines = 0;
      if (this.#newlines === 2) {
        this.#over = true;
        return index;
      }
    }
    return octets.length;
  }
}
