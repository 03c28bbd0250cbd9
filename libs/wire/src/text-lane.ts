/**
 * One direction of a line protocol (SMTP, POP3, FTP) as a dissector reads it: lines, text that ends in a dot, octets of a
 * known count, each with the octets of the stream it took. It stands on the readers of the cores, so the inspector and
 * a server agree on where a line ends.
 */
import { decodeLatin1 } from "./ascii.ts";
import { DotReader } from "./dot-reader.ts";
import type { Direction, Message, Range } from "./dissect.ts";
import { LineReader, type LineFault } from "./line-reader.ts";
import { printable } from "./printable.ts";
import { ReceiveBuffer } from "./receive-buffer.ts";
import { decodeUtf8 } from "./utf8.ts";

export interface TextLaneLimits {
  /** Octets of a line of which the text is kept; of a longer one only its length is told. Default 64 KiB. */
  readonly maxLine: number;
  /** Octets of content or of what cannot be read that one message tells of. Default 1 MiB. Nothing of it is held. */
  readonly piece: number;
  /** Octets held of what can be read only when the other side has spoken. Default 64 KiB. */
  readonly maxHeld: number;
}

export const TEXT_LANE_LIMITS: TextLaneLimits = { maxLine: 65_536, piece: 1_048_576, maxHeld: 65_536 };

/** Offsets are those of the direction's stream. */
export interface DissectedLine {
  readonly from: number;
  /** Behind the text. */
  readonly textTo: number;
  /** Behind the line's end. */
  readonly to: number;
  /** Without the line's end; empty where the line was too long or has a CR inside. */
  readonly octets: Uint8Array;
  readonly problem: string | undefined;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** The content ends with it: for text that ends in a dot, at `to` the three octets of its end begin. */
  readonly last: boolean;
}

const FAULTS: Readonly<Record<LineFault, string>> = {
  "too-long": "the line is too long to be kept",
  "bare-cr": "a CR stands alone in the line",
  "bare-lf": "a LF stands alone in the line",
};

export class TextLane {
  readonly direction: Direction;
  readonly limits: TextLaneLimits;
  readonly #buffer = new ReceiveBuffer();
  #pushed = 0;
  #lines: LineReader;
  #dots = new DotReader();
  /** Where the line, the content or what cannot be read began. */
  #from: number | undefined;
  /** Octets of the content that are not there yet. */
  #left = 0;

  constructor(direction: Direction, limits: Partial<TextLaneLimits> = {}) {
    this.direction = direction;
    this.limits = { ...TEXT_LANE_LIMITS, ...limits };
    this.#lines = this.#newLines();
  }

  /** Offset of the first octet that nobody has read. */
  get offset(): number {
    return this.#pushed - this.#buffer.length;
  }

  /** Octets that nobody has read. */
  get held(): number {
    return this.#buffer.length;
  }

  /** Something has begun and is not whole. */
  get begun(): boolean {
    return this.held > 0 || (this.#from !== undefined && this.#from < this.offset);
  }

  push(octets: Uint8Array): void {
    this.#pushed += octets.length;
    this.#buffer.push(octets);
  }

  /** The next octets held, without reading them. */
  peek(count: number): Uint8Array {
    const { octets, at, end } = this.#buffer;
    return octets.subarray(at, Math.min(at + count, end));
  }

  /** The next line when it is whole; one that ends in LF alone is told of with its problem. */
  line(): DissectedLine | undefined {
    this.#from ??= this.offset;
    const line = this.#lines.next(this.#buffer);
    if (line === undefined) return undefined;
    const [from, to] = [this.#from, this.offset];
    this.#from = undefined;
    if (line.type === "refused")
      return { from, textTo: to, to, octets: new Uint8Array(0), problem: FAULTS[line.why] };
    const textTo = from + line.octets.length;
    const problem = to - textTo === 1 ? "the line ends in LF alone" : undefined;
    return { from, textTo, to, octets: line.octets, problem };
  }

  /**
   * The next `count` octets as a line that has no end (FTP's ABOR, of which the LF was urgent); undefined where octets of
   * the line have been read over already.
   */
  lineOf(count: number): Stretch | undefined {
    const from = this.#from ?? this.offset;
    if (from < this.offset || this.held < count) return undefined;
    this.#buffer.skip(count);
    this.#lines = this.#newLines();
    this.#from = undefined;
    return { from, to: this.offset, last: true };
  }

  /** From here on: text that ends in a line of one dot. */
  beginText(): void {
    this.#from = this.offset;
    this.#dots = new DotReader();
  }

  /** The next stretch of the text, when it is as long as a piece or whole; `problem` of all that was seen of it. */
  text(): (Stretch & { readonly problem: string | undefined }) | undefined {
    for (;;) {
      const full = this.#fullPiece();
      if (full !== undefined) return { ...full, problem: undefined };
      const next = this.#dots.next(this.#buffer);
      if (next === undefined) return undefined;
      if (next !== "end") continue;
      const from = this.#from ?? this.offset;
      this.#from = undefined;
      const { bare } = this.#dots.text;
      const problem =
        bare === undefined ? undefined : `a ${bare === "bare-cr" ? "CR" : "LF"} stands alone in the text`;
      return { from, to: this.offset - 3, last: true, problem };
    }
  }

  /** From here on: so many octets. */
  beginOctets(count: number): void {
    this.#from = this.offset;
    this.#left = count;
  }

  /** The next stretch of them, when it is as long as a piece or all is there. */
  octets(): Stretch | undefined {
    const from = this.#from ?? this.offset;
    const room = from + this.limits.piece - this.offset;
    this.#left -= this.#buffer.take(Math.min(this.#left, room)).length;
    if (this.#left > 0) return this.#fullPiece();
    this.#from = undefined;
    return { from, to: this.offset, last: true };
  }

  /** Octets of a known count that were not recorded; returns how many of `count` belong to it. */
  missOctets(count: number): number {
    const missed = Math.min(count, this.#left - this.#buffer.length);
    this.#left -= missed;
    this.#pushed += missed;
    return missed;
  }

  /** Reads over all that is here, as nothing that is known. A stretch when it is as long as a piece. */
  readOver(): Stretch | undefined {
    const from = (this.#from ??= this.offset);
    this.#lines = this.#newLines();
    this.#buffer.take(Math.max(0, from + this.limits.piece - this.offset));
    return this.#fullPiece();
  }

  /** Ends what has begun and was not told of, read or not; undefined where there is nothing. */
  cutOff(): Stretch | undefined {
    const from = this.#from ?? this.offset;
    this.#buffer.skip(this.#buffer.length);
    this.#lines = this.#newLines();
    this.#from = undefined;
    this.#left = 0;
    return from === this.offset ? undefined : { from, to: this.offset, last: true };
  }

  /** Octets that were not recorded: what had begun, they, and what comes are one stretch until it is cut off. */
  miss(count: number): void {
    this.#from ??= this.offset;
    this.#buffer.skip(this.#buffer.length);
    this.#lines = this.#newLines();
    this.#pushed += count;
  }

  #fullPiece(): Stretch | undefined {
    const { piece } = this.limits;
    const from = this.#from ?? this.offset;
    if (this.offset - from < piece) return undefined;
    this.#from = from + piece;
    return { from, to: from + piece, last: false };
  }

  #newLines(): LineReader {
    return new LineReader({ maxOctets: this.limits.maxLine, bareLf: "ends" });
  }
}

/** Cuts a line into named parts that cover it: `[name, length]` one behind the other, the rest of the text, the line end. */
export function partsOfLine(
  line: DissectedLine,
  pieces: readonly (readonly [name: string, octets: number])[],
  rest: string,
): readonly Range[] {
  const parts: Range[] = [];
  let at = line.from;
  for (const [name, octets] of pieces) {
    const to = Math.min(at + octets, line.textTo);
    if (to > at) parts.push({ name, from: at, to });
    at = to;
  }
  if (at < line.textTo) parts.push({ name: rest, from: at, to: line.textTo });
  if (line.textTo < line.to) parts.push({ name: "line end", from: line.textTo, to: line.to });
  return parts;
}

/** The messages of a flow, numbered in the order they are told. */
export class Teller {
  #nextId = 0;
  #messages: Message[] = [];

  /** Returns the message's id. */
  tell(message: Omit<Message, "id" | "answers" | "problem"> & Links): number {
    const { answers, problem, ...rest } = message;
    const id = this.#nextId++;
    this.#messages.push({
      id,
      ...rest,
      ...(answers !== undefined && { answers }),
      ...(problem !== undefined && { problem }),
    });
    return id;
  }

  take(): readonly Message[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }
}

interface Links {
  readonly answers?: number | undefined;
  readonly problem?: string | undefined;
}

/** UTF-8 where it is, else octet by octet. */
export function lineText(octets: Uint8Array): string {
  return decodeUtf8(octets) ?? decodeLatin1(octets);
}

/** As it may stand in a summary: at most 200 characters, none of which moves a cursor. */
export function printableText(text: string): string {
  return printable(text.slice(0, 200));
}
