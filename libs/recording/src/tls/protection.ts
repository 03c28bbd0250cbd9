/**
 * What protects one direction's records: TLS 1.3 (RFC 8446 §5.2, §5.3, §7.1 to §7.3) and TLS 1.2 with an AEAD
 * (RFC 5246 §5, §6.2.3.3, §6.3; RFC 5288 §3; RFC 7905 §2).
 */
import { encodeLatin1 } from "@socketscope/wire";
import { concat, TAG, type TlsCrypto, type TlsHash } from "./crypto.ts";
import type { TlsRecord } from "./record-reader.ts";
import type { Suite } from "./suites.ts";

/** What stood in a record. */
export interface Opened {
  readonly type: number;
  readonly octets: Uint8Array;
}

/** Records are opened in their order, each once: their number is part of what protects them. */
export interface Protection {
  /** Undefined: it does not open; the next is tried in its place. */
  open(record: TlsRecord): Opened | undefined;
  /** RFC 8446 §7.2: what comes after KeyUpdate. */
  updated(): Protection;
}

/** Octets of a nonce. */
const NONCE = 12;

export class Protection13 implements Protection {
  readonly #crypto: TlsCrypto;
  readonly #suite: Suite;
  readonly #secret: Uint8Array;
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;
  #number = 0;

  constructor(crypto: TlsCrypto, suite: Suite, secret: Uint8Array) {
    this.#crypto = crypto;
    this.#suite = suite;
    this.#secret = secret;
    // RFC 8446 §7.3: the key and the vector of a traffic secret
    this.#key = expandLabel(crypto, suite.hash, { secret, label: "key", length: suite.key });
    this.#iv = expandLabel(crypto, suite.hash, { secret, label: "iv", length: NONCE });
  }

  open({ head, fragment }: TlsRecord): Opened | undefined {
    // RFC 8446 §5.3: the number, as wide as the vector, over the vector
    const nonce = nonceOf(this.#iv, this.#number);
    const sealed = { key: this.#key, nonce, associated: head, octets: fragment };
    const plain = this.#crypto.open(this.#suite.cipher, sealed);
    if (plain === undefined) return undefined;
    this.#number += 1;
    // RFC 8446 §5.4: zeros may follow the type; a record of zeros alone has none
    let end = plain.length;
    while (end > 0 && plain[end - 1] === 0) end -= 1;
    return { type: plain[end - 1] ?? 0, octets: plain.subarray(0, Math.max(end - 1, 0)) };
  }

  updated(): Protection {
    // RFC 8446 §7.2: the next secret is of the hash's length
    const length = this.#suite.hash === "sha384" ? 48 : 32;
    const label = "traffic upd";
    const next = expandLabel(this.#crypto, this.#suite.hash, { secret: this.#secret, label, length });
    return new Protection13(this.#crypto, this.#suite, next);
  }
}

/** What TLS 1.2 derives of its master secret for one direction. */
interface Keys12 {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

export class Protection12 implements Protection {
  readonly #crypto: TlsCrypto;
  readonly #suite: Suite;
  readonly #keys: Keys12;
  #number = 0;

  constructor(crypto: TlsCrypto, suite: Suite, keys: Keys12) {
    this.#crypto = crypto;
    this.#suite = suite;
    this.#keys = keys;
  }

  open({ type, head, fragment }: TlsRecord): Opened | undefined {
    const { key, iv } = this.#keys;
    // RFC 5288 §3: eight octets of GCM's nonce stand before the record; RFC 7905 §2: of ChaCha20's none does
    const explicit = explicitOf(this.#suite);
    const length = fragment.length - explicit - TAG;
    if (length < 0) return undefined;
    const nonce = explicit > 0 ? concat(iv, fragment.subarray(0, explicit)) : nonceOf(iv, this.#number);
    // RFC 5246 §6.2.3.3: number, type, version and the length of what is inside
    const associated = new Uint8Array(13);
    const view = new DataView(associated.buffer);
    view.setBigUint64(0, BigInt(this.#number));
    associated.set(head.subarray(0, 3), 8);
    view.setUint16(11, length);
    const sealed = { key, nonce, associated, octets: fragment.subarray(explicit) };
    const octets = this.#crypto.open(this.#suite.cipher, sealed);
    if (octets === undefined) return undefined;
    this.#number += 1;
    return { type, octets };
  }

  /** TLS 1.2 has no such message: nothing changes. */
  updated(): Protection {
    return this;
  }
}

/** `randoms`: the server's, then the client's. */
export function keys12(
  crypto: TlsCrypto,
  suite: Suite,
  { master, randoms }: { readonly master: Uint8Array; readonly randoms: Uint8Array },
): { readonly client: Keys12; readonly server: Keys12 } {
  const fixed = NONCE - explicitOf(suite);
  const seed = concat(encodeLatin1("key expansion"), randoms);
  // RFC 5246 §6.3: an AEAD has no key of its own for a MAC; the client's comes first, keys before vectors
  const block = prf(crypto, suite.hash, { secret: master, seed, length: 2 * (suite.key + fixed) });
  const { key } = suite;
  const vectors = block.subarray(2 * key);
  return {
    client: { key: block.slice(0, key), iv: vectors.slice(0, fixed) },
    server: { key: block.slice(key, 2 * key), iv: vectors.slice(fixed) },
  };
}

/** RFC 8446 §7.1: HKDF-Expand-Label without a context. At most a hash long, so that HKDF's first block is enough. */
export function expandLabel(
  crypto: TlsCrypto,
  hash: TlsHash,
  { secret, label, length }: { readonly secret: Uint8Array; readonly label: string; readonly length: number },
): Uint8Array {
  const name = encodeLatin1(`tls13 ${label}`);
  const info = concat(Uint8Array.of(0, length, name.length), name, Uint8Array.of(0, 1));
  return crypto.hmac(hash, secret, info).slice(0, length);
}

/** RFC 5246 §5: P_hash over label and seed. */
export function prf(
  crypto: TlsCrypto,
  hash: TlsHash,
  {
    secret,
    seed,
    length,
  }: { readonly secret: Uint8Array; readonly seed: Uint8Array; readonly length: number },
): Uint8Array {
  let a = seed;
  let made: Uint8Array = new Uint8Array(0);
  while (made.length < length) {
    a = crypto.hmac(hash, secret, a);
    made = concat(made, crypto.hmac(hash, secret, concat(a, seed)));
  }
  return made.slice(0, length);
}

/** Octets of the nonce that travel with each record of TLS 1.2. */
function explicitOf({ cipher }: Suite): 0 | 8 {
  return cipher === "chacha20-poly1305" ? 0 : 8;
}

function nonceOf(iv: Uint8Array, number: number): Uint8Array {
  // A Buffer's `slice` would be the vector itself.
  const nonce = Uint8Array.from(iv);
  const view = new DataView(nonce.buffer);
  view.setBigUint64(NONCE - 8, view.getBigUint64(NONCE - 8) ^ BigInt(number));
  return nonce;
}
