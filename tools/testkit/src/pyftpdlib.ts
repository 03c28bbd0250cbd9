/** A real pyftpdlib, Python's FTP server, on a port of its own; with MLSD and MFMT, over TLS or without. */
import { mkdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Certificate } from "./certificate.ts";
import { LaunchError } from "./launch-error.ts";
import { Spawned } from "./spawned.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

/** Debian's: another Python in front of it may not have Debian's packages. */
const PYTHON = "/usr/bin/python3";

const SCRIPT = `
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

root, certificate, features = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
authorizer = DummyAuthorizer()
authorizer.add_user("me", "secret", root, perm="elradfmwMT")
handler = TLS_FTPHandler if certificate else FTPHandler
if certificate:
    handler.certfile = certificate
    handler.tls_control_required = handler.tls_data_required = True
handler.authorizer = authorizer
for verb in features:
    handler.proto_cmds = {k: v for k, v in handler.proto_cmds.items() if k != verb}
server = FTPServer(("127.0.0.1", 0), handler)
print(server.socket.getsockname()[1], flush=True)
server.serve_forever()
`;

let missing: string | undefined;
let looked = false;

/** For `needing(missingForPyftpdlib()).describe(…)`. */
export function missingForPyftpdlib(): string | undefined {
  if (!looked) {
    looked = true;
    const { status } = spawnSync(PYTHON, ["-c", "import pyftpdlib, OpenSSL"], { timeout: 60_000 });
    missing = status === 0 ? undefined : "pyftpdlib is not installed, see tools/setup-clients.sh";
  }
  return missing;
}

export interface PyftpdlibOptions {
  readonly tls?: Certificate;
  /** Commands it is to know nothing of: "EPSV", "MLSD". */
  readonly without?: readonly string[];
}

/** Its user is `me`, the password `secret`. */
export class Pyftpdlib implements AsyncDisposable {
  readonly port: number;
  /** The user's home folder. */
  readonly files: string;
  readonly #process: Spawned;
  readonly #folder: TemporaryFolder;

  private constructor(port: number, folder: TemporaryFolder, process: Spawned) {
    this.port = port;
    this.files = join(folder.path, "files");
    this.#folder = folder;
    this.#process = process;
  }

  /** Throws LaunchError NOT_READY. */
  static async start({ tls, without = [] }: PyftpdlibOptions = {}): Promise<Pyftpdlib> {
    const folder = new TemporaryFolder("pyftpdlib");
    const files = join(folder.path, "files");
    mkdirSync(files);
    const certificate = tls === undefined ? "" : join(folder.path, "tls.pem");
    if (tls !== undefined) writeFileSync(certificate, `${tls.key}${tls.cert}`, { mode: 0o600 });
    const running = new Spawned(PYTHON, ["-c", SCRIPT, files, certificate, without.join(",")]);
    try {
      const port = Number(await running.line());
      if (port > 0) return new Pyftpdlib(port, folder, running);
      throw new LaunchError("NOT_READY", `pyftpdlib: ${running.stderr}`);
    } catch (error) {
      await running.stop("SIGKILL").catch(() => "killed");
      folder[Symbol.dispose]();
      throw error;
    }
  }

  get log(): string {
    return this.#process.stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop("SIGKILL").catch(() => "killed");
    this.#folder[Symbol.dispose]();
  }
}
