/**
 * The system's FileZilla on a screen of its own (Xvfb). It has no batch mode: the files to carry are laid into the database
 * of its queue, and one key (Ctrl+P) makes it carry them, in a profile that is thrown away.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "./launch-error.ts";
import { findProgram } from "./real-client.ts";
import { run } from "./run.ts";
import { Spawned } from "./spawned.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

/** For `needing(missingForFileZilla()).describe(…)`. */
export function missingForFileZilla(): string | undefined {
  for (const name of ["filezilla", "Xvfb", "xdotool", "python3"])
    if (findProgram(name) === undefined) return `${name} is not installed, see tools/setup-clients.sh`;
  return process.getuid?.() === 0 ? undefined : "programs with windows are started by root only";
}

/** FileZilla's numbers of protocols. */
const PROTOCOLS = { sftp: 1, ftps: 3, "ftp with TLS": 4 } as const;

export interface FileZillaSite {
  readonly protocol: keyof typeof PROTOCOLS;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** DER of the certificate that it trusts. */
  readonly certificate?: Uint8Array;
}

export interface FileZillaFile {
  readonly direction: "up" | "down";
  /** Absolute, as on this machine. */
  readonly local: string;
  /** Absolute, as the server has it. */
  readonly remote: string;
  readonly size: number;
}

/** The database in the form that FileZilla 3.60 and later keeps; it makes no tables before it saves. */
const LAY_QUEUE = `
import json, os, sqlite3, sys
work = json.load(sys.stdin)
db = sqlite3.connect(work["database"])
db.executescript("""
CREATE TABLE servers (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, host TEXT NOT NULL, port INTEGER, user TEXT,
  password TEXT, account TEXT, keyfile TEXT, protocol INTEGER, type INTEGER, logontype INTEGER, timezone_offset INTEGER,
  transfer_mode TEXT, max_connections INTEGER, encoding TEXT, bypass_proxy INTEGER, post_login_commands TEXT, name TEXT,
  parameters TEXT, site_path TEXT DEFAULT NULL);
CREATE TABLE files (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, server INTEGER NOT NULL, source_file TEXT,
  target_file TEXT, local_path INTEGER, remote_path INTEGER, size INTEGER, error_count INTEGER, priority INTEGER,
  default_exists_action INTEGER, extra_flags TEXT, flags INTEGER NOT NULL);
CREATE INDEX server_index ON files (server);
CREATE TABLE local_paths (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, path TEXT NOT NULL);
CREATE TABLE remote_paths (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, path TEXT NOT NULL);
PRAGMA user_version = 7;
""")
site = work["site"]
db.execute("INSERT INTO servers (host, port, user, password, protocol, type, logontype, timezone_offset, transfer_mode,"
  " max_connections, encoding, bypass_proxy) VALUES (?,?,?,?,?,0,1,0,'default',0,'Auto',0)",
  (site["host"], site["port"], site["user"], site["password"], work["protocol"]))
paths = {}
def path(table, text):
  if (table, text) not in paths:
    paths[table, text] = db.execute("INSERT INTO %s (path) VALUES (?)" % table, (text,)).lastrowid
  return paths[table, text]
for one in work["files"]:
  here, there = os.path.split(one["local"]), os.path.split(one["remote"])
  up = one["direction"] == "up"
  names = (here[1], there[1]) if up else (there[1], here[1])
  segments = "".join(" %d %s" % (len(name), name) for name in there[0].split("/") if name)
  db.execute("INSERT INTO files (server, source_file, target_file, local_path, remote_path, size, error_count, priority,"
    " flags) VALUES (1,?,?,?,?,?,0,2,?)", (names[0], None if names[0] == names[1] else names[1],
    path("local_paths", here[0] + "/"), path("remote_paths", "1 0" + segments), one["size"], 0 if up else 16))
db.commit()
`;

export class FileZilla implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #started: Spawned[] = [];
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(folder: TemporaryFolder, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** Its window is there, with the files in its queue. */
  static async start(site: FileZillaSite, files: readonly FileZillaFile[]): Promise<FileZilla> {
    const folder = new TemporaryFolder("filezilla");
    const profile = join(folder.path, ".config", "filezilla");
    mkdirSync(profile, { recursive: true });
    writeFileSync(join(profile, "filezilla.xml"), settings(join(folder.path, "log")));
    writeFileSync(join(profile, "trustedcerts.xml"), trusted(site));
    await run("python3", ["-c", LAY_QUEUE], {
      input: JSON.stringify({
        database: join(profile, "queue.sqlite3"),
        site,
        protocol: PROTOCOLS[site.protocol],
        files,
      }),
    });
    const screen = new Spawned("Xvfb", [
      "-displayfd",
      "1",
      "-screen",
      "0",
      "1280x900x24",
      "-nolisten",
      "tcp",
    ]);
    const display = await screen.line();
    const environment = { HOME: folder.path, DISPLAY: `:${display}`, LANG: "C.UTF-8" };
    const filezilla = new FileZilla(folder, environment);
    filezilla.#started.push(screen, new Spawned("filezilla", [], { env: environment }));
    return filezilla;
  }

  /** Has the queue carried until `done`; a host key that it does not know yet is trusted. */
  async carry(done: () => boolean, timeout: number): Promise<void> {
    const deadline = performance.now() + timeout;
    let patience = 500;
    let again = performance.now();
    for (let turn = 0; !done(); turn++) {
      const now = performance.now();
      if (now > deadline)
        throw new LaunchError(
          "TIMEOUT",
          `FileZilla has not carried all; it shows ${await this.#windows()}:\n${this.log}`,
        );
      // A key that comes before the window listens is lost, and one that comes while it is at work stops it, which
      // it does not write down on a slow machine before the next would come: they come ever more rarely.
      if (this.log === "" && now >= again) {
        await this.#key("FileZilla", "ctrl+p");
        again = now + patience;
        patience *= 2;
      }
      if (turn % 4 === 0) await this.#key("Unknown host key", "Return");
      await new Promise((resolve) => {
        setTimeout(resolve, 250);
      });
    }
  }

  /** What it wrote down of its conversations. */
  get log(): string {
    return readIfThere(join(this.#folder.path, "log"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#started.toReversed()) await one.stop("SIGKILL").catch(() => "killed as asked");
    this.#folder[Symbol.dispose]();
  }

  async #windows(): Promise<string> {
    const { text } = await run("xdotool", ["search", "--onlyvisible", "--name", ".", "getwindowname", "%@"], {
      env: this.#environment,
    });
    return text.trim().replaceAll("\n", ", ");
  }

  async #key(window: string, key: string): Promise<void> {
    await run("xdotool", ["search", "--onlyvisible", "--name", window, "windowfocus", "key", key], {
      env: this.#environment,
    });
  }
}

function settings(log: string): string {
  const values = {
    "Greeting version": "99.0.0",
    "Update Check": "0",
    "Prompt password save": "0",
    "Logging file": log,
    "Logging Debug Level": "0",
    "Number of Transfers": "2",
  };
  const lines = Object.entries(values).map(([name, value]) => `<Setting name="${name}">${value}</Setting>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<FileZilla3><Settings>${lines.join("")}</Settings></FileZilla3>\n`;
}

function trusted({ host, port, certificate }: FileZillaSite): string {
  const entry =
    certificate === undefined
      ? ""
      : `<Certificate><Data>${Buffer.from(certificate).toString("hex")}</Data>` +
        `<ActivationTime>1</ActivationTime><ExpirationTime>4000000000</ExpirationTime>` +
        `<Host>${host}</Host><Port>${port}</Port><TrustSANs>0</TrustSANs></Certificate>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<FileZilla3><TrustedCerts>${entry}</TrustedCerts></FileZilla3>\n`;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
