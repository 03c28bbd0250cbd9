/** Messages of TLS's handshake, as far as its keys depend on them (RFC 8446 §4, RFC 5246 §7.4). */
import { decodeLatin1, ReceiveBuffer } from "@socketscope/wire";
import { hexOf } from "./key-log.ts";

export const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  encryptedExtensions: 8,
  finished: 20,
  keyUpdate: 24,
} as const;

export interface HandshakeMessage {
  readonly type: number;
  readonly body: Uint8Array;
}

/** Octets of one message. A certificate with its chain has some thousands. */
const MAX_MESSAGE = 64 * 1024;

/** A message may stand in several records, and a record hold several messages (RFC 8446 §5.1). */
export class HandshakeReader {
  readonly #buffer = new ReceiveBuffer();

  push(octets: Uint8Array): void {
    this.#buffer.push(octets);
  }

  /** The next whole message; undefined: more must come. "long": it is longer than is taken. */
  next(): HandshakeMessage | "long" | undefined {
    const { octets, at, length } = this.#buffer;
    if (length < 4) return undefined;
    const size = ((octets[at + 1] ?? 0) << 16) | ((octets[at + 2] ?? 0) << 8) | (octets[at + 3] ?? 0);
    if (size > MAX_MESSAGE) return "long";
    if (length < 4 + size) return undefined;
    const [type = 0] = this.#buffer.take(4);
    return { type, body: this.#buffer.take(size) };
  }
}

export interface ClientHello {
  readonly random: Uint8Array;
  /** It may send data before it has an answer. */
  readonly early: boolean;
}

export interface ServerHello {
  readonly random: Uint8Array;
  readonly suite: number;
  readonly version: number;
  readonly alpn: string | undefined;
  /** It asks for another ClientHello. */
  readonly retry: boolean;
}

const EXTENSION = { alpn: 16, earlyData: 42, versions: 43 } as const;

// RFC 8446 §4.1.3: the random value of a HelloRetryRequest
const RETRY = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

/** Undefined: it is none. */
export function parseClientHello(body: Uint8Array): ClientHello | undefined {
  // RFC 8446 §4.1.2: version, random, session id, suites, compression, extensions
  const fields = new Fields(body);
  fields.skip(2);
  const random = fields.take(32);
  fields.skip(fields.number(1));
  fields.skip(fields.number(2));
  fields.skip(fields.number(1));
  return fields.short ? undefined : { random, early: extensionsOf(fields).has(EXTENSION.earlyData) };
}

/** Undefined: it is none. */
export function parseServerHello(body: Uint8Array): ServerHello | undefined {
  // RFC 8446 §4.1.3: version, random, session id, suite, compression, extensions
  const fields = new Fields(body);
  const legacy = fields.number(2);
  const random = fields.take(32);
  fields.skip(fields.number(1));
  const suite = fields.number(2);
  fields.skip(1);
  if (fields.short) return undefined;
  const extensions = extensionsOf(fields);
  const chosen = extensions.get(EXTENSION.versions);
  // RFC 8446 §4.2.1: TLS 1.3 says its version here alone
  const version = chosen === undefined ? legacy : new Fields(chosen).number(2);
  return { random, suite, version, alpn: alpnIn(extensions), retry: hexOf(random) === RETRY };
}

/** The protocol that a server chose, in TLS 1.3 (RFC 8446 §4.3.1). */
export function parseEncryptedExtensions(body: Uint8Array): string | undefined {
  return alpnIn(extensionsOf(new Fields(body)));
}

// RFC 7301 §3.1: a list of one name
function alpnIn(extensions: ReadonlyMap<number, Uint8Array>): string | undefined {
  const extension = extensions.get(EXTENSION.alpn);
  if (extension === undefined) return undefined;
  const fields = new Fields(extension);
  fields.skip(2);
  const name = fields.take(fields.number(1));
  return fields.short ? undefined : decodeLatin1(name, 0, name.length);
}

function extensionsOf(fields: Fields): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  // RFC 5246 §7.4.1.2: a hello may end before its extensions
  const all = new Fields(fields.take(fields.number(2)));
  while (all.left >= 4) {
    const type = all.number(2);
    found.set(type, all.take(all.number(2)));
  }
  return found;
}

/** Big-endian fields, one after the other; what is not there is 0 and said so. */
class Fields {
  readonly #octets: Uint8Array;
  #at = 0;
  /** More was asked for than is there. */
  short = false;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get left(): number {
    return this.#octets.length - this.#at;
  }

  number(width: 1 | 2): number {
    const [high = 0, low = 0] = this.take(width);
    return width === 1 ? high : (high << 8) | low;
  }

  take(count: number): Uint8Array {
    if (count > this.left) this.short = true;
    const taken = this.#octets.subarray(this.#at, this.#at + count);
    this.#at += taken.length;
    return taken;
  }

  skip(count: number): void {
    this.take(count);
  }
}
