/** RFC 9112 §2, §6, §7.1 in one direction of a recording: heads, content, chunks and trailers, one message each. */
import { decodeLatin1, OctetLane, UNREAD, type Direction, type Message } from "@socketscope/wire";
import { chunkEndLength, chunkSizeOf } from "./chunk.ts";
import { beginsWithStartLine, parseStartLine, readFields, readHead, type Head } from "./head.ts";
import { OpenMessage } from "./open-message.ts";
import type { LaneHost, Place } from "./place.ts";
import { trailerProblem } from "./strict.ts";
import type { DissectLimits } from "./limits.ts";
import { LineScanner, type Line } from "./lines.ts";

export class HttpLane {
  readonly octets: OctetLane;
  readonly #kind: "request" | "response";
  readonly #direction: Direction;
  readonly #limits: DissectLimits;
  readonly #host: LaneHost;
  #place: Place = { at: "head", scanner: new LineScanner() };
  #open: OpenMessage | undefined;
  #hold = false;
  #messages: Message[] = [];

  constructor(kind: "request" | "response", direction: Direction, limits: DissectLimits, host: LaneHost) {
    this.octets = new OctetLane();
    this.#kind = kind;
    this.#direction = direction;
    this.#limits = limits;
    this.#host = host;
  }

  feed(bytes: Uint8Array): readonly Message[] {
    if (this.#place.at === "lost" && beginsWithStartLine(bytes, this.#kind, this.#limits.maxHead)) {
      this.#flushLost();
      this.#next("head");
    }
    this.octets.push(bytes);
    const messages = this.#run();
    this.octets.settle();
    return messages;
  }

  /** The other side has decided about Upgrade or CONNECT. */
  release(switched: boolean): readonly Message[] {
    const { at } = this.#place;
    if (switched && (at === "held" || at === "head")) this.#place = { at: "switched" };
    else if (at === "held") this.#next("head");
    this.#hold = false;
    return this.#run();
  }

  /** Another dissector goes on: what could not be read is told of before it does. */
  leave(): readonly Message[] {
    if (this.#place.at !== "switched") {
      this.#lose("the other side began another protocol before this was whole");
      this.#flushLost();
      this.#place = { at: "switched" };
    }
    return this.#flush();
  }

  gap(count: number): readonly Message[] {
    const place = this.#place;
    // Content of a known length ends where it ends, recorded or not.
    const known = place.at === "content" || place.at === "chunk data" ? Math.min(place.left, count) : 0;
    if (known > 0 && this.#open !== undefined && (place.at === "content" || place.at === "chunk data")) {
      place.left -= known;
      this.#open.missing += known;
      this.octets.skip(known);
      while (this.#step());
    }
    if (known < count) {
      this.#lose(UNREAD.missing);
      this.octets.take(this.octets.octets.length);
      this.octets.skip(count - known);
    }
    return this.#flush();
  }

  end(): readonly Message[] {
    const place = this.#place;
    if (place.at === "content" || place.at === "chunk data") {
      const early = Number.isFinite(place.left) ? `the stream ends ${place.left} octets early` : undefined;
      if (this.#open !== undefined) this.#open.fault ??= early;
      this.#emitOpen(place.at === "content" ? "content" : "chunk");
    } else {
      if (place.at !== "lost" && (this.octets.octets.length > 0 || this.#open !== undefined)) {
        this.#lose(`the stream ends in ${place.at === "head" ? "a head" : "a chunk"}`);
      }
      this.#flushLost();
    }
    this.#next("head");
    return this.#flush();
  }

  #run(): readonly Message[] {
    while (this.#step());
    return this.#flush();
  }

  /** False when more octets are needed. */
  #step(): boolean {
    const place = this.#place;
    switch (place.at) {
      case "head":
        return this.#readHead(place.scanner);
      case "content":
      case "chunk data":
        return this.#readData(place);
      case "chunk line":
        return this.#readChunkLine(place.scanner);
      case "chunk end":
        return this.#readChunkEnd();
      case "trailers":
        return this.#readTrailers(place.scanner);
      case "held":
      case "switched":
        if (this.octets.octets.length <= this.#limits.maxHead) return false;
        this.#lose("another protocol");
        return true;
      case "lost":
        break;
    }
    this.octets.take(this.octets.octets.length);
    if (this.#open !== undefined && this.octets.offset - this.#open.from >= this.#limits.piece) {
      this.#flushLost();
      this.#open = this.#begin();
    }
    return false;
  }

  #readHead(scanner: LineScanner): boolean {
    for (
      let line = scanner.next(this.octets.octets);
      line !== undefined;
      line = scanner.next(this.octets.octets)
    ) {
      const empty = line.to === line.from;
      const first = scanner.lines.find((each) => each.to > each.from);
      if (first === undefined) continue;
      if (first === line && parseStartLine(this.#text(line), this.#kind) === undefined) {
        this.#lose(`no ${this.#kind === "request" ? "request" : "status"} line where one should be`);
        return true;
      }
      if (!empty) continue;
      const head = readHead(this.octets.octets, scanner.lines, this.octets.offset, this.#kind);
      if (head === undefined) return false;
      this.#tellHead(head, line.end);
      return true;
    }
    return this.#tooLong("the head");
  }

  #tellHead(head: Head, length: number): void {
    const id = this.#host.nextId();
    const from = this.octets.offset;
    this.octets.take(length);
    const { framing, answers, hold } = this.#host.head(head, id);
    const { summary, parts, problem } = head;
    this.#messages.push({
      id,
      direction: this.#direction,
      from,
      to: this.octets.offset,
      kind: this.#kind,
      summary,
      parts,
      ...(answers === undefined ? {} : { answers }),
      ...(problem === undefined ? {} : { problem }),
    });
    this.#hold = hold;
    if (framing === "switched") this.#place = { at: "switched" };
    else if (framing === "chunked") this.#next("chunk line");
    else if (framing === 0) this.#ended();
    else {
      this.#open = this.#begin();
      this.#place = { at: "content", left: framing === "close" ? Number.POSITIVE_INFINITY : framing };
    }
  }

  #readData(place: { readonly at: "content" | "chunk data"; left: number }): boolean {
    const open = (this.#open ??= this.#begin());
    const room = Math.max(0, open.dataFrom + this.#limits.piece - this.octets.offset);
    place.left -= this.octets.take(Math.min(place.left, room)).length;
    if (place.left === 0) {
      if (place.at === "chunk data") this.#place = { at: "chunk end" };
      else {
        this.#emitOpen("content");
        this.#ended();
      }
      return true;
    }
    if (this.octets.offset - open.dataFrom < this.#limits.piece) return false;
    this.#emitOpen(place.at === "content" ? "content" : "chunk");
    this.#open = this.#begin();
    return this.octets.octets.length > 0;
  }

  #readChunkLine(scanner: LineScanner): boolean {
    const line = scanner.next(this.octets.octets);
    if (line === undefined) return this.#tooLong("the chunk's size line");
    const size = chunkSizeOf(this.#text(line));
    if (size === undefined) {
      this.#lose("no chunk size where one should be");
      return true;
    }
    const open = this.#begin();
    if (line.bare) open.fault = "a line ends in LF alone";
    this.octets.take(line.end);
    open.parts.push({ name: "chunk size", from: open.from, to: this.octets.offset });
    open.dataFrom = this.octets.offset;
    this.#open = open;
    if (size === 0) this.#next("trailers");
    else this.#place = { at: "chunk data", left: size };
    return true;
  }

  #readChunkEnd(): boolean {
    const length = chunkEndLength(this.octets.octets);
    if (length === undefined) return false;
    if (length === 0) {
      if (this.#open !== undefined) this.#open.fault ??= "the chunk is longer than its size says";
      this.#emitOpen("chunk");
      this.#lose("no line end after a chunk");
      return true;
    }
    if (length === 1 && this.#open !== undefined) this.#open.fault ??= "a line ends in LF alone";
    this.#emitOpen("chunk", length);
    this.#next("chunk line");
    return true;
  }

  #readTrailers(scanner: LineScanner): boolean {
    for (
      let line = scanner.next(this.octets.octets);
      line !== undefined;
      line = scanner.next(this.octets.octets)
    ) {
      if (line.to > line.from) continue;
      const offset = this.octets.offset;
      const fields = readFields(this.octets.octets, scanner.lines.slice(0, -1), offset);
      const problem = trailerProblem(this.octets.take(line.end));
      const open = this.#open ?? this.#begin();
      open.parts.push(...fields.parts, {
        name: "blank line",
        from: offset + line.from,
        to: offset + line.end,
      });
      open.fault ??= problem;
      open.dataFrom = this.octets.offset;
      this.#emitOpen("last chunk");
      this.#ended();
      return true;
    }
    return this.#tooLong("the trailer section");
  }

  #ended(): void {
    if (this.#hold) this.#place = { at: "held" };
    else this.#next("head");
  }

  #next(at: "head" | "chunk line" | "trailers"): void {
    this.#place = { at, scanner: new LineScanner() };
  }

  #begin(): OpenMessage {
    return new OpenMessage(this.octets.offset);
  }

  /** `lineEnd`: octets of the line end behind a chunk, still held. */
  #emitOpen(kind: "content" | "chunk" | "last chunk", lineEnd = 0): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    open.closeData(kind === "content" ? "content" : "chunk data", this.octets.offset);
    if (lineEnd > 0) {
      const from = this.octets.offset;
      this.octets.take(lineEnd);
      open.parts.push({ name: "chunk end", from, to: this.octets.offset });
    }
    if (open.parts.length > 0) this.#tell(kind, open);
  }

  #tell(kind: string, open: OpenMessage, problem = open.problem): void {
    const id = this.#host.nextId();
    this.#messages.push(open.message(id, this.#direction, this.octets.offset, kind, problem));
  }

  #tooLong(what: string): boolean {
    if (this.octets.octets.length <= this.#limits.maxHead) return false;
    this.#lose(`${what} is longer than ${this.#limits.maxHead} octets`);
    return true;
  }

  /** What is open ends here; what is held and what comes is told of, but not read. */
  #lose(why: string): void {
    const { at } = this.#place;
    if (at === "lost") return;
    if (at === "content" || at === "chunk data") this.#emitOpen(at === "content" ? "content" : "chunk");
    // The octets of a half-read section are part of what is not read.
    this.#open = new OpenMessage(this.#open?.from ?? this.octets.offset);
    this.#place = { at: "lost", why };
    this.#host.lost();
  }

  #flushLost(): void {
    const place = this.#place;
    const open = this.#open;
    this.octets.take(this.octets.octets.length);
    this.#open = undefined;
    if (place.at !== "lost" || open === undefined || open.from === this.octets.offset) return;
    open.closeData("unparsed", this.octets.offset);
    this.#tell("unparsed", open, place.why);
  }

  #text(line: Line): string {
    return decodeLatin1(this.octets.octets, line.from, line.to);
  }

  #flush(): readonly Message[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }
}
