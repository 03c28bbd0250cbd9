/** Node's hash functions, as the pure SCRAM wants them (RFC 7677: SHA-256). */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import type { ScramCrypto } from "@socketscope/wire/sasl";

const OCTETS = 32;

export const scramCrypto: ScramCrypto = {
  hash: (octets) => createHash("sha256").update(octets).digest(),
  hmac: (key, octets) => createHmac("sha256", key).update(octets).digest(),
  derive: (password, salt, iterations) => pbkdf2Sync(password, salt, iterations, OCTETS, "sha256"),
  random: (octets) => randomBytes(octets),
  same: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
