/** A capture's packets as what a tap tells: connections opened, octets in order, ends. Bounded in connections and octets. */
import type { Direction } from "@socketscope/wire";
import { decodeLatin1, LimitError } from "@socketscope/wire";
import type { FlowAddress, FlowRecord, SourceRecord } from "../records.ts";
import { CapturedFlow } from "./captured-flow.ts";
import type { CapturedPacket } from "./capture-reader.ts";
import type { TlsCrypto } from "../tls/crypto.ts";
import { KeyLog } from "../tls/key-log.ts";
import { TlsLayer } from "../tls/tls-layer.ts";
import { FLAGS } from "./packet-writer.ts";
import { readPacket, type TcpPacket, type UdpPacket } from "./packet-reader.ts";
import { isServicePort } from "./protocol-guess.ts";
import { parseNote, type StreamNote } from "./stream-note.ts";
import { defaultHalfLimits, type HalfLimits } from "./tcp-half.ts";

export interface CaptureFlowsLimits extends HalfLimits {
  /** Connections and UDP flows. Default 20,000. */
  readonly maxFlows: number;
}

export const defaultCaptureFlowsLimits: CaptureFlowsLimits = { ...defaultHalfLimits, maxFlows: 20_000 };

export interface CaptureFlowsOptions {
  readonly limits?: Partial<CaptureFlowsLimits>;
  /** To take TLS off, where the capture has the keys. */
  readonly tls?: TlsCrypto;
}

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
  /** The end that is not "local": the client's, unless the capture says that our program was the client. */
  readonly remote: string;
}

export class CaptureFlows {
  readonly #limits: CaptureFlowsLimits;
  readonly #tls: TlsCrypto | undefined;
  readonly #keys = new KeyLog();
  readonly #open = new Map<string, Known>();
  /** FTP's data connections to come: the server's end → the control connection. */
  readonly #announced = new Map<string, CapturedFlow>();
  /** By the number that a capture of ours gives them. */
  readonly #streams = new Map<number, CapturedFlow>();
  #records: FlowRecord[] = [];
  #count = 0;
  #foreign = 0;

  constructor({ limits, tls }: CaptureFlowsOptions = {}) {
    this.#limits = { ...defaultCaptureFlowsLimits, ...limits };
    this.#tls = tls;
  }

  /** Packets that were neither TCP nor UDP over IP, or pieces of one. */
  get foreign(): number {
    return this.#foreign;
  }

  /** A key log's lines: they open what follows. Throws LimitError. */
  keys(keyLog: string): readonly FlowRecord[] {
    this.#keys.push(keyLog);
    return [];
  }

  /** Throws LimitError. */
  push({ at, link, octets, comment }: CapturedPacket): readonly FlowRecord[] {
    const packet = readPacket(link, octets);
    if (packet === undefined) this.#foreign += 1;
    else if (packet.transport === "tcp") this.#tcp(packet, at, comment);
    else this.#udp(packet, at, comment);
    return this.#take();
  }

  /** The capture has ended. */
  end(): readonly FlowRecord[] {
    for (const { flow } of this.#open.values()) flow.close();
    this.#open.clear();
    this.#streams.clear();
    return this.#take();
  }

  #take(): readonly FlowRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  #tcp(packet: TcpPacket, at: number, comment: string): void {
    const { from, to, flags, length } = packet;
    const key = keyOf(packet);
    const syn = (flags & FLAGS.syn) !== 0;
    let known = this.#open.get(key);
    if (known !== undefined && syn && (flags & FLAGS.ack) === 0 && known.flow.closed) known = undefined;
    if (known === undefined) {
      const note = comment === "" ? undefined : parseNote(comment);
      // A lone ACK or RST of a connection that has gone opens none.
      if (!syn && length === 0 && note === undefined) return;
      const asker = syn ? ((flags & FLAGS.ack) === 0 ? from : to) : notedClient(packet, note);
      const client = clientOf(packet, asker);
      known = this.#opened(packet, at, client, { joined: !syn, note });
      this.#open.set(key, known);
    }
    const direction = nameOf(from) === known.remote ? "in" : "out";
    if (comment !== "") known.flow.note(comment, at);
    const said = known.flow.segment(packet, direction, at);
    if (known.flow.protocol === "ftp")
      for (const octets of said) this.#readFtp(known.flow, octets, direction);
  }

  #udp(packet: UdpPacket, at: number, comment: string): void {
    const key = `udp ${keyOf(packet)}`;
    let known = this.#open.get(key);
    if (known === undefined) {
      const note = comment === "" ? undefined : parseNote(comment);
      const client = notedClient(packet, note) ?? packet.from;
      known = this.#opened(packet, at, client, { joined: false, note });
      this.#open.set(key, known);
    }
    if (comment !== "") known.flow.note(comment, at);
    known.flow.datagram(packet, nameOf(packet.from) === known.remote ? "in" : "out", at);
  }

  #opened(
    packet: TcpPacket | UdpPacket,
    at: number,
    client: FlowAddress,
    { joined, note }: { readonly joined: boolean; readonly note: StreamNote | undefined },
  ): Known {
    const { from, to, transport } = packet;
    const asked = nameOf(client) === nameOf(from);
    const server = asked ? to : from;
    const before = note?.goesOn === undefined ? undefined : this.#streams.get(note.goesOn);
    if (before !== undefined) before.goOn();
    const flow = before ?? this.#begin(transport, at, { client, server, joined, note });
    if (note !== undefined) this.#streams.set(note.stream, flow);
    return { flow, remote: nameOf(note?.role === "client" ? server : client) };
  }

  #begin(
    transport: "tcp" | "udp",
    at: number,
    {
      client,
      server,
      joined,
      note,
    }: {
      readonly client: FlowAddress;
      readonly server: FlowAddress;
      readonly joined: boolean;
      readonly note: StreamNote | undefined;
    },
  ): CapturedFlow {
    if (this.#count >= this.#limits.maxFlows)
      throw new LimitError("CAPTURE_FLOWS", `more than ${this.#limits.maxFlows} connections in one capture`);
    const announced = this.#announced.get(nameOf(server)) ?? this.#announced.get(nameOf(client));
    this.#announced.delete(nameOf(server));
    this.#announced.delete(nameOf(client));
    const parent = note?.parent === undefined ? announced : this.#streams.get(note.parent);
    const role = note?.role ?? "server";
    const ports = note?.ports ?? { client: client.port, server: server.port };
    const ends = [
      { host: client.host, port: ports.client },
      { host: server.host, port: ports.server },
    ] as const;
    const [remote, local] = role === "server" ? ends : [ends[1], ends[0]];
    const name = { id: this.#count++, transport, local, remote };
    return new CapturedFlow({
      name: { ...name, ...(parent !== undefined && { parent: parent.name.id }) },
      role,
      at,
      joined,
      limits: this.#limits,
      protocol: note?.protocol ?? (announced === undefined ? undefined : "ftp-data"),
      ...(note?.under !== undefined && { under: note.under }),
      tls: this.#tls === undefined || transport === "udp" ? undefined : new TlsLayer(this.#tls, this.#keys),
      ours: note !== undefined,
      tell: (record) => void this.#records.push(record),
    });
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

/** Whom the capture names as the client. */
function notedClient(
  { from, to }: TcpPacket | UdpPacket,
  note: StreamNote | undefined,
): FlowAddress | undefined {
  return [from, to].find(({ port }) => port === note?.clientPort);
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
