/** Node's hashes, for SASL's SCRAM. */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import type { ScramCrypto } from "@socketscope/wire/sasl";

export const scramCrypto: ScramCrypto = {
  hash: (octets) => createHash("sha256").update(octets).digest(),
  hmac: (key, octets) => createHmac("sha256", key).update(octets).digest(),
  derive: (password, salt, iterations) => pbkdf2Sync(password, salt, iterations, 32, "sha256"),
  random: (octets) => randomBytes(octets),
  same: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

/** The same while the process runs: salts of users who are not there come from it. */
export const scramSecret: Uint8Array = randomBytes(32);
