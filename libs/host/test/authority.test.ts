import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Authority,
  browserTrustCommand,
  mayVouchFor,
  openAuthority,
  openStateFolder,
  type StateFolder,
  trustCommand,
} from "../src/index.ts";
import { makeLeaf } from "../src/signing.ts";
import { run } from "./fixture/run.ts";

const execute = promisify(execFile);
const DAY = 86_400_000;
const fresh = (): Promise<StateFolder> => openStateFolder(mkdtempSync(join(tmpdir(), "host-ca-")));

/** What a command says, standard error included, whether it succeeds or not. */
async function said(command: string, ...argv: string[]): Promise<string> {
  const { stdout, stderr } = await execute(command, argv, { timeout: 60_000 }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stdout + stderr;
}

let state: StateFolder;
let authority: Authority;
beforeAll(async () => {
  state = await fresh();
  authority = await openAuthority(state);
});

/** A server's certificate for the host, signed with the CA's key behind the back of `issue`. */
async function forged(host: string) {
  const root = { key: readFileSync(state.file("ca-key.pem"), "utf8"), cert: authority.certificate };
  const validity = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + DAY) };
  const leaf = await makeLeaf(root, [host], validity);
  writeFileSync(state.file("forged.pem"), leaf.cert);
  return leaf;
}

describe("the local CA", () => {
  it("keeps its keys to itself", async () => {
    await authority.issue([]);
    const { stdout } = await execute("find", [state.path, "-name", "*.pem", "-perm", "/077"]);
    expect(stdout).toBe(`${authority.file}\n`);
    expect(statSync(state.file("ca-key.pem")).mode & 0o777).toBe(0o600);
    expect(readFileSync(authority.file, "utf8")).not.toContain("PRIVATE");
  });

  it("is what RFC 5280 asks of one, and limited to servers and to its names, critically", async () => {
    const text = await said("openssl", "x509", "-in", authority.file, "-noout", "-text");
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    expect(text).toMatch(/Extended Key Usage:\s+TLS Web Server Authentication\n/);
    const [, constraints] = /Name Constraints: critical\s+Permitted:\n([\s\S]*?)\n\s+X509v3/.exec(text) ?? [];
    expect(constraints?.split("\n").map((line) => line.trim())).toEqual([
      "DNS:localhost",
      "DNS:test",
      "IP:127.0.0.0/255.0.0.0",
      "IP:10.0.0.0/255.0.0.0",
      "IP:172.16.0.0/255.240.0.0",
      "IP:192.168.0.0/255.255.0.0",
      `IP:0:0:0:0:0:0:0:1/${Array.from({ length: 8 }, () => "FFFF").join(":")}`,
      "IP:FC00:0:0:0:0:0:0:0/FE00:0:0:0:0:0:0:0",
      "IP:FE80:0:0:0:0:0:0:0/FFC0:0:0:0:0:0:0:0",
    ]);
    const { validTo } = new X509Certificate(authority.certificate);
    expect(Date.parse(validTo) - Date.now()).toBeGreaterThan(3600 * DAY);
  });

  it("is one, however many programs make it at once", async () => {
    const folder = await fresh();
    const makers = await Promise.all([0, 1, 2].map(() => run("ca-maker.ts", [folder.path]).ended()));
    const [first] = makers;
    expect(first?.stdout).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2} (?:[0-9A-F]{2}:){31}[0-9A-F]{2}\n$/);
    expect(makers.map(({ stdout }) => stdout)).toEqual(makers.map(() => first?.stdout));
  });

  it.each([
    ["lost", "ca-key.pem", ""],
    ["spoilt", "ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
  ])("is made anew when half of it is %s", async (_, file, content) => {
    const folder = await fresh();
    const before = await openAuthority(folder);
    const leaf = await before.issue([]);
    writeFileSync(folder.file(file), content);
    const after = await openAuthority(folder);
    expect(after.certificate).not.toBe(before.certificate);
    expect((await after.issue([])).cert).not.toBe(leaf.cert);
  });

  it("is made anew a month before it ends", async () => {
    const folder = await fresh();
    const before = await openAuthority(folder);
    const daysOn = async (days: number) => openAuthority(folder, () => new Date(Date.now() + days * DAY));
    expect((await daysOn(3600)).certificate).toBe(before.certificate);
    expect((await daysOn(3625)).certificate).not.toBe(before.certificate);
  });
});

describe("a server's certificate", () => {
  it("is for this machine and what was asked, for 397 days at most", async () => {
    const { cert } = await authority.issue(["App.TEST", "10.1.2.3", "[fd00::1]".slice(1, -1), "a.localhost"]);
    const leaf = new X509Certificate(cert);
    for (const ip of ["127.0.0.1", "::1", "10.1.2.3", "fd00::1"]) expect(leaf.checkIP(ip)).toBe(ip);
    for (const name of ["localhost", "app.test", "a.localhost"]) expect(leaf.checkHost(name)).toBe(name);
    expect(leaf.checkHost("b.localhost")).toBeUndefined();
    expect(leaf.ca).toBe(false);
    expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBeLessThanOrEqual(397 * DAY);
    expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now());
  });

  it("is used again, until a month before it ends, and made for other names", async () => {
    const folder = await fresh();
    const at = (days: number) => openAuthority(folder, () => new Date(Date.now() + days * DAY));
    const first = await (await at(0)).issue(["a.test", "b.test"]);
    expect(await (await at(360)).issue(["b.test", "A.test", "localhost"])).toEqual(first);
    expect((await (await at(367)).issue(["a.test", "b.test"])).cert).not.toBe(first.cert);
    expect((await (await at(0)).issue(["a.test"])).cert).not.toBe(first.cert);
  });

  it("is made anew when its file is spoilt", async () => {
    const folder = await fresh();
    const own = await openAuthority(folder);
    const first = await own.issue([]);
    const { stdout } = await execute("find", [folder.path, "-name", "leaf-*.pem"]);
    writeFileSync(stdout.trim(), first.cert);
    const second = await own.issue([]);
    expect(second.cert).not.toBe(first.cert);
    expect(second.key).toContain("PRIVATE KEY");
  });

  it.each(["example.com", "test.example.com", "8.8.8.8", "2001:db8::1", "172.32.0.1", "a b.test", "*.test"])(
    "is refused for %s, with the way out",
    async (host) => {
      await expect(authority.issue([host])).rejects.toMatchObject({
        code: "AUTHORITY_NAME",
        message: expect.stringMatching(/--tls-cert and --tls-key$/),
      });
    },
  );

  it("is refused for more than 64 names", async () => {
    const hosts = Array.from({ length: 62 }, (_, i) => `h${i}.test`);
    await expect(authority.issue(hosts)).rejects.toMatchObject({ code: "AUTHORITY_TOO_MANY" });
    await expect(authority.issue(hosts.slice(1))).resolves.toMatchObject({
      cert: expect.stringMatching(/^-----BEGIN/),
    });
  });

  it("is for this machine's own addresses when it listens on all", async () => {
    const leaf = new X509Certificate((await authority.issue(["0.0.0.0", "::"])).cert);
    expect(leaf.subjectAltName).not.toMatch(/0\.0\.0\.0|0:0:0:0:0:0:0:0/);
  });
});

describe("openssl", () => {
  it.each([
    ["-verify_ip", "127.0.0.1"],
    ["-verify_ip", "::1"],
    ["-verify_hostname", "localhost"],
    ["-verify_hostname", "shop.test"],
  ])("accepts our certificate for %s %s", async (option, name) => {
    writeFileSync(state.file("asked.pem"), (await authority.issue(["shop.test"])).cert);
    const strict = ["-x509_strict", "-purpose", "sslserver", "-CAfile", authority.file];
    expect(await said("openssl", "verify", ...strict, option, name, state.file("asked.pem"))).toMatch(
      /: OK\n$/,
    );
  });

  it.each([
    ["-verify_hostname", "example.com"],
    ["-verify_hostname", "nottest"],
    ["-verify_ip", "8.8.8.8"],
    ["-verify_ip", "2001:db8::1"],
    ["-verify_ip", "172.32.0.1"],
  ])("refuses one that the CA's key signed beyond its constraints: %s %s", async (option, name) => {
    await forged(name);
    const answer = await said(
      "openssl",
      "verify",
      "-CAfile",
      authority.file,
      option,
      name,
      state.file("forged.pem"),
    );
    expect(answer).toMatch(/error 47 .*: permitted subtree violation/);
  });
});

describe("curl, told of the CA", () => {
  it("talks to a server of ours, and not to one beyond the constraints", async () => {
    const leaf = await authority.issue([]);
    const server = createServer(leaf, (_, response) => response.end("seen over TLS")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const curl = (host: string) =>
      said(
        "curl",
        "-sS",
        "--noproxy",
        "*",
        "--cacert",
        authority.file,
        "--resolve",
        `${host}:${port}:127.0.0.1`,
        `https://${host}:${port}/`,
      );
    expect(await curl("127.0.0.1")).toBe("seen over TLS");
    expect(await curl("localhost")).toBe("seen over TLS");
    expect(await curl("other.test")).toMatch(/no alternative certificate subject name matches/);
    server.setSecureContext(await forged("example.com"));
    expect(await curl("example.com")).toMatch(/permitted subtree violation/);
    server.close();
  });
});

describe("names the CA may sign", () => {
  it.each([
    ["localhost", true],
    ["a.b.LocalHost", true],
    ["shop.test", true],
    ["127.9.9.9", true],
    ["172.31.255.255", true],
    ["fe80::1%eth0", true],
    ["febf::1", true],
    ["fec0::1", false],
    ["172.15.0.1", false],
    ["test.", false],
    ["-a.test", false],
    ["", false],
    [`${"a".repeat(64)}.test`, false],
  ])("%s: %s", (name, allowed) => {
    expect(mayVouchFor(name)).toBe(allowed);
  });
});

const none = (): boolean => false;
const fedora = (path: string): boolean => path === "/usr/bin/trust";

describe("the one command that trusts it", () => {
  it.each([
    [
      "linux",
      "sudo cp /s/ca.pem /usr/local/share/ca-certificates/socketscope.crt && sudo update-ca-certificates",
    ],
    ["darwin", "security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db /s/ca.pem"],
    ["win32", 'certutil -addstore -user Root "/s/ca.pem"'],
  ])("on %s", (platform, command) => {
    expect(trustCommand("/s/ca.pem", platform, none)).toBe(command);
  });

  it("is p11-kit's where there is no Debian's, and quotes what a shell would take apart", () => {
    expect(trustCommand("/home/O'Neil x/ca.pem", "linux", fedora)).toBe(
      `sudo trust anchor '/home/O'\\''Neil x/ca.pem'`,
    );
    expect(browserTrustCommand("/s/ca.pem")).toBe(
      'certutil -A -d "sql:$HOME/.pki/nssdb" -t C,, -n Socketscope -i /s/ca.pem',
    );
  });

  it.runIf(existsSync("/usr/bin/certutil"))(
    "puts it into a browser's store, where it verifies our servers",
    async () => {
      const store = mkdtempSync(join(tmpdir(), "host-nss-"));
      await execute("certutil", ["-N", "-d", `sql:${store}`, "--empty-password"]);
      await execute("sh", ["-c", browserTrustCommand(authority.file, store)]);
      const verified = async (cert: string): Promise<string> => {
        writeFileSync(state.file("nss.pem"), cert);
        await execute("certutil", [
          "-A",
          "-d",
          `sql:${store}`,
          "-t",
          ",,",
          "-n",
          "server",
          "-i",
          state.file("nss.pem"),
        ]);
        const answer = await said("certutil", "-V", "-d", `sql:${store}`, "-n", "server", "-u", "V", "-e");
        await execute("certutil", ["-D", "-d", `sql:${store}`, "-n", "server"]);
        return answer;
      };
      expect(await verified((await authority.issue([])).cert)).toMatch(/certificate is valid/);
      expect(await verified((await forged("example.com")).cert)).toMatch(
        /is invalid: .* is not permitted to issue a certificate with this name/,
      );
    },
  );
});
