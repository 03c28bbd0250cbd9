/**
 * The lines of a control connection: RFC 959 §4.1.3 over Telnet (RFC 854) as far as FTP needs it. Telnet's own commands
 * are dropped; an ABOR that came as urgent data is found wherever its octets were lost.
 */
import { decodeLatin1, LineReader, ReceiveBuffer, type Line } from "@socketscope/wire";

const IAC = 255;
const CR = 13;
const LF = 10;
const ABOR = "ABOR";

export class ControlLines {
  readonly #buffer = new ReceiveBuffer();
  readonly #max: number;
  #lines: LineReader;
  readonly #telnet = new TelnetFilter();
  /** Octets of a line that is too long have been read over: what is here is not its beginning. */
  #inside = false;
  /** ABOR ended at its CR: the LF that may still come belongs to it. */
  #owesLf = false;

  /** `maxOctets`: of a line without its end. */
  constructor(maxOctets: number) {
    this.#max = maxOctets;
    this.#lines = this.#newLines();
  }

  push(octets: Uint8Array): void {
    let rest = this.#telnet.pass(octets);
    if (this.#owesLf && rest.length > 0) {
      this.#owesLf = false;
      if (rest[0] === LF) rest = rest.subarray(1);
    }
    if (rest.length > 0) this.#buffer.push(rest);
  }

  /** A line has begun and is not whole. */
  get begun(): boolean {
    return this.#buffer.length > 0 || this.#inside;
  }

  /** The next line when it is whole. A LF alone ends one too: nothing is passed on, and who tries by hand has only that. */
  next(): Line | undefined {
    const abort = this.#abort();
    if (abort !== undefined) return abort;
    const before = this.#buffer.length;
    const line = this.#lines.next(this.#buffer);
    this.#inside = line === undefined && (this.#inside || this.#buffer.length < before);
    return line;
  }

  /** Takes back what was received and not read. */
  unread(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }

  /**
   * RFC 959 §4.1.3 (ABOR): it may come as urgent data, of which the last octet is lost where the receiver does not ask
   * for it in line. Python's ftplib sends the whole line so: its LF never comes.
   */
  #abort(): Line | undefined {
    if (this.#inside) return undefined;
    const { octets, at, end } = this.#buffer;
    const cr = at + ABOR.length;
    if (end <= cr || octets[cr] !== CR) return undefined;
    if (decodeLatin1(octets, at, cr).toUpperCase() !== ABOR) return undefined;
    const line = this.#buffer.take(ABOR.length + 1).subarray(0, ABOR.length);
    const next = this.#buffer.octets[this.#buffer.at];
    if (this.#buffer.length === 0) this.#owesLf = true;
    else if (next === LF) this.#buffer.skip(1);
    this.#lines = this.#newLines();
    return { type: "line", octets: line };
  }

  #newLines(): LineReader {
    return new LineReader({ maxOctets: this.#max, bareLf: "ends" });
  }
}

/**
 * RFC 854: IAC and a command of 240 to 254, those from 251 on with an option; IAC IAC is the octet 255. RFC 959 §4.1.3
 * lets IP and Synch stand before ABOR; of Synch's DM the IAC may be lost on the way, or DM itself: one of them stands
 * alone then, at a line's beginning or between IAC and a letter.
 */
class TelnetFilter {
  #state: "text" | "iac" | "option" = "text";
  #lineStart = true;

  pass(octets: Uint8Array): Uint8Array {
    // All but a few chunks have nothing to drop.
    if (this.#state === "text" && !octets.some((octet) => octet >= 240)) {
      if (octets.length > 0) this.#lineStart = endsLine(octets[octets.length - 1]);
      return octets;
    }
    const kept = new Uint8Array(octets.length);
    let length = 0;
    for (const octet of octets) {
      if (!this.#isText(octet)) continue;
      kept[length++] = octet;
      this.#lineStart = endsLine(octet);
    }
    return kept.subarray(0, length);
  }

  #isText(octet: number): boolean {
    switch (this.#state) {
      case "option":
        this.#state = "text";
        return false;
      case "iac":
        this.#state = octet >= 251 && octet < IAC ? "option" : "text";
        // IAC IAC is an octet of a name; with a letter behind it the command was the urgent octet, and is lost.
        return octet < 240 || (octet === IAC && !this.#lineStart);
      case "text":
        if (octet === IAC) this.#state = "iac";
        return octet < 240 || (octet < IAC && !this.#lineStart);
    }
  }
}

/** A CR counts: the LF behind it may have been the urgent octet. */
function endsLine(octet: number | undefined): boolean {
  return octet === LF || octet === CR;
}
