/** Throw-away authorities and certificates for tests, made by openssl: nothing of it is kept in the repository. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "./temporary-folder.ts";

/** PEM texts. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** An authority, and a certificate of it for each list of names; literal addresses are told from names. */
export function makeCertificates(...subjects: readonly (readonly string[])[]): {
  readonly ca: string;
  readonly certificates: readonly Certificate[];
} {
  using folder = new TemporaryFolder("certificate");
  const at = (name: string): string => join(folder.path, name);
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { stdio: "pipe", timeout: 60_000 });
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
    "-days",
    "2",
    "-subj",
    "/CN=test authority",
  );
  const certificates = subjects.map((names, index) => {
    const [key, request, cert, extensions] = ["key", "csr", "pem", "ext"].map((ending) =>
      at(`${index}.${ending}`),
    );
    if (!key || !request || !cert || !extensions) throw new TypeError("four names for four files");
    const list = names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`));
    writeFileSync(extensions, `subjectAltName=${list.join(",")}\n`);
    openssl("req", ...newKey, "-keyout", key, "-out", request, "-subj", `/CN=${names[0] ?? "nobody"}`);
    openssl(
      "x509",
      "-req",
      "-in",
      request,
      "-CA",
      at("ca.pem"),
      "-CAkey",
      at("ca.key"),
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      extensions,
      "-out",
      cert,
    );
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  });
  return { ca: readFileSync(at("ca.pem"), "utf8"), certificates };
}
