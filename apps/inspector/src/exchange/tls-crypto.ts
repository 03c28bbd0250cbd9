/** What opens TLS's records of a capture: OpenSSL's, by way of Node. */
import { createDecipheriv, createHmac } from "node:crypto";
import type { Sealed, TlsCipher, TlsCrypto } from "@socketscope/recording";

/** Octets of the tag. */
const TAG = 16;

export const tlsCrypto: TlsCrypto = {
  hmac: (hash, key, octets) => createHmac(hash, key).update(octets).digest(),
  open: (cipher, sealed) => {
    if (sealed.octets.length < TAG) return undefined;
    try {
      return opened(cipher, sealed);
    } catch {
      // "Unsupported state or unable to authenticate data": another key, or changed on the way.
      return undefined;
    }
  },
};

function opened(cipher: TlsCipher, { key, nonce, associated, octets }: Sealed): Uint8Array {
  const end = octets.length - TAG;
  const options = { authTagLength: TAG };
  // Their types are two overloads.
  const decipher =
    cipher === "chacha20-poly1305"
      ? createDecipheriv(cipher, key, nonce, options)
      : createDecipheriv(cipher, key, nonce, options);
  decipher.setAAD(associated, { plaintextLength: end });
  decipher.setAuthTag(octets.subarray(end));
  return Buffer.concat([decipher.update(octets.subarray(0, end)), decipher.final()]);
}
