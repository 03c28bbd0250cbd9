/** Lines of authorized_keys: which let somebody in, and which do not. */
import { generateKeyPairSync, sign } from "node:crypto";
import ssh2 from "ssh2";
import { describe, expect, it } from "vitest";
import { authorizes, fingerprintOf, generateHostKey, publicLineOf, SshError } from "../src/index.ts";

const key = ssh2.utils.parseKey(generateHostKey());
if (key instanceof Error) throw key;
const octets = key.getPublicSSH();
const line = publicLineOf(octets);
const rsa = ssh2.utils.parseKey(
  generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs1", format: "pem" })
    .toString(),
);
if (rsa instanceof Error) throw rsa;

describe("a line", () => {
  it.each([
    ["plain", line, true],
    ["with a comment", `${line} ann@home and more`, true],
    ["with blanks around it", `  \t${line}  `, true],
    ["with options that allow less", `restrict,pty,command="echo \\"hi, there\\"" ${line}`, true],
    ["with an environment", `environment="A=ssh-rsa x" ${line}`, true],
    ["commented out", `# ${line}`, false],
    ["for one address only", `from="10.0.0.0/8" ${line}`, false],
    ["expired, for all we know", `no-pty,expiry-time="20200101" ${line}`, false],
    ["of an authority", `cert-authority ${line}`, false],
    ["of another type", line.replace("ssh-ed25519", "ssh-rsa"), false],
    ["cut short", line.slice(0, -10), false],
    ["with two words in front", `restrict pty ${line}`, false],
    ["empty", "", false],
    ["garbage", "ssh-ed25519", false],
  ])("%s", (_, text, expected) => {
    expect(authorizes([text], { algorithm: "ssh-ed25519", octets })).toBe(expected);
  });
});

it("a signature counts only if it is the key's own", () => {
  const signed = Buffer.from("what was said");
  const proof = { signed, signature: key.sign(signed), hash: undefined };
  const ask = (change: object): boolean =>
    authorizes([line], { algorithm: "ssh-ed25519", octets, proof: { ...proof, ...change } });
  expect(ask({})).toBe(true);
  expect(ask({ signed: Buffer.from("what was not said") })).toBe(false);
  expect(ask({ signature: Buffer.alloc(64) })).toBe(false);
  expect(ask({ signature: Buffer.alloc(3) })).toBe(false);
  expect(ask({ signature: sign(null, signed, generateKeyPairSync("ed25519").privateKey) })).toBe(false);
  // the library answers with an Error here, which is no yes
  expect(ask({ hash: "no-such-hash" })).toBe(false);
});

it("an RSA key signs with SHA-2", () => {
  const signed = Buffer.from("what was said");
  const signature = rsa.sign(signed, "sha256");
  const offer = { algorithm: "rsa-sha2-256", octets: rsa.getPublicSSH() };
  const lines = [publicLineOf(rsa.getPublicSSH())];
  expect(authorizes(lines, { ...offer, proof: { signed, signature, hash: "sha256" } })).toBe(true);
  expect(authorizes(lines, { ...offer, proof: { signed, signature, hash: "sha512" } })).toBe(false);
  expect(authorizes(lines, { ...offer, proof: { signed, signature, hash: "nonsense" } })).toBe(false);
});

it("a fingerprint is the same of a private key and of its public octets", () => {
  const pem = generateHostKey();
  const parsed = ssh2.utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  expect(fingerprintOf(pem)).toBe(fingerprintOf(parsed.getPublicSSH()));
  expect(fingerprintOf(pem)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  expect(() => fingerprintOf("no key")).toThrow(SshError);
});
