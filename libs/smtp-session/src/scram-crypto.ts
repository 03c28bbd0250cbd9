/** Node's hash functions, as the pure SCRAM wants them (RFC 7677: SHA-256). */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { ScramCrypto } from "@socketscope/wire/sasl";

const OCTETS = 32;

/** In a thread of Node's own pool: a server that asks for a million rounds holds up nothing but its own login. */
const derive = promisify(pbkdf2);

export const scramCrypto: ScramCrypto = {
  hash: (octets) => createHash("sha256").update(octets).digest(),
  hmac: (key, octets) => createHmac("sha256", key).update(octets).digest(),
  derive: (password, salt, iterations) => derive(password, salt, iterations, OCTETS, "sha256"),
  random: (octets) => randomBytes(octets),
  same: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
