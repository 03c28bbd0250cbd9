/** The certificate of `--tls-cert` and `--tls-key`: read, and tried before a client finds out. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { codeOf, UsageError } from "./errors.ts";

/** PEM. */
export interface CertificateFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Throws {@link UsageError} that names the option and the file: cannot be read, is no PEM, the two do not belong together. */
export async function readCertificate(paths: {
  readonly cert: string;
  readonly key: string;
}): Promise<CertificateFiles> {
  // One after the other, so that of two mistakes always the same one is named.
  const cert = await read(paths.cert, "--tls-cert");
  const key = await read(paths.key, "--tls-key");
  const certificate = parsed(
    () => new X509Certificate(cert),
    `--tls-cert ${paths.cert}: no certificate in PEM`,
  );
  const privateKey = parsed(
    () => createPrivateKey(key),
    `--tls-key ${paths.key}: no private key in PEM without a passphrase`,
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new UsageError(
      "USAGE_TLS",
      `--tls-key ${paths.key}: not the key of the first certificate in ${paths.cert}`,
    );
  }
  return { cert, key };
}

function parsed<T>(parse: () => T, problem: string): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError("USAGE_TLS", problem, { cause: error });
  }
}

async function read(file: string, option: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = codeOf(error);
    const why = code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`;
    throw new UsageError("USAGE_TLS", `${option} ${file}: ${why}`, { cause: error });
  }
}
