/** Options that `send` and `verify` share: which server, and how to reach it. swaks's names where it has one. */
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import {
  BadValue,
  isLoopback,
  kinds,
  UsageError,
  type HostPort,
  type Kind,
  type OptionReader,
} from "@socketscope/host";
import type { ConnectSmtpOptions, Login, Mechanism, SmtpDeadlines, TlsMode } from "@socketscope/smtp-session";

export interface ServerAddress {
  readonly server: HostPort;
  readonly tls: TlsMode;
  readonly hello: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly passwordFile: string | undefined;
  readonly mechanism: Mechanism | undefined;
  readonly authClear: boolean;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly tlsName: string | undefined;
  /** Milliseconds for each step in place of RFC 5321's. */
  readonly timeout: number | undefined;
}

/** Where our own relay listens. */
const DEFAULT_SERVER: HostPort = { host: "127.0.0.1", port: 2525 };
const SMTP_PORT = 25;

/** `HOST` alone is port 25, as for every mail program. */
export const serverAddress: Kind<HostPort> = {
  argument: "HOST:PORT",
  read(text, base) {
    const bare = /^(?:\[[^\]]*\]|[^:]+)$/.test(text) || /^[0-9a-f:]*::[0-9a-f:.]*$/i.test(text);
    if (!bare) return kinds.hostPort.read(text, base);
    const host = text.includes(":") && !text.startsWith("[") ? `[${text}]` : text;
    return kinds.hostPort.read(`${host}:${SMTP_PORT}`, base);
  },
};

const hello: Kind<string> = {
  argument: "NAME",
  read(text) {
    if (!/^(?:[\w-]+(?:\.[\w-]+)*|\[[\w:.]+\])$/.test(text) || text.length > 255)
      throw new BadValue("give a host name, or an address such as [192.0.2.1]");
    return text;
  },
};

export function readServerOptions(read: OptionReader): ServerAddress {
  read.group("Server:");
  const server = read.one("server", serverAddress, {
    help: "where to connect",
    short: "s",
    default: DEFAULT_SERVER,
    shown: "127.0.0.1:2525",
  });
  const hello_ = read.one("helo", hello, { help: "what we call ourselves", default: ownName() });
  const timeout = read.maybe("timeout", kinds.duration("s"), {
    help: "for each step, not RFC 5321's minutes",
  });
  read.group("TLS:");
  const modes = {
    required: read.flag("tls", { help: "STARTTLS, or give up" }),
    starttls: read.flag("starttls", { help: "the same" }),
    opportunistic: read.flag("tls-optional", { help: "STARTTLS where it is offered; unverified" }),
    implicit: read.flag("tls-on-connect", { help: "TLS from the first octet (port 465, 2465)" }),
  };
  const trust = {
    ca: read.maybe("ca", kinds.path("FILE"), { help: "trust these authorities (PEM)" }),
    tlsName: read.maybe("tls-name", kinds.text("NAME"), {
      help: "the certificate's name, if not the host's",
    }),
    insecure: read.flag("insecure", { help: "believe any certificate" }),
  };
  read.group("Login:");
  const login = {
    user: read.maybe("user", kinds.text("NAME"), { help: "log in", short: "u" }),
    password: read.maybe("password", kinds.text("PW"), { help: "others can see it in ps; better:" }),
    passwordFile: read.maybe("password-file", kinds.path("FILE"), { help: "its first line" }),
    mechanism: read.maybe<Mechanism>("auth", kinds.oneOf("SCRAM-SHA-256", "PLAIN", "LOGIN"), {
      help: "this mechanism and no other",
    }),
    authClear: read.flag("auth-clear", { help: "also without TLS; on loopback always" }),
  };
  // A password alone may be left over in the environment; a file was meant.
  if (login.user === undefined && login.passwordFile !== undefined)
    throw new UsageError("USAGE_BAD_VALUE", "--password-file: give --user NAME too");
  return { server, hello: hello_, timeout, tls: tlsMode(modes), ...trust, ...login };
}

function tlsMode(
  modes: Readonly<Record<"required" | "starttls" | "opportunistic" | "implicit", boolean>>,
): TlsMode {
  const required = modes.required || modes.starttls;
  const asked = [required, modes.opportunistic, modes.implicit].filter(Boolean).length;
  if (asked > 1)
    throw new UsageError("USAGE_BAD_VALUE", "give one of --tls, --tls-optional and --tls-on-connect");
  if (required) return "required";
  if (modes.opportunistic) return "opportunistic";
  return modes.implicit ? "implicit" : "off";
}

/** RFC 5321 §4.1.1.1: a name, if this machine has a proper one. */
function ownName(): string {
  const name = hostname();
  return /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(name) ? name : "localhost";
}

export const INSECURE =
  "WARNING: --insecure believes any certificate. Whoever is on the way can read and change everything.\n";

/** Reads the files that are named. Throws UsageError for one that cannot be read. */
export async function connectOptions(options: ServerAddress): Promise<ConnectSmtpOptions> {
  const { server, tls, hello: name, ca, insecure, tlsName, timeout } = options;
  return {
    host: server.host,
    port: server.port,
    hostname: name,
    tls,
    ...(ca !== undefined && { ca: await readText(ca) }),
    ...((insecure || (ca !== undefined && tls === "opportunistic")) && { verify: !insecure }),
    ...(tlsName !== undefined && { servername: tlsName }),
    ...(timeout !== undefined && { deadlines: allDeadlines(timeout) }),
    login: await loginOf(options),
  };
}

async function loginOf(options: ServerAddress): Promise<Login | undefined> {
  const { user, passwordFile, mechanism, authClear, server } = options;
  if (user === undefined) return undefined;
  const password =
    options.password ?? (passwordFile === undefined ? undefined : firstLine(await readText(passwordFile)));
  if (password === undefined)
    throw new UsageError("USAGE_BAD_VALUE", "--user: give --password-file FILE too, or SOCKETSCOPE_PASSWORD");
  // Nobody is on the way within one machine.
  return { user, password, mechanism, allowClear: authClear || isLoopback(server.host) };
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? "";
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError("USAGE_FILE", `cannot read ${path}`, { cause: error });
  }
}

function allDeadlines(ms: number): SmtpDeadlines {
  return {
    connect: ms,
    tls: ms,
    greeting: ms,
    command: ms,
    auth: ms,
    mail: ms,
    rcpt: ms,
    data: ms,
    block: ms,
    final: ms,
    quit: ms,
  };
}
