/** Host keys: how a server proves to be the one it was last time. */
import { createHash } from "node:crypto";
import ssh2 from "ssh2";
import { SshError } from "./errors.ts";

/** A new Ed25519 private key (RFC 8709) in OpenSSH's format: keep it to yourself, mode 0600. */
export function generateHostKey(): string {
  for (;;) {
    const { private: key } = ssh2.utils.generateKeyPairSync("ed25519", { comment: "socketscope" });
    // ssh2 1.17 cuts the octets out of DER: about one key in two hundred cannot be read again, not even by itself.
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key;
  }
}

/** `SHA256:…` as OpenSSH shows it: of a private key, a public one, or the octets that a server sends. */
export function fingerprintOf(key: string | Uint8Array): string {
  const octets = typeof key === "string" ? publicOctetsOf(key) : key;
  return `SHA256:${createHash("sha256").update(octets).digest("base64").replaceAll("=", "")}`;
}

/** `ssh-ed25519 AAAA…` of a key, for a known_hosts file. */
export function publicLineOf(key: string | Uint8Array): string {
  const octets = Buffer.from(typeof key === "string" ? publicOctetsOf(key) : key);
  // RFC 4253 §6.6: a key's octets begin with its type, as a string.
  const type = octets.subarray(4, 4 + octets.readUInt32BE(0)).toString("latin1");
  return `${type} ${octets.toString("base64")}`;
}

function publicOctetsOf(key: string): Uint8Array {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) throw new SshError("KEY", `that is no SSH key: ${parsed.message}`);
  return parsed.getPublicSSH();
}
