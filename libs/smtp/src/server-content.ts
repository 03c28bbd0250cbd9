/** The content of one message on its way in: by DATA up to its dot, or by BDAT chunk for chunk (RFC 3030 §2). */
import { DotReader, RemoteError, TextScan, type ReceiveBuffer } from "@socketscope/wire";
import type { Reply } from "./envelope.ts";
import type { SmtpServerLimits } from "./server-limits.ts";
import type { SmtpServerAction, SmtpServerEvent } from "./server-events.ts";

export const LINE_ENDS =
  "Lines end in CR LF here, so that nobody can smuggle a message: by hand use a client that sends both";

export class ServerContent {
  readonly #by: "DATA" | "BDAT";
  readonly #limits: SmtpServerLimits;
  /** Of DATA without its dots, of BDAT as it comes. */
  readonly #text: TextScan;
  readonly #dots: DotReader;
  #size = 0;
  /** Octets of the chunk that are still to come, and whether it is the last. */
  #left = 0;
  #last = false;
  #chunk = 0;
  /** The session does not want it. */
  #refusal: Reply | undefined;

  constructor(by: "DATA" | "BDAT", limits: SmtpServerLimits) {
    this.#by = by;
    this.#limits = limits;
    this.#text = new TextScan(limits.textLine);
    this.#dots = new DotReader(this.#text);
  }

  get last(): boolean {
    return this.#last;
  }

  beginChunk(octets: number, last: boolean): void {
    this.#left = octets;
    this.#chunk = octets;
    this.#last = last;
  }

  /** The transaction is refused; the octets on their way are read over, then this is the answer. */
  refuse(reply: Reply): void {
    this.#refusal ??= reply;
  }

  /** Throws RemoteError for line ends that make it doubtful where the message ends: nothing behind them is to be trusted. */
  next(buffer: ReceiveBuffer): SmtpServerEvent | undefined {
    return this.#by === "DATA" ? this.#nextOfData(buffer) : this.#nextOfChunk(buffer);
  }

  #nextOfData(buffer: ReceiveBuffer): SmtpServerEvent | undefined {
    for (;;) {
      const piece = this.#dots.next(buffer);
      if (piece === undefined) return undefined;
      if (piece === "end") return this.#verdict() ?? { type: "end" };
      if (this.#takes(piece)) return { type: "content", octets: piece };
    }
  }

  #nextOfChunk(buffer: ReceiveBuffer): SmtpServerEvent | undefined {
    while (this.#left > 0) {
      if (buffer.length === 0) return undefined;
      const piece = buffer.take(Math.min(this.#left, buffer.length));
      this.#left -= piece.length;
      for (let at = 0; at < piece.length;) at = this.#text.feed(piece, at, piece.length);
      if (this.#takes(piece)) return { type: "content", octets: piece };
    }
    if (this.#last) this.#text.end();
    const verdict = this.#verdict();
    if (verdict !== undefined) return verdict;
    if (this.#last) return { type: "end" };
    return {
      type: "chunk",
      reply: { code: 250, enhanced: "2.0.0", lines: [`${this.#chunk} octets received`] },
    };
  }

  /** Whether it may be handed on: not when the message is refused already. */
  #takes(piece: Uint8Array): boolean {
    this.#size += piece.length;
    // Of a chunk the length is known: it can be read over. Where DATA ends is what the two sides may see differently.
    if (this.#text.bare !== undefined && this.#by === "DATA")
      throw new RemoteError<SmtpServerAction>("SMTP_BARE_LINE_END", LINE_ENDS, {
        type: "reply",
        reply: BARE,
      });
    return this.#reason() === undefined;
  }

  #verdict(): SmtpServerEvent | undefined {
    const reply = this.#reason();
    return reply === undefined ? undefined : { type: "spoilt", reply };
  }

  #reason(): Reply | undefined {
    const { textLine, size } = this.#limits;
    if (this.#refusal !== undefined) return this.#refusal;
    if (this.#text.bare !== undefined) return BARE;
    if (this.#text.nul) return { code: 554, enhanced: "5.6.0", lines: ["A NUL is no part of a message"] };
    if (this.#text.longLine)
      return {
        code: 500,
        enhanced: "5.6.0",
        lines: [`A line of the message is longer than ${textLine} octets`],
      };
    // RFC 1870 §6.3: a message that turns out too big is read to its end, then refused.
    return this.#size > size ? tooBig(size) : undefined;
  }
}

const BARE: Reply = { code: 550, enhanced: "5.6.11", lines: [LINE_ENDS] };

export function tooBig(size: number): Reply {
  return { code: 552, enhanced: "5.3.4", lines: [`The message is bigger than ${size} octets`] };
}
