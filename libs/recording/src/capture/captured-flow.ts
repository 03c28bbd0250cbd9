/** One connection of a capture: its two halves put together, and told as a tap would tell it once it is known what is spoken. */
import type { Direction } from "@socketscope/wire";
import type { FlowName, FlowRecord } from "../records.ts";
import { FLAGS } from "./packet-writer.ts";
import type { TcpPacket, UdpPacket } from "./packet-reader.ts";
import { protocolOfPort, protocolOfWords } from "./protocol-guess.ts";
import { type HalfLimits, type Piece, TcpHalf } from "./tcp-half.ts";

/** Records that wait until it is known what is spoken. */
const UNDECIDED = 8;

export interface CapturedFlowOptions {
  /** "local" is the server's end. */
  readonly name: FlowName;
  readonly at: number;
  /** Its SYN was not captured. */
  readonly joined: boolean;
  readonly limits: HalfLimits;
  /** Where another connection has said what this one carries. */
  readonly protocol: string | undefined;
  readonly tell: (record: FlowRecord) => void;
}

export class CapturedFlow {
  readonly name: FlowName;
  readonly #halves: Readonly<Record<Direction, TcpHalf>>;
  readonly #tell: (record: FlowRecord) => void;
  #waiting: FlowRecord[] = [];
  #protocol: string | undefined;
  #told = false;
  #closed = false;
  #last: number;
  /** Who said FIN first. */
  #first: Direction | undefined;

  constructor({ name, at, joined, limits, protocol, tell }: CapturedFlowOptions) {
    this.name = name;
    this.#halves = { in: new TcpHalf(limits), out: new TcpHalf(limits) };
    this.#tell = tell;
    this.#last = at;
    this.#protocol = protocol;
    tell({ type: "opened", at, flow: name, role: "server", ...(joined && { joined }) });
    if (protocol !== undefined) this.#speak(at);
  }

  get protocol(): string | undefined {
    return this.#protocol;
  }
  get closed(): boolean {
    return this.#closed;
  }

  /** `direction`: "in" is from the client. What it says in order is returned. */
  segment(packet: TcpPacket, direction: Direction, at: number): readonly Uint8Array[] {
    if (this.#closed) return [];
    this.#last = at;
    const half = this.#halves[direction];
    const { flags, seq, octets, length } = packet;
    if ((flags & FLAGS.syn) !== 0) half.begin(seq);
    const data = (flags & FLAGS.syn) === 0 ? half.push(seq, octets, length) : [];
    this.#pieces(data, direction, at);
    if ((flags & FLAGS.fin) !== 0) {
      half.finish(seq + length);
      this.#first ??= direction;
    }
    if ((flags & FLAGS.rst) !== 0) this.close(at, "io");
    else if (this.#halves.in.ended && this.#halves.out.ended) this.close(at, this.#fin());
    return data.flatMap((piece) => ("octets" in piece ? [piece.octets] : []));
  }

  datagram({ octets, length }: UdpPacket, direction: Direction, at: number): void {
    this.#last = at;
    if (octets.length > 0) this.#say({ type: "bytes", at, flow: this.name.id, direction, octets });
    if (length > octets.length)
      this.#say({ type: "gap", at, flow: this.name.id, direction, octets: length - octets.length });
  }

  /** The capture has ended, or the connection has. */
  close(at: number = this.#last, reason: string = this.#fin()): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const direction of ["in", "out"] as const)
      this.#pieces(this.#halves[direction].end(), direction, at);
    if (!this.#told) this.#speak(at);
    // Where no end was captured none is told.
    if (reason !== "") this.#tell({ type: "closed", at, flow: this.name.id, reason });
  }

  #fin(): string {
    if (this.#first === undefined) return "";
    return this.#first === "in" ? "peer-ended" : "we-ended";
  }

  #pieces(pieces: readonly Piece[], direction: Direction, at: number): void {
    const flow = this.name.id;
    for (const piece of pieces)
      this.#say(
        "octets" in piece
          ? { type: "bytes", at, flow, direction, octets: piece.octets }
          : { type: "gap", at, flow, direction, octets: piece.gap },
      );
  }

  #say(record: FlowRecord): void {
    if (this.#told) return this.#tell(record);
    this.#waiting.push(record);
    if (record.type === "bytes") this.#protocol ??= protocolOfWords(record.octets, record.direction === "in");
    if (this.#protocol !== undefined || this.#waiting.length >= UNDECIDED) this.#speak(record.at);
  }

  #speak(at: number): void {
    this.#told = true;
    this.#protocol ??= protocolOfPort(this.name.local.port) ?? this.name.transport;
    this.#tell({ type: "speaks", at, flow: this.name.id, protocol: this.#protocol });
    for (const record of this.#waiting) this.#tell(record);
    this.#waiting = [];
  }
}
