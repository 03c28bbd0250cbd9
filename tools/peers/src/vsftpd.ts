/** A real vsftpd in a folder of its own; root may start it. It knows no MLSD, and wants TLS sessions reused. */
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { PeerError } from "./peer-error.ts";
import { PeerProcess } from "./peer-process.ts";

/** Where tools/setup-clients.sh unpacks it: Debian's FTP servers conflict with each other. */
const UNPACKED = "/usr/local/lib/socketscope/vsftpd/usr/sbin/vsftpd";

/** Whom it serves anonymous users as: a user of every Debian, whose home folder is there. */
const DAEMON = 1;

/** For `needing(missingForVsftpd()).describe(…)`. */
export function missingForVsftpd(): string | undefined {
  if (program() === undefined) return "vsftpd is not there, see tools/setup-clients.sh";
  return process.getuid?.() === 0 ? undefined : "only root may start vsftpd";
}

function program(): string | undefined {
  return existsSync(UNPACKED) ? UNPACKED : findProgram("vsftpd");
}

export interface VsftpdOptions {
  readonly tls?: {
    /** PEM. */
    readonly key: string;
    /** PEM. */
    readonly cert: string;
    /** TLS from the first octet. */
    readonly implicit?: boolean;
  };
  /** In which a folder of its own is made. Default the system's for temporary files. */
  readonly parent?: string;
  /** Further lines of its configuration; the last of one name counts. */
  readonly settings?: readonly string[];
}

export class Vsftpd implements AsyncDisposable {
  readonly port: number;
  /** Where the files are: `/files` for an anonymous user, who may write there. */
  readonly files: string;
  readonly #process: PeerProcess;

  private constructor(port: number, folder: string, process: PeerProcess) {
    this.port = port;
    this.files = join(folder, "root", "files");
    this.#process = process;
  }

  /** Throws PeerError. */
  static async start({ tls, settings = [], parent = tmpdir() }: VsftpdOptions = {}): Promise<Vsftpd> {
    const path = program();
    if (path === undefined) throw new PeerError("NOT_INSTALLED", "vsftpd is not there");
    const folder = mkdtempSync(join(parent, "socketscope-vsftpd-"));
    const at = (...names: string[]): string => join(folder, ...names);
    const port = await freePort();
    chmodSync(folder, 0o755);
    for (const name of ["root", "root/files", "empty"]) mkdirSync(at(name), { mode: 0o755 });
    chownSync(at("root/files"), DAEMON, DAEMON);
    if (tls !== undefined) writeFileSync(at("tls.pem"), `${tls.key}${tls.cert}`, { mode: 0o600 });
    const yes = (...names: string[]): string[] => names.map((name) => `${name}=YES`);
    const lines = [
      ...yes("listen", "anonymous_enable", "write_enable", "no_anon_password", "anon_upload_enable"),
      ...yes("anon_mkdir_write_enable", "anon_other_write_enable"),
      "background=NO",
      "local_enable=NO",
      "seccomp_sandbox=NO",
      "anon_world_readable_only=NO",
      "ftp_username=daemon",
      "anon_umask=022",
      "listen_address=127.0.0.1",
      `listen_port=${port}`,
      `anon_root=${at("root")}`,
      `secure_chroot_dir=${at("empty")}`,
      ...(tls === undefined
        ? []
        : [
            ...yes("ssl_enable", "allow_anon_ssl", "force_anon_logins_ssl", "force_anon_data_ssl"),
            ...(tls.implicit === true ? yes("implicit_ssl") : []),
            `rsa_cert_file=${at("tls.pem")}`,
          ]),
      ...settings,
      "",
    ];
    writeFileSync(at("vsftpd.conf"), lines.join("\n"));
    const running = new PeerProcess(path, [at("vsftpd.conf")], folder);
    await running.answersOn(port);
    return new Vsftpd(port, folder, running);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
