/// <reference lib="esnext.disposable" />
// The linter reads tests without a tsconfig of their own: it would not know AsyncDisposable.
/** The servers that all commands are tried against: what they are, how they are reached, where their files are. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  makeCertificates,
  missingForPyftpdlib,
  missingForSshd,
  missingForVsftpd,
  Pyftpdlib,
  Sshd,
  TemporaryFolder,
  Vsftpd,
} from "@socketscope/testkit";

export interface Served extends AsyncDisposable {
  /** Without a slash at its end; `files` is what is there. */
  readonly url: string;
  readonly options: readonly string[];
  readonly files: string;
}

export interface Peer {
  readonly name: string;
  readonly missing: string | undefined;
  readonly start: () => Promise<Served>;
}

/** What one run trusts, and the file that says so. */
class Trust implements Disposable {
  readonly folder = new TemporaryFolder("file-client");
  readonly file = join(this.folder.path, "ca.pem");
  readonly certificate;

  constructor() {
    const { ca, certificates } = makeCertificates(["127.0.0.1", "localhost"]);
    const [first] = certificates;
    if (first === undefined) throw new TypeError("one certificate for one list of names");
    this.certificate = first;
    writeFileSync(this.file, ca);
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
  }
}

type TlsMode = "none" | "explicit" | "implicit";

async function vsftpd(tls: TlsMode, ...options: readonly string[]): Promise<Served> {
  const trust = tls === "none" ? undefined : new Trust();
  const server = await Vsftpd.start(
    trust === undefined ? {} : { tls: { ...trust.certificate, implicit: tls === "implicit" } },
  );
  const scheme = tls === "implicit" ? "ftps" : "ftp";
  return served(server, trust, tls, options, `${scheme}://127.0.0.1:${server.port}/files`);
}

async function pyftpdlib(tls: TlsMode, ...options: readonly string[]): Promise<Served> {
  const trust = tls === "none" ? undefined : new Trust();
  const server = await Pyftpdlib.start(trust === undefined ? {} : { tls: trust.certificate });
  return served(server, trust, tls, options, `ftp://me:secret@127.0.0.1:${server.port}`);
}

/** Its host key is new each time, and so is the folder of the known ones. */
async function sshd(): Promise<Served> {
  const state = new TemporaryFolder("state");
  const server = await Sshd.start();
  return {
    url: `sftp://root@127.0.0.1:${server.port}${server.files}`,
    options: ["--identity", server.identity, "--state", state.path],
    files: server.files,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      state[Symbol.dispose]();
    },
  };
}

function served(
  server: AsyncDisposable & { readonly files: string },
  trust: Trust | undefined,
  tls: TlsMode,
  options: readonly string[],
  url: string,
): Served {
  return {
    url,
    options: [
      ...(trust === undefined ? [] : ["--ca", trust.file]),
      ...(tls === "explicit" ? ["--tls"] : []),
      ...options,
    ],
    files: server.files,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      trust?.[Symbol.dispose]();
    },
  };
}

export const peers: readonly Peer[] = [
  { name: "vsftpd", missing: missingForVsftpd(), start: () => vsftpd("none") },
  { name: "vsftpd, active", missing: missingForVsftpd(), start: () => vsftpd("none", "--active") },
  { name: "vsftpd, TLS", missing: missingForVsftpd(), start: () => vsftpd("explicit") },
  { name: "vsftpd, implicit TLS", missing: missingForVsftpd(), start: () => vsftpd("implicit") },
  { name: "pyftpdlib", missing: missingForPyftpdlib(), start: () => pyftpdlib("none") },
  { name: "pyftpdlib, TLS", missing: missingForPyftpdlib(), start: () => pyftpdlib("explicit") },
  {
    name: "pyftpdlib, TLS, active",
    missing: missingForPyftpdlib(),
    start: () => pyftpdlib("explicit", "--active"),
  },
  { name: "OpenSSH's sshd", missing: missingForSshd(), start: sshd },
];
