/** The cipher suites whose records are read: those with an AEAD. By CBC, CCM or a stream cipher nothing is opened. */
import type { TlsCipher, TlsHash } from "./crypto.ts";

export interface Suite {
  /** As OpenSSL, and so a tap, names it. */
  readonly name: string;
  readonly cipher: TlsCipher;
  /** Of the key derivation. */
  readonly hash: TlsHash;
  /** Octets of a key. */
  readonly key: 16 | 32;
}

const aes128 = { cipher: "aes-128-gcm", hash: "sha256", key: 16 } as const;
const aes256 = { cipher: "aes-256-gcm", hash: "sha384", key: 32 } as const;
const chacha = { cipher: "chacha20-poly1305", hash: "sha256", key: 32 } as const;

// RFC 8446 §B.4: TLS 1.3
const SUITES_13: Readonly<Record<number, Suite>> = {
  0x1301: { name: "TLS_AES_128_GCM_SHA256", ...aes128 },
  0x1302: { name: "TLS_AES_256_GCM_SHA384", ...aes256 },
  0x1303: { name: "TLS_CHACHA20_POLY1305_SHA256", ...chacha },
};

// RFC 5288 §3, RFC 5289 §3.2, RFC 7905 §2: TLS 1.2
const SUITES_12: Readonly<Record<number, Suite>> = {
  0x009c: { name: "AES128-GCM-SHA256", ...aes128 },
  0x009d: { name: "AES256-GCM-SHA384", ...aes256 },
  0x009e: { name: "DHE-RSA-AES128-GCM-SHA256", ...aes128 },
  0x009f: { name: "DHE-RSA-AES256-GCM-SHA384", ...aes256 },
  0xc02b: { name: "ECDHE-ECDSA-AES128-GCM-SHA256", ...aes128 },
  0xc02c: { name: "ECDHE-ECDSA-AES256-GCM-SHA384", ...aes256 },
  0xc02f: { name: "ECDHE-RSA-AES128-GCM-SHA256", ...aes128 },
  0xc030: { name: "ECDHE-RSA-AES256-GCM-SHA384", ...aes256 },
  0xcca8: { name: "ECDHE-RSA-CHACHA20-POLY1305", ...chacha },
  0xcca9: { name: "ECDHE-ECDSA-CHACHA20-POLY1305", ...chacha },
  0xccaa: { name: "DHE-RSA-CHACHA20-POLY1305", ...chacha },
};

export const TLS_13 = 0x0304;
export const TLS_12 = 0x0303;

export function suiteOf(version: number, number: number): Suite | undefined {
  return (version === TLS_13 ? SUITES_13 : SUITES_12)[number];
}
