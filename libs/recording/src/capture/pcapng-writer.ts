/**
 * Writes what was said as packets that Wireshark reads. The octets are those that were said, in clear above TLS; what
 * carries them (handshakes, sequence numbers, ACKs, FINs) was never seen by us and is made up, and says so.
 */
import type { Direction } from "@socketscope/wire";
import type { FlowName } from "../records.ts";
import { octetsOfAddress } from "./ip-address.ts";
import { type Endpoint, FLAGS, tcpPacket, udpPacket } from "./packet-writer.ts";
import { interfaceBlock, packetBlock, secretsBlock, sectionBlock } from "./pcapng-blocks.ts";
import {
  formatClear,
  formatEnded,
  formatNote,
  formatSpeaks,
  formatTls,
  type TlsNote,
} from "./stream-note.ts";

export interface PcapngOptions {
  /** "well-known": 80 for HTTP, 25 for SMTP and so on, so that Wireshark knows the protocol. */
  readonly ports: "well-known" | "real";
}

/** Octets of a segment: each is acknowledged before the next, and none fills the window. */
const SEGMENT = 16 * 1024;
/** Octets of a datagram that an IP packet can hold. */
const DATAGRAM = 65_507;

const WELL_KNOWN: Readonly<Record<string, number>> = {
  http: 80,
  websocket: 80,
  smtp: 25,
  pop3: 110,
  ftp: 21,
  "ftp-data": 20,
  rtmp: 1935,
};

/** Of what is spoken under TLS from the first octet on; what begins in the clear stays where that is. */
const WELL_KNOWN_TLS: Readonly<Record<string, number>> = {
  http: 443,
  websocket: 443,
  smtp: 465,
  pop3: 995,
  ftp: 990,
};

const FIRST_SEQ = 1000;

const MADE_UP = "Made up by Socketscope: its programs see octets, not packets.";

interface Half {
  readonly end: Endpoint;
  seq: number;
}

interface Talk {
  readonly flow: FlowName;
  readonly client: Direction;
  readonly halves: Readonly<Record<Direction, Half>>;
  open: boolean;
  /** What its next packet has to say besides. */
  note: string;
}

export interface StreamBeginning {
  /** What is spoken; "": not known yet. */
  readonly protocol: string;
  /** The direction in which the client speaks. */
  readonly client: Direction;
  /** Its beginning was not seen, so it has none here. */
  readonly joined?: boolean;
  /** The flow that the same connection was before. */
  readonly goesOn?: number;
  /** What is spoken in TLS's records, where those are what its octets are; "": not known yet. */
  readonly under?: string;
}

export class PcapngWriter {
  readonly #options: PcapngOptions;
  readonly #talks = new Map<number, Talk>();
  /** 4-tuples that were used: a second use would be taken for the first one's end. */
  readonly #used = new Set<string>();
  #id = 0;
  #at = 0;

  constructor(options: PcapngOptions) {
    this.#options = options;
  }

  /** Once, before all else. */
  begin(application: string): readonly Uint8Array[] {
    return [
      sectionBlock(
        application,
        "Octets as Socketscope's programs read and wrote them, in clear above TLS. Handshakes, sequence numbers, ACKs and FINs are made up.",
      ),
      interfaceBlock("socketscope", "The ends of the connections, not a network"),
    ];
  }

  opened(
    flow: FlowName,
    at: number,
    { protocol, client, joined = false, goesOn, under }: StreamBeginning,
  ): readonly Uint8Array[] {
    const wellKnown = under === undefined ? WELL_KNOWN[protocol] : WELL_KNOWN_TLS[under];
    const ends = this.#endsOf(flow, wellKnown, client);
    const note = formatNote({
      stream: flow.id,
      role: client === "in" ? "server" : "client",
      clientPort: client === "in" ? ends.remote.port : ends.local.port,
      ...(protocol !== "" && { protocol }),
      ...(under !== undefined && under !== "" && { under }),
      ...(goesOn !== undefined && { goesOn }),
      ...(flow.parent !== undefined && { parent: flow.parent }),
      ...(ends.ports && { ports: ends.ports }),
    });
    const talk: Talk = {
      flow,
      client,
      halves: { in: { end: ends.remote, seq: FIRST_SEQ }, out: { end: ends.local, seq: FIRST_SEQ } },
      open: true,
      note: ` ${note}`,
    };
    this.#talks.set(flow.id, talk);
    if (flow.transport === "udp" || joined) return [];
    const server = other(client);
    const comment = `${MADE_UP} Handshake.`;
    const syn = this.#segment(talk, client, at, FLAGS.syn, comment);
    talk.halves[client].seq += 1;
    const synAck = this.#segment(talk, server, at, FLAGS.syn | FLAGS.ack, "");
    talk.halves[server].seq += 1;
    return [syn, synAck, this.#segment(talk, client, at, FLAGS.ack, "")];
  }

  /** TLS's keys, before the packets that they open. */
  keys(lines: readonly string[]): Uint8Array {
    return secretsBlock(lines);
  }

  /** Another protocol goes on; the next packet tells it. */
  speaks(flow: number, protocol: string): void {
    const talk = this.#talks.get(flow);
    if (talk !== undefined) talk.note += ` ${formatSpeaks(protocol)}`;
  }

  /** What follows was under TLS; the next packet tells it. */
  secured(flow: number, tls: TlsNote): void {
    const talk = this.#talks.get(flow);
    if (talk !== undefined) talk.note += ` ${formatTls(tls)}`;
  }

  /** What follows was in clear again; the next packet tells it. */
  cleared(flow: number, since: number): void {
    const talk = this.#talks.get(flow);
    if (talk !== undefined) talk.note += ` ${formatClear(since)}`;
  }

  /** One message; on UDP one datagram. `comment`: what it means. */
  bytes(
    flow: number,
    direction: Direction,
    at: number,
    octets: Uint8Array,
    comment: string,
  ): readonly Uint8Array[] {
    const talk = this.#talks.get(flow);
    if (talk === undefined || !talk.open) return [];
    if (talk.flow.transport === "udp") return [this.#datagram(talk, direction, at, octets, comment)];
    const blocks: Uint8Array[] = [];
    for (let from = 0; from < octets.length; from += SEGMENT) {
      const piece = octets.subarray(from, from + SEGMENT);
      // RFC 9293 §3.9.1.2: PSH says that a message is whole.
      const flags = from + SEGMENT < octets.length ? FLAGS.ack : FLAGS.psh | FLAGS.ack;
      blocks.push(this.#segment(talk, direction, at, flags, from === 0 ? comment : "", piece));
      talk.halves[direction].seq += piece.length;
      blocks.push(this.#segment(talk, other(direction), at, FLAGS.ack, ""));
    }
    return blocks;
  }

  /** Octets that were said and not kept: Wireshark says that they were not captured. */
  gap(flow: number, direction: Direction, octets: number): void {
    const talk = this.#talks.get(flow);
    if (talk !== undefined) talk.halves[direction].seq += octets;
  }

  /** `broken`: with a RST. `first`: who said FIN first. `reason`: as the tap told it. */
  closed(
    flow: number,
    at: number,
    {
      first,
      broken,
      reason,
      comment,
    }: {
      readonly first: Direction;
      readonly broken: boolean;
      readonly reason: string;
      readonly comment: string;
    },
  ): readonly Uint8Array[] {
    const talk = this.#talks.get(flow);
    if (talk === undefined || !talk.open) return [];
    this.#talks.delete(flow);
    if (talk.flow.transport === "udp") return [];
    const said = `${MADE_UP} ${comment}${reason === "" ? "" : ` ${formatEnded(reason)}`}`;
    if (broken) return [this.#segment(talk, first, at, FLAGS.rst | FLAGS.ack, said)];
    const second = other(first);
    const fin = this.#segment(talk, first, at, FLAGS.fin | FLAGS.ack, said);
    talk.halves[first].seq += 1;
    const finToo = this.#segment(talk, second, at, FLAGS.fin | FLAGS.ack, "");
    talk.halves[second].seq += 1;
    return [fin, finToo, this.#segment(talk, first, at, FLAGS.ack, "")];
  }

  #segment(
    talk: Talk,
    direction: Direction,
    at: number,
    flags: number,
    comment: string,
    octets: Uint8Array = NOTHING,
  ): Uint8Array {
    const from = talk.halves[direction];
    const to = talk.halves[other(direction)];
    const segment = { seq: from.seq >>> 0, ack: to.seq >>> 0, flags, octets, id: this.#id++ };
    return this.#packet(at, tcpPacket(from.end, to.end, segment), comment + taken(talk));
  }

  #datagram(talk: Talk, direction: Direction, at: number, octets: Uint8Array, comment: string): Uint8Array {
    const from = talk.halves[direction].end;
    const to = talk.halves[other(direction)].end;
    return this.#packet(
      at,
      udpPacket(from, to, octets.subarray(0, DATAGRAM), this.#id++),
      comment + taken(talk),
    );
  }

  /** Time never goes back, as in a capture. */
  #packet(at: number, packet: Uint8Array, comment: string): Uint8Array {
    this.#at = Math.max(this.#at, at);
    return packetBlock(this.#at, packet, comment);
  }

  #endsOf(flow: FlowName, wellKnown: number | undefined, client: Direction) {
    const addresses = [flow.remote.host, flow.local.host].map(octetsOfAddress);
    const [remoteAddress = LOOPBACK, localAddress = LOOPBACK] = addresses;
    const same = remoteAddress.length === localAddress.length;
    const server = client === "in" ? "local" : "remote";
    const known = this.#options.ports === "well-known" ? wellKnown : undefined;
    const ports = { local: flow.local.port, remote: flow.remote.port };
    const real = { ...ports };
    if (known !== undefined && flow.transport === "tcp") ports[server] = known;
    const asker = server === "local" ? "remote" : "local";
    const name = (): string => `${flow[asker].host} ${ports[asker]} ${flow[server].host} ${ports[server]}`;
    while (this.#used.has(name()) && flow.transport === "tcp")
      ports[asker] = 1024 + ((ports[asker] - 1023) % 64_512);
    this.#used.add(name());
    const asSaid = ports.local === real.local && ports.remote === real.remote;
    return {
      ports: asSaid ? undefined : { client: real[asker], server: real[server] },
      remote: { address: same ? remoteAddress : LOOPBACK, port: ports.remote },
      local: { address: same ? localAddress : LOOPBACK, port: ports.local },
    };
  }
}

function taken(talk: Talk): string {
  const { note } = talk;
  talk.note = "";
  return note;
}

const NOTHING = new Uint8Array(0);
/** For a socket without an IP address. */
const LOOPBACK = Uint8Array.of(127, 0, 0, 1);

function other(direction: Direction): Direction {
  return direction === "in" ? "out" : "in";
}
