/** An SFTP server of ours over a folder of its own, in this process. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fingerprintOf, generateHostKey, publicLineOf } from "@socketscope/ssh";
import { TapPoint, type Listener } from "@socketscope/socket-core";
import { TemporaryFolder } from "@socketscope/testkit";
import type { Access, Login } from "../../src/accounts/login.ts";
import type { Files } from "../../src/files/file-system.ts";
import { openFiles, type FilesOptions } from "../../src/files/files.ts";
import type { SftpTransfer } from "../../src/sftp/session.ts";
import { listenSftp, type SftpListenOptions } from "../../src/ssh/listen.ts";

export const PASSWORD = "open sesame";

export interface TestServer extends AsyncDisposable {
  readonly folder: string;
  readonly home: string;
  readonly port: number;
  /** Of the host key, as OpenSSH shows it. */
  readonly fingerprint: string;
  /** For known_hosts, with our port. */
  readonly knownHost: string;
  readonly listener: Listener;
  readonly files: Files;
  readonly transfers: SftpTransfer[];
  readonly log: string[];
}

export interface TestServerOptions extends Partial<
  Omit<SftpListenOptions, "host" | "port" | "accounts" | "files">
> {
  /** Lines for every user's authorized_keys. */
  readonly keys?: readonly string[];
  readonly quota?: number;
  readonly filesOptions?: FilesOptions;
}

/** Users: demo, guest (read-only), box (upload-only); all of them in one home. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const temporary = new TemporaryFolder("sftp");
  const folder = temporary.path;
  const home = join(folder, "home");
  mkdirSync(home);
  const access: Readonly<Record<string, Access>> = {
    demo: "full",
    guest: "read-only",
    box: "upload-only",
  };
  const loginOf = (user: string): Login | undefined => {
    const allowed = access[user];
    if (allowed === undefined) return undefined;
    const { quota } = options;
    return { user, access: allowed, home, anonymous: false, ...(quota !== undefined && { quota }) };
  };
  const files = openFiles(options.filesOptions);
  const errors: unknown[] = [];
  const transfers: SftpTransfer[] = [];
  const log: string[] = [];
  const hostKey = generateHostKey();
  const listener = await listenSftp({
    host: "127.0.0.1",
    port: 0,
    hostKeys: [hostKey],
    idle: 60_000,
    tap: new TapPoint(),
    accounts: {
      withPassword: (user, password) => Promise.resolve(password === PASSWORD ? loginOf(user) : undefined),
      authorizedKeys: () => Promise.resolve(options.keys ?? []),
      withKey: loginOf,
    },
    files,
    onError: (error) => errors.push(error),
    transferred: (_login, transfer) => transfers.push(transfer),
    loggedIn: (_flow, user, how) => log.push(`${user} in by ${how}`),
    loginFailed: (_flow, user, how) => log.push(`${user} failed by ${how}`),
    ...options,
    limits: { loginDelayMs: 0, ...options.limits },
  });
  const { port } = listener.address;
  return {
    folder,
    home,
    port,
    fingerprint: fingerprintOf(hostKey),
    knownHost: `[127.0.0.1]:${port} ${publicLineOf(hostKey)}\n`,
    listener,
    files,
    transfers,
    log,
    async [Symbol.asyncDispose]() {
      await listener.drain(0);
      await files.close();
      temporary[Symbol.dispose]();
      if (errors.length > 0) throw new AggregateError(errors, "the server made mistakes");
    },
  };
}
