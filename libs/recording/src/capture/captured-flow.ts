/** One connection of a capture: its two halves put together, and told as a tap would tell it once it is known what is spoken. */
import type { Direction } from "@socketscope/wire";
import type { FlowName, FlowRecord } from "../records.ts";
import { FLAGS } from "./packet-writer.ts";
import type { TcpPacket, UdpPacket } from "./packet-reader.ts";
import { protocolOfPort, protocolOfWords } from "./protocol-guess.ts";
import { parseEnded, parseTurn, type TlsNote } from "./stream-note.ts";
import { type HalfLimits, type Piece, TcpHalf } from "./tcp-half.ts";
import { WholeMessages } from "./whole-messages.ts";

/** Records that wait until it is known what is spoken. */
const UNDECIDED = 8;

export interface CapturedFlowOptions {
  /** "local" is the end of `role`. */
  readonly name: FlowName;
  readonly role: "server" | "client";
  readonly at: number;
  /** Its SYN was not captured. */
  readonly joined: boolean;
  readonly limits: HalfLimits;
  /** Where the capture itself, or another connection, has said what this one carries. */
  readonly protocol: string | undefined;
  /** It is a capture of ours, which says where messages end. */
  readonly ours: boolean;
  readonly tell: (record: FlowRecord) => void;
}

export class CapturedFlow {
  readonly name: FlowName;
  readonly #client: Direction;
  readonly #limits: HalfLimits;
  readonly #tell: (record: FlowRecord) => void;
  readonly #whole: Readonly<Record<Direction, WholeMessages>> | undefined;
  #halves: Readonly<Record<Direction, TcpHalf>>;
  #waiting: FlowRecord[] = [];
  #protocol: string | undefined;
  #told = false;
  #closed = false;
  #last: number;
  /** Who said FIN first. */
  #first: Direction | undefined;
  /** Why it ended, where the capture says it. */
  #reason: string | undefined;

  constructor({ name, role, at, joined, limits, protocol, ours, tell }: CapturedFlowOptions) {
    this.name = name;
    this.#client = role === "server" ? "in" : "out";
    this.#limits = limits;
    this.#halves = { in: new TcpHalf(limits), out: new TcpHalf(limits) };
    this.#whole = ours ? { in: new WholeMessages(), out: new WholeMessages() } : undefined;
    this.#tell = tell;
    this.#last = at;
    this.#protocol = protocol;
    tell({ type: "opened", at, flow: name, role, ...(joined && { joined }) });
    if (protocol !== undefined) this.#speak(at);
  }

  get protocol(): string | undefined {
    return this.#protocol;
  }
  get closed(): boolean {
    return this.#closed;
  }

  /** The same connection goes on in packets of its own. */
  goOn(): void {
    for (const direction of ["in", "out"] as const)
      this.#pieces(this.#halves[direction].end(), direction, this.#last);
    this.#halves = { in: new TcpHalf(this.#limits), out: new TcpHalf(this.#limits) };
  }

  /** What a packet's comment says of what comes with it. */
  note(comment: string, at: number): void {
    const { protocol, tls, cleared } = parseTurn(comment);
    if (cleared !== undefined) this.#clear(cleared);
    if (tls !== undefined) this.#secure(tls);
    if (protocol !== undefined && protocol !== this.#protocol) {
      this.#protocol = protocol;
      this.#speak(at);
    }
    this.#reason = parseEnded(comment) ?? this.#reason;
  }

  /** `direction`: "in" is from the other end. What it says in order is returned. */
  segment(packet: TcpPacket, direction: Direction, at: number): readonly Uint8Array[] {
    if (this.#closed) return [];
    this.#last = at;
    const half = this.#halves[direction];
    const { flags, seq, octets, length } = packet;
    if ((flags & FLAGS.syn) !== 0) half.begin(seq);
    const data = (flags & FLAGS.syn) === 0 ? half.push(seq, octets, length) : [];
    this.#pieces(data, direction, at);
    if ((flags & FLAGS.psh) !== 0) this.#messageEnds(direction, at);
    if ((flags & FLAGS.fin) !== 0) {
      half.finish(seq + length);
      this.#first ??= direction;
    }
    if ((flags & FLAGS.rst) !== 0) this.close(at, this.#reason ?? "io");
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
    for (const direction of ["in", "out"] as const) {
      this.#pieces(this.#halves[direction].end(), direction, at);
      this.#messageEnds(direction, at);
    }
    if (!this.#told) this.#speak(at);
    // Where no end was captured none is told.
    if (reason !== "") this.#tell({ type: "closed", at, flow: this.name.id, reason });
  }

  #fin(): string {
    if (this.#first === undefined) return "";
    return this.#reason ?? (this.#first === "in" ? "peer-ended" : "we-ended");
  }

  #secure({ since, protocol, cipher, alpn }: TlsNote): void {
    for (const direction of ["in", "out"] as const) this.#messageEnds(direction, since);
    const named = { protocol, cipher, ...(alpn !== undefined && { alpn }) };
    this.#say({ type: "secured", at: since, flow: this.name.id, ...named });
  }

  #clear(since: number): void {
    for (const direction of ["in", "out"] as const) this.#messageEnds(direction, since);
    this.#say({ type: "cleared", at: since, flow: this.name.id });
  }

  #pieces(pieces: readonly Piece[], direction: Direction, at: number): void {
    const flow = this.name.id;
    for (const piece of pieces) {
      if ("gap" in piece) {
        this.#messageEnds(direction, at);
        this.#say({ type: "gap", at, flow, direction, octets: piece.gap });
      } else if (this.#whole === undefined)
        this.#say({ type: "bytes", at, flow, direction, octets: piece.octets });
      else if (this.#whole[direction].push(piece.octets)) this.#messageEnds(direction, at);
    }
  }

  #messageEnds(direction: Direction, at: number): void {
    const octets = this.#whole?.[direction].take();
    if (octets !== undefined) this.#say({ type: "bytes", at, flow: this.name.id, direction, octets });
  }

  #say(record: FlowRecord): void {
    if (this.#told) return this.#tell(record);
    this.#waiting.push(record);
    if (record.type === "bytes")
      this.#protocol ??= protocolOfWords(record.octets, record.direction === this.#client);
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
