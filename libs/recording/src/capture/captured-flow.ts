/** One connection of a capture: its two halves put together, and told as a tap would tell it once it is known what is spoken. */
import type { Direction } from "@socketscope/wire";
import type { FlowName, FlowRecord } from "../records.ts";
import { FLAGS } from "./packet-writer.ts";
import type { TcpPacket, UdpPacket } from "./packet-reader.ts";
import type { TlsLayer, TlsSaid } from "../tls/tls-layer.ts";
import { protocolOfAlpn, protocolOfPort, protocolOfWords, protocolUnderTls } from "./protocol-guess.ts";
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
  /** What TLS carries, where the capture says so. */
  readonly under?: string;
  /** Takes TLS off; undefined: nobody does. */
  readonly tls: TlsLayer | undefined;
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
  #tls: TlsLayer | undefined;
  readonly #under: string | undefined;
  #waiting: FlowRecord[] = [];
  /** What was told while one packet was read. */
  #said: Uint8Array[] = [];
  #secured = false;
  #protocol: string | undefined;
  #told = false;
  #closed = false;
  #last: number;
  /** Who said FIN first. */
  #first: Direction | undefined;
  /** Why it ended, where the capture says it. */
  #reason: string | undefined;

  constructor(options: CapturedFlowOptions) {
    const { name, role, at, joined, limits, protocol, ours, tell } = options;
    this.name = name;
    this.#client = role === "server" ? "in" : "out";
    this.#limits = limits;
    this.#halves = { in: new TcpHalf(limits), out: new TcpHalf(limits) };
    this.#whole = ours ? { in: new WholeMessages(), out: new WholeMessages() } : undefined;
    this.#tell = tell;
    this.#last = at;
    this.#tls = options.tls;
    this.#under = options.under;
    // Until it is known whether TLS can be taken off, it is not known what is spoken.
    this.#protocol = protocol === "tls" && this.#tls !== undefined ? undefined : protocol;
    tell({ type: "opened", at, flow: name, role, ...(joined && { joined }) });
    if (this.#protocol !== undefined) this.#speak(at);
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
    // There a capture of ours has taken TLS off itself.
    this.#sayAll(this.#tls?.end(this.#last) ?? []);
    this.#tls = undefined;
  }

  /** What a packet's comment says of what comes with it. */
  note(comment: string, at: number): void {
    const { protocol, tls, cleared } = parseTurn(comment);
    if (cleared !== undefined) this.#clear(cleared);
    if (tls !== undefined) this.#secure(tls);
    const opens = protocol === "tls" && this.#tls !== undefined;
    if (protocol !== undefined && protocol !== this.#protocol && !opens) {
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
    const said = this.#said;
    this.#said = [];
    return said;
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
    this.#sayAll(this.#tls?.end(at) ?? []);
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
    for (const piece of pieces) {
      if ("gap" in piece) {
        this.#messageEnds(direction, at);
        this.#sayAll(this.#tls?.gap({ at, direction, gap: piece.gap }) ?? [{ at, direction, ...piece }]);
      } else if (this.#whole === undefined) this.#carry(direction, piece.octets, at);
      else if (this.#whole[direction].push(piece.octets)) this.#messageEnds(direction, at);
    }
  }

  #messageEnds(direction: Direction, at: number): void {
    const octets = this.#whole?.[direction].take();
    if (octets !== undefined) this.#carry(direction, octets, at);
  }

  #carry(direction: Direction, octets: Uint8Array, at: number): void {
    const carried = { at, direction, octets };
    this.#sayAll(this.#tls?.feed(carried) ?? [carried]);
  }

  #sayAll(all: readonly TlsSaid[]): void {
    for (const one of all) this.#sayOne(one);
  }

  #sayOne(one: TlsSaid): void {
    const { at } = one;
    const flow = this.name.id;
    if ("octets" in one) {
      this.#said.push(one.octets);
      this.#say({ type: "bytes", at, flow, direction: one.direction, octets: one.octets });
    } else if ("gap" in one) this.#say({ type: "gap", at, flow, direction: one.direction, octets: one.gap });
    else if ("secured" in one) {
      const { protocol, cipher, alpn } = one.secured;
      this.#secured = true;
      this.#protocol ??= this.#under ?? (alpn === undefined ? undefined : protocolOfAlpn(alpn));
      this.#say({ type: "secured", at, flow, protocol, cipher, ...(alpn !== undefined && { alpn }) });
    } else if ("cleared" in one) this.#say({ type: "cleared", at, flow });
    else if ("unopened" in one) this.#say({ type: "unopened", at, flow, why: one.unopened });
    else {
      this.#protocol = "tls";
      this.#speak(at);
    }
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
    const { port } = this.name.local;
    this.#protocol ??= (this.#secured ? protocolUnderTls(port) : protocolOfPort(port)) ?? this.name.transport;
    this.#tell({ type: "speaks", at, flow: this.name.id, protocol: this.#protocol });
    for (const record of this.#waiting) this.#tell(record);
    this.#waiting = [];
  }
}
