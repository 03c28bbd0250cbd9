/** From a host and a port to files over SFTP: connection, host key, login, channel, version. */
import { connectSsh, openSftp, type ServerKey } from "@socketscope/ssh";
import { connectTcp } from "@socketscope/socket-core";
import { FileError } from "../errors.ts";
import type { Say } from "../terminal.ts";
import { openKnownHosts } from "./known-hosts.ts";
import { asFileError } from "./ssh-errors.ts";
import { SftpFiles } from "./sftp-files.ts";

export interface ConnectSftpOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** PEM or OpenSSH's format. */
  readonly privateKey: string | undefined;
  /** Path of an agent's socket. */
  readonly agent: string | undefined;
  /** Where the known host keys are. */
  readonly state: string;
  /** A host that is not known is refused instead of remembered. */
  readonly strict: boolean;
  /** Milliseconds for each step, and in which something must come. */
  readonly timeout: number;
  /** Said once in the life of a server: its fingerprint. */
  readonly note: Say;
  readonly say: Say | undefined;
}

/** Rejects with SocketError when there is no connection, with FileError when the server is not who it was, or refuses. */
export async function connectSftp(options: ConnectSftpOptions): Promise<SftpFiles> {
  const { host, port, user, password, privateKey, agent, timeout, say } = options;
  const stream = await connectTcp({ host, port, protocol: "ssh", timeout });
  const trust = new Trust(options);
  try {
    const ssh = await connectSsh(stream, {
      user,
      password,
      privateKey,
      agent,
      timeout,
      trust: (key) => trust.judge(key),
    });
    say?.(`* logged in as ${user}`);
    const remote = await openSftp(await ssh.openSftp(), { timeout });
    say?.(
      `* SFTP version ${remote.opening.version}: ${remote.opening.extensions.map(({ name }) => name).join(" ")}`,
    );
    return await SftpFiles.open(remote, () => ssh.end(), say);
  } catch (error) {
    stream.destroy("we-ended");
    throw trust.failure ?? asFileError(error);
  }
}

class Trust {
  readonly #options: ConnectSftpOptions;
  failure: FileError | undefined;

  constructor(options: ConnectSftpOptions) {
    this.#options = options;
  }

  async judge(key: ServerKey): Promise<boolean> {
    const { host, port, state, strict, note, say } = this.#options;
    const known = await openKnownHosts(state);
    const verdict = await known.look(host, port, key, !strict);
    const shown = `${key.type} ${key.fingerprint}`;
    switch (verdict) {
      case "known":
        say?.(`* host key ${shown}, as before`);
        return true;
      case "new":
        note(`first time here: the key of ${host} port ${port} is ${shown}, remembered from now on`);
        return true;
      case "changed":
        this.failure = new FileError(
          "HOST_KEY",
          `${host} port ${port} has another host key than before, ${shown}: somebody may be in between. ` +
            `If it is right, take its line out of ${known.file}`,
        );
        return false;
      case "unknown":
        this.failure = new FileError(
          "HOST_KEY",
          `${host} port ${port} is not known; its host key is ${shown}`,
        );
        return false;
    }
  }
}
