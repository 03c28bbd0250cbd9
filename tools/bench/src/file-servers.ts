/** File servers under measurement: ours as its users start it, vsftpd, OpenSSH's sshd. All serve a folder that we can see. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sshd, Vsftpd } from "@socketscope/peers";
import { BenchError } from "./bench-error.ts";
import { BuiltApp } from "./built-app.ts";
import type { Running, Started } from "./running.ts";

export interface FileServer extends Started {
  readonly user: string;
  readonly password: string;
  /** For SSH: the path of a private key. */
  readonly identity: string;
  /** Where the files are on this machine, and as the client names that folder. */
  readonly folder: string;
  readonly path: string;
}

/** A file system in memory, where the machine has one. */
export function roomOn(on: "memory" | "disk"): string {
  return on === "memory" && existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

export async function startFileServer(
  name: string,
  protocol: "ftp" | "sftp",
  parent: string,
): Promise<FileServer> {
  switch (name) {
    case "vsftpd": {
      const server = await Vsftpd.start({ parent });
      const { port, files: folder } = server;
      return { ...anonymous(name), port, folder, path: "/files", ...disposedWith(server) };
    }
    case "sshd": {
      const server = await Sshd.start(parent);
      const { port, files: folder, identity } = server;
      return {
        name,
        user: "root",
        password: "",
        port,
        identity,
        folder,
        path: folder,
        ...disposedWith(server),
      };
    }
    case "file-transfer":
      return FileTransfer.start(protocol, parent);
    default:
      throw new BenchError("USAGE", `no file server ${name}`);
  }
}

function anonymous(name: string): { name: string; user: string; password: string; identity: string } {
  return { name, user: "anonymous", password: "bench", identity: "" };
}

function disposedWith(server: AsyncDisposable): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

export class FileTransfer implements FileServer, Running {
  readonly name = "file-transfer";
  readonly user = "root";
  readonly password = "bench";
  readonly path = "";
  readonly identity: string;
  readonly folder: string;
  readonly port: number;
  readonly #app: BuiltApp;
  readonly #own: string;

  private constructor(app: BuiltApp, own: string, protocol: "ftp" | "sftp") {
    this.#app = app;
    this.#own = own;
    this.identity = join(own, "key");
    this.folder = join(own, "home");
    this.port = app.portOf(protocol);
  }

  /** `more`: further options. */
  static async start(
    protocol: "ftp" | "sftp",
    parent: string,
    more: readonly string[] = [],
  ): Promise<FileTransfer> {
    const own = mkdtempSync(join(parent, "socketscope-bench-files-"));
    const at = (name: string): string => join(own, name);
    mkdirSync(at("home"));
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("key")], { timeout: 20_000 });
    const app = await BuiltApp.start("file-transfer", [
      "--port=0",
      "--sftp-port=0",
      "--implicit-port=off",
      "--web-port=off",
      "--max-sessions-per-user=off",
      "--user=root:bench",
      `--authorized-keys=root=${at("key.pub")}`,
      `--home=${at("home")}`,
      ...(more.some((one) => one.startsWith("--state=")) ? [] : [`--state=${at("state")}`]),
      ...more,
    ]);
    return new FileTransfer(app, own, protocol);
  }

  memory(): Promise<number> {
    return this.#app.memory();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app[Symbol.asyncDispose]();
    rmSync(this.#own, { recursive: true, force: true });
  }
}
