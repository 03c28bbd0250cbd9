/** Options that all commands share: how to reach the server, whom to be there, what to show. */
import { kinds, type OptionReader } from "@socketscope/host";

export interface ServerOptions {
  readonly tls: boolean;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly tlsName: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly passwordFile: string | undefined;
  readonly authClear: boolean;
  readonly active: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly state: string | undefined;
  /** SSH: path of a private key. */
  readonly identity: string | undefined;
  /** SSH: a host that is not known is refused. */
  readonly strict: boolean;
  readonly verbose: boolean;
  readonly silent: boolean;
  readonly json: boolean;
}

export function readServerOptions(read: OptionReader): ServerOptions {
  read.group("Server:");
  const reach = {
    active: read.flag("active", { help: "FTP: the server connects to us" }),
    timeout: read.one("timeout", kinds.duration("s"), {
      help: "for each step, and for octets to move",
      default: 30_000,
      shown: "30s",
    }),
    state: read.maybe("state", kinds.path("DIR"), { help: "our authority and known host keys" }),
  };
  read.group("SSH:");
  const ssh = {
    identity: read.maybe("identity", kinds.path("FILE"), { help: "log in with this key", short: "i" }),
    strict: read.flag("strict", { help: "refuse a host that is not known" }),
  };
  read.group("TLS:");
  const trust = {
    tls: read.flag("tls", { help: "ftp: with AUTH TLS, or give up" }),
    ca: read.maybe("ca", kinds.path("FILE"), { help: "trust these authorities (PEM)" }),
    tlsName: read.maybe("tls-name", kinds.text("NAME"), {
      help: "the certificate's name, if not the host's",
    }),
    insecure: read.flag("insecure", { help: "believe any certificate" }),
  };
  read.group("Login:");
  const login = {
    user: read.maybe("user", kinds.text("NAME"), { help: "if not in the URL; else anonymous", short: "u" }),
    password: read.maybe("password", kinds.text("PW"), { help: "others can see it in ps; better:" }),
    passwordFile: read.maybe("password-file", kinds.path("FILE"), { help: "its first line" }),
    authClear: read.flag("auth-clear", { help: "also without TLS; on loopback always" }),
  };
  read.group("Show:");
  const show = {
    verbose: read.flag("verbose", { help: "the dialogue, on standard error", short: "v" }),
    silent: read.flag("silent", { help: "no progress line, no summary", short: "s" }),
    json: read.flag("json", { help: "for programs, one JSON a line" }),
  };
  return { ...reach, ...ssh, ...trust, ...login, ...show };
}

export const INSECURE =
  "WARNING: --insecure believes any certificate. Whoever is on the way can read and change everything.\n";
