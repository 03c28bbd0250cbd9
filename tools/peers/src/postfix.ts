/** A real Postfix with Debian's defaults in a folder of its own; root may start it. It ends with the test. */
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { PeerError } from "./peer-error.ts";

const run = promisify(execFile);

/** Why there can be none here; undefined: there can. */
export function missingForPostfix(): string | undefined {
  if (findProgram("postfix") === undefined) return "postfix is not installed, see tools/setup-clients.sh";
  return process.getuid?.() === 0 ? undefined : "only root may start Postfix";
}

const MASTER = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

/** Takes mail for postfix.test and throws it away; nothing goes elsewhere unless `settings` say so. */
export class Postfix implements AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly server: string;
  readonly port: number;
  readonly #folder: string;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
    this.server = `127.0.0.1:${port}`;
  }

  /** `settings`: further lines of main.cf; the last of one name counts. Throws PeerError NOT_READY. */
  static async start(settings: readonly string[] = []): Promise<Postfix> {
    const folder = mkdtempSync(join(tmpdir(), "socketscope-postfix-"));
    const postfix = new Postfix(folder, await freePort());
    const at = (name: string): string => join(folder, name);
    chmodSync(folder, 0o755);
    for (const name of ["etc", "spool", "data"]) mkdirSync(at(name));
    const main = [
      "compatibility_level=3.6",
      `queue_directory=${at("spool")}`,
      `data_directory=${at("data")}`,
      "myhostname=postfix.test",
      "mydestination=postfix.test",
      "inet_interfaces=127.0.0.1",
      "mynetworks=",
      "local_recipient_maps=",
      "local_transport=discard:",
      "default_transport=error:nothing leaves",
      `maillog_file=${at("log")}`,
      `maillog_file_prefixes=${folder}`,
      ...settings,
      "",
    ];
    writeFileSync(at("etc/main.cf"), main.join("\n"));
    writeFileSync(at("etc/master.cf"), `${MASTER}${postfix.server} inet n - n - - smtpd\n`);
    try {
      await run("chown", ["postfix", at("data")]);
      await run("postfix", ["-c", at("etc"), "start"]);
      return postfix;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
      throw new PeerError("NOT_READY", `Postfix did not start: ${said}`, { cause: error });
    }
  }

  log(): Promise<string> {
    return readFile(join(this.#folder, "log"), "utf8").catch(() => "");
  }

  /** Messages it has passed on, or taken and thrown away. */
  async delivered(): Promise<number> {
    return (await this.log()).split("status=sent").length - 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("postfix", ["-c", join(this.#folder, "etc"), "stop"]);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
