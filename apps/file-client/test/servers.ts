/// <reference lib="esnext.disposable" />
// The linter reads tests without a tsconfig of their own: it would not know AsyncDisposable.
/** The servers that all commands are tried against: what they are, how they are reached, where their files are. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  makeCertificates,
  missingForPyftpdlib,
  missingForSshd,
  missingForVsftpd,
  Pyftpdlib,
  spawnApp,
  Sshd,
  TemporaryFolder,
  Vsftpd,
  type RunningApp,
} from "@socketscope/testkit";
import { afterAll } from "vitest";

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

/** Our own server: one for a file of tests, with a user and a home for each time that it is asked for. */
class Ours {
  readonly #folder = new TemporaryFolder("ours");
  readonly #app: Promise<RunningApp>;
  #users = 0;

  constructor() {
    const users = Array.from({ length: MOST }, (_, at) => ["--user", `user${at + 1}:secret`]);
    this.#app = spawnApp("file-transfer", [
      ...users.flat(),
      "--home",
      join(this.#folder.path, "{user}"),
      "--web-port",
      "off",
      "--inspect",
      "off",
    ]);
  }

  async serve(listener: "ftp" | "ftps" | "sftp", ...options: readonly string[]): Promise<Served> {
    const app = await this.#app;
    const user = `user${++this.#users}`;
    const files = join(this.#folder.path, user);
    mkdirSync(files);
    const state = new TemporaryFolder("state");
    return {
      url: app.url(listener).replace("://", `://${user}:secret@`),
      options: [
        "--state",
        state.path,
        ...(listener === "sftp" ? [] : ["--ca", app.ready.ca ?? ""]),
        ...options,
      ],
      files,
      [Symbol.asyncDispose]: () => Promise.resolve(state[Symbol.dispose]()),
    };
  }

  async close(): Promise<void> {
    await (await this.#app)[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

/** Times that our server may be asked for in one file of tests. */
const MOST = 20;
let running: Ours | undefined;
afterAll(() => running?.close());

function ours(listener: "ftp" | "ftps" | "sftp", ...options: readonly string[]): Promise<Served> {
  running ??= new Ours();
  return running.serve(listener, ...options);
}

export const peers: readonly Peer[] = [
  { name: "our own server, TLS, active", missing: undefined, start: () => ours("ftp", "--tls", "--active") },
  { name: "our own server, implicit TLS", missing: undefined, start: () => ours("ftps") },
  { name: "our own server, SFTP", missing: undefined, start: () => ours("sftp") },
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
