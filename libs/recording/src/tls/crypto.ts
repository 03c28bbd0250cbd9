/** What TLS's records need of a cryptographic library: given by the program, since this room has none of its own. */

export type TlsHash = "sha256" | "sha384";
export type TlsCipher = "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";

/** RFC 5116 §2.2: what an AEAD is given to open. */
export interface Sealed {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly associated: Uint8Array;
  /** With the tag as its last 16 octets. */
  readonly octets: Uint8Array;
}

export interface TlsCrypto {
  /** RFC 2104 §2. */
  readonly hmac: (hash: TlsHash, key: Uint8Array, octets: Uint8Array) => Uint8Array;
  /** Undefined: it does not open by this key. Never throws. */
  readonly open: (cipher: TlsCipher, sealed: Sealed) => Uint8Array | undefined;
}

/** Octets of an AEAD's tag, of all that are known here. */
export const TAG = 16;

export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
