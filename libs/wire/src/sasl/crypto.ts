/** What SCRAM needs and a pure package cannot have of its own: the caller passes Node's in. */
export interface ScramCrypto {
  /** SHA-256. */
  hash(octets: Uint8Array): Uint8Array;
  /** HMAC-SHA-256. */
  hmac(key: Uint8Array, octets: Uint8Array): Uint8Array;
  /** PBKDF2 with HMAC-SHA-256, 32 octets long: RFC 5802 §2.2 calls it Hi. Slow on purpose, so not on the event loop. */
  derive(password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Uint8Array>;
  /** Octets nobody can guess. */
  random(octets: number): Uint8Array;
  /** In a time that does not depend on where they differ. */
  same(a: Uint8Array, b: Uint8Array): boolean;
}

export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((octet, index) => octet ^ (b[index] ?? 0));
}
