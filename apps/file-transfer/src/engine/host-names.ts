/** HOST (RFC 7151 §3.1): which names are ours. There is one server here, under every name that its certificate has. */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { canonicalHost } from "../data/active.ts";

/** `local`: the address that the client came to. */
export function isOurName(name: string, local: string, cert: Uint8Array | string | undefined): boolean {
  const address = isIP(name) !== 0;
  if (address && canonicalHost(name) === canonicalHost(local)) return true;
  if (cert === undefined) return false;
  const certificate = new X509Certificate(cert);
  return (address ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
}
