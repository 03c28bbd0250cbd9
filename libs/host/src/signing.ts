/** Makes certificates (RFC 5280, ECDSA on P-256). Loaded only when one has to be made: the library takes its time. */
// The X.509 library reads decorators through it and must find it loaded.
// oxlint-disable-next-line import/no-unassigned-import
import "reflect-metadata";
import { isIP } from "node:net";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { nameConstraintsExtension } from "./name-constraints.ts";

export interface Pair {
  /** PEM, PKCS #8. Ends with a newline, so that files can be put together. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A root that may sign servers only, for the names of `name-constraints.ts` only, and no other CA. */
export async function makeRoot(validity: Validity): Promise<Pair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    // the random part tells one machine's CA from another's where both are trusted
    name: `CN=Socketscope local CA ${randomBytes(4).toString("hex")},O=Socketscope`,
    serialNumber: serialNumber(),
    ...validity,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.Extension(nameConstraintsExtension()),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: await pemOf(keys.privateKey), cert: `${cert.toString("pem")}\n` };
}

/** A server's certificate for these names, signed by the root. */
export async function makeLeaf(root: Pair, hosts: readonly string[], validity: Validity): Promise<Pair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const issuer = new x509.X509Certificate(root.cert);
  const cert = await x509.X509CertificateGenerator.create({
    // not a name anybody could ask for: RFC 9525 §2 has clients look at the subjectAltName alone
    subject: "CN=Socketscope server,O=Socketscope",
    issuer: issuer.subjectName,
    serialNumber: serialNumber(),
    ...validity,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await privateKeyOf(root.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((host) => ({ type: isIP(host) === 0 ? "dns" : "ip", value: host })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: await pemOf(keys.privateKey), cert: `${cert.toString("pem")}\n` };
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets; CA/Browser Forum: at least 64 random bits. */
function serialNumber(): string {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return octets.toString("hex");
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}

async function privateKeyOf(pem: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, false, ["sign"]);
}
