/** A name server with a few records, for look-ups that must not leave the machine. RFC 1035 §4. */
import { createSocket, type Socket } from "node:dgram";

export interface Zone {
  readonly mx?: readonly { readonly priority: number; readonly exchange: string }[];
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  /** RCODE: 2 the server failed, 3 there is no such name. "silent": no answer at all. */
  readonly fails?: 2 | 3 | "silent";
}

const TYPES: Readonly<Record<number, "a" | "mx" | "aaaa" | undefined>> = { 1: "a", 15: "mx", 28: "aaaa" };

export class DnsPeer implements AsyncDisposable {
  readonly questions: string[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async listen(zones: Readonly<Record<string, Zone>>): Promise<DnsPeer> {
    const socket = createSocket("udp4");
    const peer = new DnsPeer(socket);
    socket.on("message", (query, { address, port }) => {
      const answer = peer.#answer(query, zones);
      if (answer !== undefined) socket.send(answer, port, address);
    });
    await new Promise<void>((resolve) => {
      socket.bind(0, "127.0.0.1", resolve);
    });
    return peer;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  #answer(query: Buffer, zones: Readonly<Record<string, Zone>>): Uint8Array | undefined {
    const { name, end } = nameAt(query, 12);
    const type = TYPES[query.readUInt16BE(end)];
    this.questions.push(`${type ?? "?"} ${name}`);
    const zone = zones[name] ?? { fails: 3 };
    if (zone.fails === "silent") return undefined;
    const records = zone.fails === undefined && type !== undefined ? rdata(zone, type) : [];
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (zone.fails ?? 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    const answers = records.map((data) => {
      const record = Buffer.alloc(12);
      // RFC 1035 §4.1.4: the name is the question's.
      record.writeUInt16BE(0xc0_0c, 0);
      query.copy(record, 2, end, end + 4);
      record.writeUInt32BE(60, 6);
      record.writeUInt16BE(data.length, 10);
      return Buffer.concat([record, data]);
    });
    return Buffer.concat([head, query.subarray(12, end + 4), ...answers]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.close(resolve);
    });
  }
}

function rdata(zone: Zone, type: "a" | "mx" | "aaaa"): readonly Buffer[] {
  if (type === "a") return (zone.a ?? []).map((address) => Buffer.from(address.split(".").map(Number)));
  if (type === "aaaa")
    return (zone.aaaa ?? []).map((address) => {
      if (address !== "::1") throw new Error("this peer knows ::1 only");
      return Buffer.concat([Buffer.alloc(15), Buffer.from([1])]);
    });
  return (zone.mx ?? []).map(({ priority, exchange }) => {
    const preference = Buffer.alloc(2);
    preference.writeUInt16BE(priority);
    return Buffer.concat([preference, encodeName(exchange)]);
  });
}

function encodeName(name: string): Buffer {
  const labels = name === "" ? [] : name.split(".");
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")])),
    Buffer.from([0]),
  ]);
}

function nameAt(octets: Buffer, from: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = from;
  for (let length = octets[at] ?? 0; length > 0; length = octets[at] ?? 0) {
    labels.push(octets.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), end: at + 1 };
}
