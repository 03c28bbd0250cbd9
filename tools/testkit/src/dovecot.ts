/** A real Dovecot as POP3 server in a folder of its own; root may start it. It ends with the test. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "@socketscope/peers";
import type { Certificate } from "./certificate.ts";
import { findProgram } from "./real-client.ts";
import { run } from "./run.ts";
import { Spawned } from "./spawned.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

/** For `needing(missingForDovecot()).describe(…)`. */
export function missingForDovecot(): string | undefined {
  if (findProgram("dovecot") === undefined) return "dovecot is not installed, see tools/setup-clients.sh";
  return process.getuid?.() === 0 ? undefined : "only root may start Dovecot";
}

export interface DovecotOptions {
  readonly certificate: Certificate;
  /** Names and passwords, by which each has a mailbox. */
  readonly users: Readonly<Record<string, string>>;
}

export class Dovecot implements AsyncDisposable {
  readonly ports: { readonly pop3: number; readonly pop3s: number };
  readonly #folder: TemporaryFolder;
  readonly #process: Spawned;

  private constructor(folder: TemporaryFolder, process: Spawned, ports: Dovecot["ports"]) {
    this.#folder = folder;
    this.#process = process;
    this.ports = ports;
  }

  static async start({ certificate, users }: DovecotOptions): Promise<Dovecot> {
    const folder = new TemporaryFolder("dovecot");
    const at = (name: string): string => join(folder.path, name);
    chmodSync(folder.path, 0o755);
    for (const name of ["run", "state", "mail"]) mkdirSync(at(name));
    const ports = { pop3: await freePort(), pop3s: await freePort() };
    writeFileSync(at("cert.pem"), certificate.cert);
    writeFileSync(at("key.pem"), certificate.key, { mode: 0o600 });
    const lines = Object.entries(users).map(([name, password]) => `${name}:{PLAIN}${password}\n`);
    writeFileSync(at("users"), lines.join(""));
    writeFileSync(at("dovecot.conf"), configuration(folder.path, ports));
    await run("chown", ["-R", "mail:mail", at("mail")]);
    const process = new Spawned("dovecot", ["-F", "-c", at("dovecot.conf")]);
    try {
      await process.logged("starting up");
      return new Dovecot(folder, process, ports);
    } catch (error) {
      await process.stop("SIGKILL").catch(() => "killed as asked");
      folder[Symbol.dispose]();
      throw error;
    }
  }

  /** Puts a message (with LF, as files here have it) into a mailbox. */
  async deliver(user: string, name: string, text: string | Uint8Array): Promise<void> {
    const box = join(this.#folder.path, "mail", user);
    for (const part of ["tmp", "new", "cur"]) mkdirSync(join(box, part), { recursive: true });
    writeFileSync(join(box, "new", name), text);
    await run("chown", ["-R", "mail:mail", box]);
  }

  /** What is in a mailbox, read or not. */
  async messages(user: string): Promise<readonly string[]> {
    const box = join(this.#folder.path, "mail", user);
    const files = await Promise.all(
      ["new", "cur"].map(async (part) =>
        (await readdir(join(box, part))).map((name) => join(box, part, name)),
      ),
    );
    return Promise.all(files.flat().map((file) => readFile(file, "latin1")));
  }

  /** Logins and what became of them. */
  get log(): string {
    return this.#process.stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

function configuration(folder: string, { pop3, pop3s }: Dovecot["ports"]): string {
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
protocols = pop3
listen = 127.0.0.1
log_path = /dev/stderr
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login scram-sha-256
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${folder}/mail/%u
}
mail_location = maildir:${folder}/mail/%u
first_valid_uid = 1
service pop3-login {
  inet_listener pop3 {
    port = ${pop3}
  }
  inet_listener pop3s {
    port = ${pop3s}
    ssl = yes
  }
}
`;
}
