/** A capture's packets as what a tap tells: connections opened, octets in order, ends. Bounded in connections and octets. */
import type { Direction } from "@socketscope/wire";
import { decodeLatin1, LimitError } from "@socketscope/wire";
import type { FlowAddress, FlowRecord, SourceRecord } from "../records.ts";
import { CapturedFlow } from "./captured-flow.ts";
import type { CapturedPacket } from "./capture-reader.ts";
import { FLAGS } from "./packet-writer.ts";
import { readPacket, type TcpPacket, type UdpPacket } from "./packet-reader.ts";
import { isServicePort } from "./protocol-guess.ts";
import { defaultHalfLimits, type HalfLimits } from "./tcp-half.ts";

export interface CaptureFlowsLimits extends HalfLimits {
  /** Connections and UDP flows. Default 20,000. */
  readonly maxFlows: number;
}

export const defaultCaptureFlowsLimits: CaptureFlowsLimits = { ...defaultHalfLimits, maxFlows: 20_000 };

/** As the program that told: nobody did. */
export const CAPTURE_SOURCE: SourceRecord = {
  type: "source",
  app: "capture",
  version: "",
  engine: "hand",
  pid: 0,
  listeners: [],
};

interface Known {
  readonly flow: CapturedFlow;
  readonly client: string;
}

export class CaptureFlows {
  readonly #limits: CaptureFlowsLimits;
  readonly #open = new Map<string, Known>();
  /** FTP's data connections to come: the server's end → the control connection. */
  readonly #announced = new Map<string, CapturedFlow>();
  #records: FlowRecord[] = [];
  #count = 0;
  #foreign = 0;

  constructor(limits: Partial<CaptureFlowsLimits> = {}) {
    this.#limits = { ...defaultCaptureFlowsLimits, ...limits };
  }

  /** Packets that were neither TCP nor UDP over IP, or pieces of one. */
  get foreign(): number {
    return this.#foreign;
  }

  /** Throws LimitError. */
  push({ at, link, octets }: CapturedPacket): readonly FlowRecord[] {
    const packet = readPacket(link, octets);
    if (packet === undefined) this.#foreign += 1;
    else if (packet.transport === "tcp") this.#tcp(packet, at);
    else this.#udp(packet, at);
    return this.#take();
  }

  /** The capture has ended. */
  end(): readonly FlowRecord[] {
    for (const { flow } of this.#open.values()) flow.close();
    this.#open.clear();
    return this.#take();
  }

  #take(): readonly FlowRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  #tcp(packet: TcpPacket, at: number): void {
    const { from, to, flags, length } = packet;
    const key = keyOf(packet);
    const syn = (flags & FLAGS.syn) !== 0;
    let known = this.#open.get(key);
    if (known !== undefined && syn && (flags & FLAGS.ack) === 0 && known.flow.closed) known = undefined;
    if (known === undefined) {
      // A lone ACK or RST of a connection that has gone opens none.
      if (!syn && length === 0) return;
      const client = clientOf(packet, syn ? ((flags & FLAGS.ack) === 0 ? from : to) : undefined);
      known = this.#opened(packet, at, client, !syn);
      this.#open.set(key, known);
    }
    const direction = nameOf(from) === known.client ? "in" : "out";
    const said = known.flow.segment(packet, direction, at);
    if (known.flow.protocol === "ftp")
      for (const octets of said) this.#readFtp(known.flow, octets, direction);
  }

  #udp(packet: UdpPacket, at: number): void {
    const key = `udp ${keyOf(packet)}`;
    let known = this.#open.get(key);
    if (known === undefined) {
      known = this.#opened(packet, at, clientOf(packet, packet.from), false);
      this.#open.set(key, known);
    }
    known.flow.datagram(packet, nameOf(packet.from) === known.client ? "in" : "out", at);
  }

  #opened(packet: TcpPacket | UdpPacket, at: number, client: FlowAddress, joined: boolean): Known {
    if (this.#count >= this.#limits.maxFlows)
      throw new LimitError("CAPTURE_FLOWS", `more than ${this.#limits.maxFlows} connections in one capture`);
    const { from, to, transport } = packet;
    const asked = nameOf(client) === nameOf(from);
    const [remote, local] = asked ? [from, to] : [to, from];
    const announced = this.#announced.get(nameOf(local)) ?? this.#announced.get(nameOf(remote));
    this.#announced.delete(nameOf(local));
    this.#announced.delete(nameOf(remote));
    const parent = announced === undefined ? {} : { parent: announced.name.id };
    const flow = new CapturedFlow({
      name: { id: this.#count++, transport, local, remote, ...parent },
      at,
      joined,
      limits: this.#limits,
      protocol: announced === undefined ? undefined : "ftp-data",
      tell: (record) => void this.#records.push(record),
    });
    return { flow, client: nameOf(client) };
  }

  /** RFC 959 §4.1.2, RFC 2428 §2 and §3: where the next data connection goes. */
  #readFtp(flow: CapturedFlow, octets: Uint8Array, direction: Direction): void {
    const text = decodeLatin1(octets, 0, Math.min(octets.length, 4096));
    const { local, remote } = flow.name;
    const wanted =
      direction === "out"
        ? /^22[79] .*?(?:\((?:[\d,]+,)(\d+),(\d+)\)|\|\|\|(\d+)\|)/m
        : /^(?:PORT [\d,]+,(\d+),(\d+)|EPRT .*\|(\d+)\|)/im;
    const [, high, low, whole] = wanted.exec(text) ?? [];
    const port = whole === undefined ? Number(high) * 256 + Number(low) : Number(whole);
    if (!Number.isInteger(port)) return;
    this.#announced.set(nameOf({ host: (direction === "out" ? local : remote).host, port }), flow);
    const [oldest] = this.#announced.keys();
    if (this.#announced.size > 100 && oldest !== undefined) this.#announced.delete(oldest);
  }
}

/** Who said SYN; without one, who is not at a service's port, or at the higher one. */
function clientOf({ from, to }: TcpPacket | UdpPacket, said: FlowAddress | undefined): FlowAddress {
  if (said !== undefined) return said;
  if (isServicePort(from.port) !== isServicePort(to.port)) return isServicePort(from.port) ? to : from;
  return from.port > to.port ? from : to;
}

function nameOf({ host, port }: FlowAddress): string {
  return `${host} ${port}`;
}

/** The same for both directions. */
function keyOf({ from, to }: TcpPacket | UdpPacket): string {
  const [a, b] = [nameOf(from), nameOf(to)];
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
