/**
 * Lines that end in CR LF, as SMTP, POP3 and FTP send them (RFC 5321 §2.3.8, RFC 1939 §3, RFC 959 §4.1.3). A line that
 * is too long or has a line end of another kind inside is read over to its end and then told of, so that a protocol
 * can answer it once and go on.
 */
import type { ReceiveBuffer } from "./receive-buffer.ts";

const CR = 13;
const LF = 10;

export interface LineOptions {
  /** Octets of a line without its end. */
  readonly maxOctets: number;
  /**
   * A LF without CR before it. "refused" (default): part of a line that is refused · "ends": a line's end. Two programs
   * that differ on it can be played against each other: "ends" is for who passes nothing on.
   */
  readonly bareLf?: "refused" | "ends";
}

export type LineFault = "too-long" | "bare-lf" | "bare-cr";

export type Line =
  | { readonly type: "line"; readonly octets: Uint8Array }
  | { readonly type: "refused"; readonly why: LineFault };

export class LineReader {
  readonly #options: LineOptions;
  /** Octets behind the buffer's `at` in which no line end is. */
  #searched = 0;
  #fault: LineFault | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** In the middle of a line, of which octets may have been read over. */
  get begun(): boolean {
    return this.#searched > 0 || this.#fault !== undefined;
  }

  /** The line that is not whole has a LF of its own already: who types by hand waits for an answer to it. */
  get bareLf(): boolean {
    return this.#fault === "bare-lf";
  }

  /** The next line (its octets are a view), or undefined when it is not whole. Holds no more than `maxOctets` + 2. */
  next(buffer: ReceiveBuffer): Line | undefined {
    for (;;) {
      const { octets, at, end } = buffer;
      const found = indexOfLf(octets, at + this.#searched, end);
      if (found === end) {
        this.#searched = end - at;
        if (this.#searched > this.#options.maxOctets + 1) this.#readOver(buffer);
        return undefined;
      }
      const cr = found > at && octets[found - 1] === CR;
      if (!cr && this.#options.bareLf !== "ends") {
        // Whatever else is wrong with it: how the octets were cut must not decide what is said of a line.
        this.#fault = "bare-lf";
        this.#searched = found + 1 - at;
        continue;
      }
      // Not subarray: that of a Node Buffer, which this often is, takes twice as long.
      const line = new Uint8Array(octets.buffer, octets.byteOffset + at, (cr ? found - 1 : found) - at);
      buffer.skip(found + 1 - at);
      const why = this.#faultOf(line);
      this.#searched = 0;
      this.#fault = undefined;
      return why === undefined ? { type: "line", octets: line } : { type: "refused", why };
    }
  }

  #faultOf(line: Uint8Array): LineFault | undefined {
    if (this.#fault !== undefined) return this.#fault;
    if (line.length > this.#options.maxOctets) return "too-long";
    return holdsCr(line) ? "bare-cr" : undefined;
  }

  /** Of a line that is too long only a CR that may be half of its end is kept. */
  #readOver(buffer: ReceiveBuffer): void {
    this.#fault ??= "too-long";
    const kept = buffer.octets[buffer.end - 1] === CR ? 1 : 0;
    buffer.skip(buffer.length - kept);
    this.#searched = kept;
  }
}

// Lines are short: two loops of our own are through before a call of indexOf has begun.
function indexOfLf(octets: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && octets[at] !== LF) at++;
  return at;
}

function holdsCr(line: Uint8Array): boolean {
  for (const octet of line) if (octet === CR) return true;
  return false;
}
