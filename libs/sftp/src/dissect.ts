/**
 * SFTP read from a recording of anybody's channel: draft-ietf-secsh-filexfer-02 and OpenSSH's extensions, both directions,
 * octets only, on the cores' own grammar. Answers are told apart by their ids, whatever their order.
 */
import {
  ReceiveBuffer,
  Teller,
  type Direction,
  type Dissector,
  type Message,
  type Range,
  UNREAD,
} from "@socketscope/wire";
import { ANSWER_TO, readAnswer, type SftpAnswer } from "./answers.ts";
import { FieldReader, type FieldFault } from "./fields.ts";
import { numberAt } from "./framing.ts";
import { packetName, PACKETS } from "./numbers.ts";
import { readOpening } from "./opening.ts";
import { readRequest, type RequestType, type SftpRequest } from "./requests.ts";
import { handleText, summaryOfAnswer, summaryOfOpening, summaryOfRequest } from "./summary.ts";

export interface SftpDissectorOptions {
  /** The direction in which the client speaks: "in" at a server's tap, "out" at a client's. Default "in". */
  readonly client?: Direction;
  /** Octets of a packet that are waited for; a longer one is no SFTP. Default 1 MiB. */
  readonly maxPacket?: number;
  /** Requests without an answer, and handles, that are remembered. Default 4096. */
  readonly maxRemembered?: number;
}

interface Lane {
  readonly direction: Direction;
  readonly buffer: ReceiveBuffer;
  /** Octets of the direction that came before those in the buffer. */
  offset: number;
  /** Where a packet begins is not known any more. */
  lost: boolean;
}

interface Asked {
  readonly id: number;
  readonly type: RequestType;
  /** Of OPEN and OPENDIR. */
  readonly path: string | undefined;
}

const PROBLEMS: Readonly<Record<FieldFault | "long", string>> = {
  short: "the packet ends before its last field does",
  long: "the packet goes on behind its last field",
  attributes: "attributes that version 3 does not know",
  number: "a number beyond 2^53",
};
const CUT = "the stream ends before it is whole";

export class SftpDissector implements Dissector {
  readonly switched = false;
  readonly #client: Lane;
  readonly #server: Lane;
  readonly #maxPacket: number;
  readonly #maxRemembered: number;
  readonly #teller = new Teller();
  /** By request id. */
  readonly #asked = new Map<number, Asked>();
  /** By handle: the path that was opened. */
  readonly #paths = new Map<string, string>();
  /** Requests may have gone by unseen. */
  #doubt = false;

  constructor({ client = "in", maxPacket = 1_048_576, maxRemembered = 4096 }: SftpDissectorOptions = {}) {
    this.#client = lane(client);
    this.#server = lane(client === "in" ? "out" : "in");
    this.#maxPacket = maxPacket;
    this.#maxRemembered = maxRemembered;
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    const lane = this.#lane(direction);
    lane.buffer.push(bytes);
    if (lane.lost && this.#mayBegin(lane)) lane.lost = false;
    while (!lane.lost && this.#step(lane));
    if (lane.lost) this.#cutOff(lane, UNREAD.boundary);
    return this.#teller.take();
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    const lane = this.#lane(direction);
    this.#cutOff(lane, UNREAD.missing);
    lane.offset += octets;
    lane.lost = true;
    this.#doubt = true;
    return this.#teller.take();
  }

  /** There is no TLS within an SSH channel. */
  secured(): void {
    // nothing
  }

  end(direction: Direction): readonly Message[] {
    this.#cutOff(this.#lane(direction), CUT);
    return this.#teller.take();
  }

  #lane(direction: Direction): Lane {
    return direction === this.#client.direction ? this.#client : this.#server;
  }

  /** A chunk that begins like a packet of this side: after a gap that is as sure as it gets. */
  #mayBegin({ buffer, direction }: Lane): boolean {
    if (buffer.length < 9) return false;
    const length = numberAt(buffer.octets, buffer.at);
    const type = buffer.octets[buffer.at + 4] ?? 0;
    const isAnswer = type >= PACKETS.STATUS && type !== PACKETS.EXTENDED;
    const speaks = isAnswer === (direction === this.#server.direction);
    return length >= 5 && length <= this.#maxPacket && speaks && packetName(type) !== undefined;
  }

  #step(lane: Lane): boolean {
    const { buffer } = lane;
    if (buffer.length < 4) return false;
    const length = numberAt(buffer.octets, buffer.at);
    if (length === 0 || length > this.#maxPacket) {
      lane.lost = true;
      this.#cutOff(lane, `a packet of ${length} octets: this is no SFTP`);
      return false;
    }
    if (buffer.length < 4 + length) return false;
    this.#packet(lane, buffer.take(4 + length));
    return true;
  }

  #packet(lane: Lane, packet: Uint8Array): void {
    const from = lane.offset;
    lane.offset += packet.length;
    const to = lane.offset;
    const parts: Range[] = [];
    const mark = (name: string, at: number, end: number): void => {
      parts.push({ name, from: from + at, to: from + end });
    };
    mark("length", 0, 4);
    mark("type", 4, 5);
    const type = packet[4] ?? 0;
    const hasId = type !== PACKETS.INIT && type !== PACKETS.VERSION && packet.length >= 9;
    if (hasId) mark("id", 5, 9);
    const fields = new FieldReader(packet, hasId ? 9 : 5, mark);
    const said = this.#read(lane, type, hasId ? numberAt(packet, 5) : undefined, fields);
    const read = parts.at(-1)?.to ?? from;
    if (read < to) parts.push({ name: "unparsed", from: read, to });
    const fault = said.known ? fields.end() : undefined;
    const problem = fault === undefined ? said.problem : PROBLEMS[fault];
    const { kind, summary, answers } = said;
    const id = this.#teller.tell({
      direction: lane.direction,
      kind,
      from,
      to,
      parts,
      summary,
      answers,
      problem,
    });
    if (said.request !== undefined) this.#remember(id, said.request);
  }

  #read(lane: Lane, type: number, id: number | undefined, fields: FieldReader): Said {
    const isClient = lane === this.#client;
    const opening = isClient ? PACKETS.INIT : PACKETS.VERSION;
    if (type === opening) {
      const summary = summaryOfOpening(isClient ? "INIT" : "VERSION", readOpening(fields));
      return { kind: "opening", summary, known: true };
    }
    const name = packetName(type);
    if (id === undefined || name === undefined) return strange(type);
    return (isClient ? this.#request(type, id, fields) : this.#answer(type, id, fields)) ?? strange(type);
  }

  #request(type: number, id: number, fields: FieldReader): Said | undefined {
    const request = readRequest(type, fields, id);
    if (request === undefined) return undefined;
    const summary = summaryOfRequest(request, (handle) => this.#paths.get(handle) ?? handleText(handle));
    const problem = this.#asked.has(id) ? `the id ${id} waits for an answer still` : undefined;
    return { kind: "request", summary, known: true, problem, request };
  }

  #answer(type: number, id: number, fields: FieldReader): Said | undefined {
    const asked = this.#asked.get(id);
    const answer = readAnswer(type, fields, id, asked?.type);
    if (answer === undefined) return undefined;
    this.#asked.delete(id);
    if (answer.type === "handle" && asked?.path !== undefined) this.#open(answer.handle, asked.path);
    const problem = this.#problemOf(asked, answer);
    return { kind: "answer", summary: summaryOfAnswer(answer), known: true, answers: asked?.id, problem };
  }

  #problemOf(asked: Asked | undefined, { id, type }: SftpAnswer): string | undefined {
    if (asked === undefined) return this.#doubt ? undefined : `nobody asked ${id}`;
    if (type === "status" || type === ANSWER_TO[asked.type]) return undefined;
    return `this does not answer "${asked.type}"`;
  }

  #remember(id: number, request: SftpRequest): void {
    const path = request.type === "open" || request.type === "opendir" ? request.path : undefined;
    forgetOldest(this.#asked, this.#maxRemembered, () => (this.#doubt = true));
    this.#asked.set(request.id, { id, type: request.type, path });
    if (request.type === "close") this.#paths.delete(request.handle);
  }

  #open(handle: string, path: string): void {
    forgetOldest(this.#paths, this.#maxRemembered);
    this.#paths.set(handle, path);
  }

  /** Tells of what is held as of something that cannot be read. */
  #cutOff(lane: Lane, problem: string): void {
    const { buffer, direction, offset: from } = lane;
    const { length } = buffer;
    if (length === 0) return;
    buffer.skip(length);
    lane.offset += length;
    const to = lane.offset;
    const parts = [{ name: "unparsed", from, to }];
    this.#teller.tell({ direction, kind: "unparsed", from, to, parts, summary: `${length} octets`, problem });
  }
}

interface Said {
  readonly kind: "opening" | "request" | "answer" | "unknown packet";
  readonly summary: string;
  /** Its fields are known, so that what is wrong with them can be said. */
  readonly known: boolean;
  readonly answers?: number | undefined;
  readonly problem?: string | undefined;
  readonly request?: SftpRequest;
}

function strange(type: number): Said {
  const name = packetName(type);
  const problem =
    name === undefined ? "no such packet" : "a packet that this side does not send, or without an id";
  return { kind: "unknown packet", summary: name ?? `packet ${type}`, known: false, problem };
}

function lane(direction: Direction): Lane {
  return { direction, buffer: new ReceiveBuffer(), offset: 0, lost: false };
}

/** Maps keep their order: the first key is the oldest. */
function forgetOldest(map: Map<unknown, unknown>, max: number, forgotten?: () => void): void {
  if (map.size < max) return;
  const [oldest] = map.keys();
  map.delete(oldest);
  forgotten?.();
}
