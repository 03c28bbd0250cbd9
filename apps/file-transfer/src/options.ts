/** The command line. */
import { defaultFtpServerLimits } from "@socketscope/ftp";
import {
  BadValue,
  kinds,
  portOrOff,
  serverOptions,
  type Kind,
  type OptionReader,
  type ServerOptions,
} from "@socketscope/host";
import { isIP } from "node:net";
import {
  accountOptions,
  fileOptions,
  type AccountOptions,
  type FileOptions,
} from "./accounts/account-options.ts";
import type { PortRange } from "./data/data-channel.ts";

export type EngineName = "hand" | "ftp-srv";

export interface FtpOptions {
  readonly port: number | "off";
  readonly implicitPort: number | "off";
  readonly sftpPort: number | "off";
  readonly webPort: number | "off";
  /** Files of SSH host keys. */
  readonly hostKeys: readonly string[];
  /** SFTP on standard input and output instead of any port. */
  readonly stdio: boolean;
  readonly passivePorts: PortRange | undefined;
  /** IPv4: what 227 names. */
  readonly publicAddress: string | undefined;
  readonly requireTls: boolean;
  readonly requireSessionReuse: boolean;
  readonly sameAddress: boolean;
  readonly ascii: boolean;
  readonly ccc: boolean;
  readonly modeZ: boolean;
  /** Milliseconds. */
  readonly dataTimeout: number | "off";
  /** Octets of a command of FTP with its line end; a library has a limit of its own, or none. */
  readonly maxLine: number | "off";
  /** A second, of one session. */
  readonly commandRate: number | "off";
  readonly loginTries: number | "off";
  readonly maxSessionsPerUser: number | "off";
  readonly xferlog: string | undefined;
}

export interface FileTransferOptions
  extends ServerOptions<EngineName>, FtpOptions, AccountOptions, FileOptions {}

const portRange: Kind<PortRange> = {
  argument: "A-B",
  read(text) {
    const [from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(text)?.slice(1).map(Number) ?? [];
    if (from === undefined || to === undefined || from < 1 || from > to || to > 65_535)
      throw new BadValue("give two ports such as 50000-50099");
    return { from, to };
  },
};

const ipv4: Kind<string> = {
  argument: "A",
  read(text) {
    if (isIP(text) !== 4) throw new BadValue("give an IPv4 address such as 192.0.2.7");
    return text;
  },
};

const onOff: Kind<boolean> = {
  argument: "on|off",
  read: (text, base) => kinds.oneOf("on", "off").read(text, base) === "on",
};

export function fileTransferOptions(read: OptionReader): FileTransferOptions {
  read.group("Files:");
  const who = { ...accountOptions(read), ...fileOptions(read) };
  read.group("FTP and SFTP:");
  return {
    ...who,
    ...ftpOptions(read),
    ...serverOptions(read, { engines: ["hand", "ftp-srv"], idle: 300_000, env: process.env }),
  };
}

function ftpOptions(read: OptionReader): FtpOptions {
  const count = kinds.orOff(kinds.integer(1, 1_000_000));
  return {
    port: portOrOff(read, "port", 2121, "FTP, with AUTH TLS"),
    implicitPort: portOrOff(read, "implicit-port", 2990, "FTP under TLS from the first octet"),
    sftpPort: portOrOff(read, "sftp-port", 2222, "SFTP over SSH"),
    webPort: portOrOff(read, "web-port", 8021, "the page: sessions, transfers, files"),
    hostKeys: read.list("host-key", kinds.path("FILE"), {
      help: "SSH host key instead of the one made here, RSA too",
    }),
    stdio: read.flag("stdio", { help: "SFTP on standard input and output, of --home, no login" }),
    passivePorts: read.maybe("passive-ports", portRange, { help: "ports of passive data connections" }),
    publicAddress: read.maybe("public-address", ipv4, {
      help: "named to passive clients: the NAT's in front",
    }),
    requireTls: read.flag("require-tls", { help: "no login and no data in clear" }),
    requireSessionReuse: read.flag("require-session-reuse", {
      help: "TLS of data connections resumes the control's session",
    }),
    sameAddress: read.one("same-address", onOff, {
      help: "data connections only with the client's own address",
      default: true,
      shown: "on",
    }),
    ascii: read.one("ascii", onOff, { help: "TYPE A converts line ends", default: true, shown: "on" }),
    ccc: read.flag("ccc", { help: "obey CCC: commands in clear behind the login" }),
    modeZ: read.flag("mode-z", { help: "offer MODE Z: data travels deflated" }),
    dataTimeout: read.one("data-timeout", kinds.orOff(kinds.duration("s")), {
      help: "a data connection comes about and moves within",
      default: 60_000,
      shown: "60",
    }),
    maxLine: read.one("max-line", kinds.orOff(kinds.integer(512, 1_000_000)), {
      help: "octets of one command; a longer one is 500",
      default: defaultFtpServerLimits.commandLine,
    }),
    commandRate: read.one("command-rate", kinds.orOff(kinds.perSecond), {
      help: "commands of one session; more wait",
      default: 5000,
    }),
    loginTries: read.one("login-tries", count, { help: "failed logins that end a session", default: 5 }),
    maxSessionsPerUser: read.one("max-sessions-per-user", count, { help: "open at once", default: 200 }),
    xferlog: read.maybe("xferlog", kinds.path("FILE"), {
      help: "a line for each file, as wu-ftpd writes them",
    }),
  };
}
