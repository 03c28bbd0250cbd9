/**
 * What a client says first, before the library has it: its line (RFC 4253 §4.2), and the ciphers of its KEXINIT (§7.1),
 * which stand in clear. Of those that both know the client's first is taken, and OpenSSH's first without ChaCha20 is
 * AES-CTR with an HMAC: who knows AES-GCM, three times as fast in Node, is offered nothing else.
 */
import { DuplexOverStream, type DuplexEvents, type Receiver, type Stream } from "@socketscope/socket-core";

/** RFC 4253 §4.2: octets of the line, its end and all. */
const LONGEST_LINE = 255;
/** RFC 4253 §6.1: octets of a packet that everybody has to take. */
const LONGEST_PACKET = 35_000;
/** RFC 4253 §6, §7.1: lengths, number and cookie, up to the first name-list. */
const LISTS_AT = 22;
const KEXINIT = 20;

export const GCM = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com"] as const;

/** Undefined: more of it is worth waiting for. False also where it cannot be told. */
export function knowsGcm(said: Uint8Array): boolean | undefined {
  const lineEnd = said.indexOf(0x0a);
  if (lineEnd === -1) return said.length < LONGEST_LINE ? undefined : false;
  const packet = said.subarray(lineEnd + 1);
  const wanted = packet.length < 4 ? 4 : 4 + u32(packet, 0);
  if (wanted > LONGEST_PACKET) return false;
  // OpenSSH says both without waiting for ours; others may wait, and so they are not waited for.
  if (packet.length < wanted)
    return latin1(said, 0, lineEnd).startsWith("SSH-2.0-OpenSSH_") ? undefined : false;
  return packet[5] === KEXINIT && ciphersOf(packet).every((list) => GCM.some((name) => list.includes(name)));
}

/** Of a whole KEXINIT: from the client to the server, and back. */
function ciphersOf(packet: Uint8Array): readonly (readonly string[])[] {
  const lists: string[][] = [];
  let at = LISTS_AT;
  // Key exchange and host key come before them.
  for (let list = 0; list < 4; list++) {
    if (at + 4 > packet.length) return [[]];
    const length = u32(packet, at);
    lists.push(latin1(packet, at + 4, at + 4 + length).split(","));
    at += 4 + length;
  }
  return lists.slice(2);
}

function u32(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(at);
}

function latin1(octets: Uint8Array, from: number, to: number): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("latin1", from, to);
}

/** Listens until it is known; `known` goes on with the stream. */
export class FirstWords implements Receiver {
  readonly #stream: Stream;
  readonly #known: (said: Uint8Array, gcm: boolean) => void;
  #said: Uint8Array = new Uint8Array(0);

  constructor(stream: Stream, known: (said: Uint8Array, gcm: boolean) => void) {
    this.#stream = stream;
    this.#known = known;
  }

  data(octets: Uint8Array): void {
    this.#said = this.#said.length === 0 ? octets : Buffer.concat([this.#said, octets]);
    const gcm = knowsGcm(this.#said);
    if (gcm !== undefined) this.#known(this.#said, gcm);
  }
  ended(): void {
    this.#stream.linger("peer-ended");
  }
  drain(): void {
    // A line is all that was said.
  }
  late(): void {
    this.#stream.linger("timeout");
  }
  finish(): void {
    this.#stream.linger("drained");
  }
  closed(): void {
    // Nothing was begun.
  }
}

/** Whoever writes to it says our line again; it was said already. */
export class GreetedDuplex extends DuplexOverStream {
  #left: number;

  constructor(stream: Stream, events: DuplexEvents, said: number) {
    super(stream, events);
    this.#left = said;
  }

  override _write(octets: Uint8Array, encoding: BufferEncoding, done: () => void): void {
    const rest = octets.subarray(this.#left);
    this.#left -= octets.length - rest.length;
    if (rest.length === 0) done();
    else super._write(rest, encoding, done);
  }

  override _writev(chunks: { readonly chunk: Uint8Array }[], done: () => void): void {
    if (this.#left === 0) super._writev(chunks, done);
    else this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "binary", done);
  }
}
