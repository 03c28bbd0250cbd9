/** What a program gives to `FileImport`: OpenSSL's, by way of Node. */
import { createDecipheriv, createHmac } from "node:crypto";
import type { TlsCrypto } from "../../src/index.ts";

export const crypto: TlsCrypto = {
  hmac: (hash, key, octets) => createHmac(hash, key).update(octets).digest(),
  open: (cipher, { key, nonce, associated, octets }) => {
    if (octets.length < 16) return undefined;
    const end = octets.length - 16;
    const options = { authTagLength: 16 };
    // Their types are two overloads.
    const decipher =
      cipher === "chacha20-poly1305"
        ? createDecipheriv(cipher, key, nonce, options)
        : createDecipheriv(cipher, key, nonce, options);
    decipher.setAAD(associated, { plaintextLength: end });
    decipher.setAuthTag(octets.subarray(end));
    try {
      return Buffer.concat([decipher.update(octets.subarray(0, end)), decipher.final()]);
    } catch {
      return undefined;
    }
  },
};
