import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificates, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCertificate } from "../src/certificate.ts";

const folder = new TemporaryFolder("host-certificate");
const at = (name: string): string => join(folder.path, name);

beforeAll(() => {
  const { certificates } = makeCertificates(["127.0.0.1"], ["::1"]);
  for (const [index, { cert, key }] of certificates.entries()) {
    writeFileSync(at(`${index}.pem`), cert);
    writeFileSync(at(`${index}.key`), key);
  }
  writeFileSync(at("rubbish"), "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n");
});
afterAll(() => folder[Symbol.dispose]());

describe("--tls-cert and --tls-key", () => {
  it("gives the octets of both when they belong together", async () => {
    const { cert, key } = await readCertificate({ cert: at("0.pem"), key: at("0.key") });
    expect([cert.toString(), key.toString()]).toEqual([
      expect.stringContaining("BEGIN CERTIFICATE"),
      expect.stringContaining("PRIVATE KEY"),
    ]);
  });

  it.each([
    ["none", "0.key", /^--tls-cert .*none: there is no such file$/],
    ["0.pem", "none", /^--tls-key .*none: there is no such file$/],
    ["rubbish", "0.key", /^--tls-cert .*rubbish: no certificate in PEM$/],
    ["0.pem", "rubbish", /^--tls-key .*rubbish: no private key in PEM without a passphrase$/],
    ["0.pem", "1.key", /^--tls-key .*1\.key: not the key of the first certificate in .*0\.pem$/],
  ])("refuses %s with %s in one line", async (cert, key, message) => {
    await expect(readCertificate({ cert: at(cert), key: at(key) })).rejects.toMatchObject({
      name: "UsageError",
      message: expect.stringMatching(message),
    });
  });
});
