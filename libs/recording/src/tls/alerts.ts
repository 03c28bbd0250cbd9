/** TLS's alerts in words (RFC 8446 §6). */

export const CLOSE_NOTIFY = 0;

const WORDS: Readonly<Record<number, string>> = {
  10: "unexpected message",
  20: "bad record MAC",
  22: "record overflow",
  40: "handshake failure",
  42: "bad certificate",
  43: "unsupported certificate",
  44: "certificate revoked",
  45: "certificate expired",
  46: "certificate unknown",
  47: "illegal parameter",
  48: "unknown CA",
  49: "access denied",
  50: "decode error",
  51: "decrypt error",
  70: "protocol version",
  71: "insufficient security",
  80: "internal error",
  86: "inappropriate fallback",
  90: "user canceled",
  109: "missing extension",
  110: "unsupported extension",
  112: "unrecognized name",
  113: "bad certificate status response",
  115: "unknown PSK identity",
  116: "certificate required",
  120: "no application protocol",
};

/** "unknown CA (alert 48)". */
export function alertInWords(description: number): string {
  return `${WORDS[description] ?? "unnamed"} (alert ${description})`;
}
