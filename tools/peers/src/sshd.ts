/** A real OpenSSH server with a configuration of its own, on a port of its own, for root and one key. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { PeerError } from "./peer-error.ts";
import { PeerProcess } from "./peer-process.ts";

/** For `needing(missingForSshd()).describe(…)`. */
export function missingForSshd(): string | undefined {
  const missing = ["sshd", "ssh-keygen"].filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) return `${missing.join(" and ")} is not installed, see tools/setup-clients.sh`;
  return process.getuid?.() === 0 ? undefined : "only root may start sshd";
}

export class Sshd implements AsyncDisposable {
  readonly port: number;
  /** An empty folder, by its path from the root. */
  readonly files: string;
  /** Path of root's private key. */
  readonly identity: string;
  readonly #process: PeerProcess;

  private constructor(port: number, folder: string, process: PeerProcess) {
    this.port = port;
    this.#process = process;
    this.files = join(folder, "files");
    this.identity = join(folder, "user");
  }

  /** `parent`: in which a folder of its own is made; default the system's for temporary files. Throws PeerError. */
  static async start(parent = tmpdir()): Promise<Sshd> {
    const path = findProgram("sshd");
    if (path === undefined)
      throw new PeerError("NOT_INSTALLED", "sshd is not installed, see tools/setup-clients.sh");
    const folder = mkdtempSync(join(parent, "socketscope-sshd-"));
    const at = (name: string): string => join(folder, name);
    mkdirSync(at("files"));
    // Debian's sshd parts its privileges there, and its service would make it.
    mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    for (const name of ["host", "user"])
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)], { timeout: 60_000 });
    writeFileSync(at("authorized_keys"), readFileSync(at("user.pub")), { mode: 0o600 });
    const port = await freePort();
    const lines = [
      "ListenAddress 127.0.0.1",
      `Port ${port}`,
      `HostKey ${at("host")}`,
      `AuthorizedKeysFile ${at("authorized_keys")}`,
      "PidFile none",
      "UsePAM no",
      "StrictModes no",
      "PermitRootLogin yes",
      "PasswordAuthentication no",
      "MaxStartups 100",
      "Subsystem sftp internal-sftp",
      "",
    ];
    writeFileSync(at("sshd_config"), lines.join("\n"));
    const running = new PeerProcess(path, ["-D", "-e", "-f", at("sshd_config")], folder);
    await running.answersOn(port);
    return new Sshd(port, folder, running);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
