/**
 * RTMP read from a recording of anybody's server: the handshake, and a message for each chunk, the last of which says
 * what was in all of them. Where octets are missing nothing can be read any more: a chunk's head leans on those before.
 */
import {
  OctetLane,
  printableText,
  Teller,
  type Direction,
  type Dissector,
  type Message,
  type Range,
  UNREAD,
} from "@socketscope/wire";
import { isAmf0Object, readAmf0, type Amf0Value } from "./amf0.ts";
import { ChunkReader, type ReadChunk } from "./chunk-reader.ts";
import { RtmpError } from "./errors.ts";
import { HANDSHAKE, RTMP_VERSION } from "./handshake.ts";
import { RTMP_LIMITS, type RtmpLimits } from "./limits.ts";
import { isMessageType, MESSAGE_TYPES, TYPE, USER_CONTROLS, type RtmpMessage } from "./messages.ts";

export interface RtmpDissectorOptions {
  /** The direction in which the client speaks: "in" at a server's tap, "out" at a client's. Default "in". */
  readonly client?: Direction;
  readonly limits?: Partial<RtmpLimits>;
}

interface Side {
  readonly lane: OctetLane;
  readonly chunks: ChunkReader;
  place: "version" | "first" | "second" | "chunks" | "lost";
}

/** What a message says, for a list and in parts. */
interface Content {
  readonly summary: string;
  /** Within the content; they cover it. */
  readonly parts: readonly Range[];
  readonly problem?: string;
}

export class RtmpDissector implements Dissector {
  readonly switched = false;
  readonly #client: Direction;
  readonly #teller = new Teller();
  readonly #sides: Readonly<Record<Direction, Side>>;
  /** Commands by their number, so that an answer can name what it answers. */
  readonly #asked = new Map<number, number>();

  constructor(options: RtmpDissectorOptions = {}) {
    const limits = { ...RTMP_LIMITS, ...options.limits };
    const side = (): Side => ({ lane: new OctetLane(), chunks: new ChunkReader(limits), place: "version" });
    this.#client = options.client ?? "in";
    this.#sides = { in: side(), out: side() };
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    const side = this.#sides[direction];
    side.lane.push(bytes);
    while (this.#step(direction, side));
    return this.#teller.take();
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    const side = this.#sides[direction];
    this.#giveUp(direction, side, UNREAD.missing);
    side.lane.skip(octets);
    return this.#teller.take();
  }

  secured(): void {
    // RTMPS: TLS comes first, and nothing was said before it.
  }

  end(direction: Direction): readonly Message[] {
    this.#giveUp(direction, this.#sides[direction], "the stream ends before it is whole");
    return this.#teller.take();
  }

  #step(direction: Direction, side: Side): boolean {
    switch (side.place) {
      case "version":
        return this.#version(direction, side);
      case "first":
      case "second":
        return this.#greeting(direction, side);
      case "chunks":
        return this.#chunk(direction, side);
      case "lost":
        this.#giveUp(direction, side, UNREAD.unsure);
        return false;
    }
  }

  #version(direction: Direction, side: Side): boolean {
    const version = side.lane.octets[0];
    if (version === undefined) return false;
    if (version !== RTMP_VERSION) {
      this.#giveUp(direction, side, `RTMP begins with version ${RTMP_VERSION}, this with ${version}`);
      return false;
    }
    const { from, to } = taken(side.lane, 1);
    const parts = [{ name: "version", from, to }];
    this.#teller.tell({
      direction,
      kind: `${this.#name(direction)}0`,
      from,
      to,
      summary: "version 3",
      parts,
    });
    side.place = "first";
    return true;
  }

  /** §5.2.3, §5.2.4. */
  #greeting(direction: Direction, side: Side): boolean {
    if (side.lane.octets.length < HANDSHAKE) return false;
    const first = side.place === "first";
    const { from, to } = taken(side.lane, HANDSHAKE);
    const parts = [
      { name: "time", from, to: from + 4 },
      { name: first ? "zero" : "time read", from: from + 4, to: from + 8 },
      { name: first ? "random" : "echo", from: from + 8, to },
    ];
    const summary = first ? "1536 octets to be sent back" : "the other side's octets, sent back";
    this.#teller.tell({
      direction,
      kind: `${this.#name(direction)}${first ? 1 : 2}`,
      from,
      to,
      summary,
      parts,
    });
    side.place = first ? "second" : "chunks";
    return true;
  }

  #chunk(direction: Direction, side: Side): boolean {
    const { lane, chunks } = side;
    if (lane.octets.length === 0) return false;
    // The reader has octets of its own: it is given all there are, and what it has not consumed is taken back.
    chunks.buffer.push(lane.octets);
    const before = chunks.buffer.length;
    let chunk: ReadChunk | undefined;
    try {
      chunk = chunks.next();
    } catch (error) {
      if (!(error instanceof RtmpError)) throw error;
      this.#giveUp(direction, side, error.message);
      return false;
    }
    const consumed = before - chunks.buffer.length;
    chunks.buffer.skip(chunks.buffer.length);
    if (chunk === undefined) return false;
    const { from, to } = taken(lane, consumed);
    this.#tell(direction, chunk, from, to);
    return true;
  }

  #tell(direction: Direction, { head, length, message }: ReadChunk, from: number, to: number): void {
    const { basic, size, extended, chunkStream } = head;
    const behind = from + size - (extended ? 4 : 0);
    const heads: Range[] = [
      { name: "basic head", from, to: from + basic },
      ...(behind > from + basic
        ? [{ name: `message head ${head.format}`, from: from + basic, to: behind }]
        : []),
      ...(extended ? [{ name: "extended timestamp", from: behind, to: from + size }] : []),
    ];
    const content = { from: from + size, to };
    const body = (name: string): Range[] => (length > 0 ? [{ name, ...content }] : []);
    if (message === undefined) {
      const type = typeName(head.type);
      // A piece of a command may hold a key, or half of one.
      const piece = head.type === TYPE.command || head.type === TYPE.commandAmf3 ? "secret" : "content";
      const summary = `${length} octets of a message of ${head.length}: ${type} on chunk stream ${chunkStream}`;
      this.#teller.tell({ direction, kind: "chunk", from, to, summary, parts: [...heads, ...body(piece)] });
      return;
    }
    const whole = message.octets.length === length;
    const said = contentOf(message);
    const inside = said.parts.map((part) => ({
      ...part,
      from: part.from + content.from,
      to: part.to + content.from,
    }));
    const id = this.#teller.tell({
      direction,
      kind: typeName(message.type),
      from,
      to,
      summary: said.summary,
      parts: [
        ...heads,
        ...(whole && inside.length > 0 ? inside : body(hides(message) ? "secret" : "content")),
      ],
      problem: said.problem,
      answers: this.#answered(direction, message),
    });
    if (direction === this.#client) this.#remember(id, message);
  }

  #remember(id: number, message: RtmpMessage): void {
    const [, transaction] = valuesOf(message);
    if (typeof transaction !== "number" || transaction === 0) return;
    this.#asked.set(transaction, id);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > 1000 && oldest !== undefined) this.#asked.delete(oldest);
  }

  #answered(direction: Direction, message: RtmpMessage): number | undefined {
    if (direction === this.#client) return undefined;
    const [name, transaction] = valuesOf(message);
    if ((name !== "_result" && name !== "_error") || typeof transaction !== "number") return undefined;
    return this.#asked.get(transaction);
  }

  #giveUp(direction: Direction, side: Side, problem: string): void {
    side.place = "lost";
    if (side.lane.octets.length === 0) return;
    const { from, to } = taken(side.lane, side.lane.octets.length);
    const parts = [{ name: "unparsed", from, to }];
    this.#teller.tell({
      direction,
      kind: "unparsed",
      from,
      to,
      summary: `${to - from} octets`,
      parts,
      problem,
    });
  }

  /** "C" of C0, C1, C2. */
  #name(direction: Direction): "C" | "S" {
    return direction === this.#client ? "C" : "S";
  }
}

function taken(lane: OctetLane, count: number): { from: number; to: number } {
  const from = lane.offset;
  lane.take(count);
  return { from, to: from + count };
}

function typeName(type: number): string {
  return isMessageType(type) ? MESSAGE_TYPES[type] : `message of type ${type}`;
}

function contentOf(message: RtmpMessage): Content {
  const { type, octets, timestamp } = message;
  const { length } = octets;
  const number = length >= 4 ? new DataView(octets.buffer, octets.byteOffset).getUint32(0) : undefined;
  switch (type) {
    case TYPE.command:
    case TYPE.data:
      return amf0Content(message);
    case TYPE.audio:
    case TYPE.video:
      return {
        summary: `${length} octets at ${(timestamp / 1000).toFixed(3)} s`,
        parts: mediaParts(message),
      };
    case TYPE.setChunkSize:
    case TYPE.abort:
    case TYPE.acknowledgement:
    case TYPE.windowSize:
    case TYPE.peerBandwidth: {
      if (number === undefined)
        return { summary: `${length} octets`, parts: [], problem: "its number is missing" };
      const limit = length > 4 ? [{ name: "limit type", from: 4, to: length }] : [];
      return { summary: String(number), parts: [{ name: "number", from: 0, to: 4 }, ...limit] };
    }
    case TYPE.userControl: {
      if (length < 2) return { summary: `${length} octets`, parts: [], problem: "its event is missing" };
      const event = (octets[0] ?? 0) * 256 + (octets[1] ?? 0);
      const rest = length > 2 ? [{ name: "event data", from: 2, to: length }] : [];
      return { summary: controlName(event), parts: [{ name: "event", from: 0, to: 2 }, ...rest] };
    }
    default:
      return { summary: `${length} octets`, parts: [] };
  }
}

/** Video File Format 10.1 §E.4.2, §E.4.3. */
function mediaParts({ type, octets: { length } }: RtmpMessage): Range[] {
  const head = Math.min(length, type === TYPE.video ? 5 : 2);
  const data = length > head ? [{ name: "coded data", from: head, to: length }] : [];
  return length === 0 ? [] : [{ name: "tag head", from: 0, to: head }, ...data];
}

export function controlName(event: number): string {
  return Object.entries(USER_CONTROLS).find(([key]) => Number(key) === event)?.[1] ?? `event ${event}`;
}

function amf0Content(message: RtmpMessage): Content {
  try {
    const found = readAmf0(message.octets);
    const secret = hides(message);
    const parts = found.map(({ value, from, to }, i) => ({
      name:
        i === 0
          ? "name"
          : i === 1 && message.type === TYPE.command
            ? "transaction"
            : secret && (i === STREAM_NAME || holdsKey(value))
              ? "secret"
              : "value",
      from,
      to,
    }));
    const [name, ...rest] = found.map(({ value }) => value);
    const words = rest
      .filter((value) => typeof value === "string")
      .map((value) => (secret ? masked(value) : value));
    const code = rest.map(codeIn).find((one) => one !== undefined);
    const summary = [
      typeof name === "string" ? name : "?",
      ...words,
      ...(code === undefined ? [] : [code]),
    ].join(" ");
    return { summary: printableText(summary), parts };
  } catch (error) {
    if (!(error instanceof RtmpError)) throw error;
    return { summary: `${message.octets.length} octets`, parts: [], problem: error.message };
  }
}

/** Commands whose words name a stream, and its key with it; connect's address may have one as well. */
const WITH_KEYS = new Set(["publish", "releaseStream", "FCPublish", "FCUnpublish", "play", "connect"]);

function hides(message: RtmpMessage): boolean {
  const [name] = message.type === TYPE.command ? valuesOf(message) : [];
  return typeof name === "string" && WITH_KEYS.has(name);
}

/** In their values: name, number, nothing, the stream's name. */
const STREAM_NAME = 3;

function holdsKey(value: Amf0Value): boolean {
  if (typeof value === "string") return value.includes("?");
  return (
    isAmf0Object(value) && Object.values(value).some((one) => typeof one === "string" && one.includes("?"))
  );
}

/** Names that are no longer are hardly keys. */
const SHORT = 15;

/** What stands behind "?" is a key, and so may be a long name: so many stars. */
function masked(text: string): string {
  const at = text.indexOf("?");
  const shown = at >= 0 ? at + 1 : text.length <= SHORT ? text.length : 0;
  return text.slice(0, shown) + "*".repeat(text.length - shown);
}

function codeIn(value: Amf0Value): string | undefined {
  const code = isAmf0Object(value) ? value["code"] : undefined;
  return typeof code === "string" ? code : undefined;
}

function valuesOf({ type, octets }: RtmpMessage): readonly Amf0Value[] {
  if (type !== TYPE.command) return [];
  try {
    return readAmf0(octets).map(({ value }) => value);
  } catch (error) {
    if (error instanceof RtmpError) return [];
    throw error;
  }
}
