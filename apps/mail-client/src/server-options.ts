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
import type { ConnectSmtpOptions, Mechanism, SmtpDeadlines, TlsMode } from "@socketscope/smtp-session";

/** What each protocol's server is reached by. `M`: ways to log in. */
export interface Reach<M extends string> {
  readonly server: HostPort;
  readonly tls: TlsMode;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly passwordFile: string | undefined;
  readonly mechanism: M | undefined;
  readonly authClear: boolean;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly tlsName: string | undefined;
  /** Milliseconds for each step in place of the protocol's. */
  readonly timeout: number | undefined;
}

export interface ServerAddress extends Reach<Mechanism> {
  readonly hello: string;
}

/** Where our own relay listens. */
const DEFAULT_SERVER: HostPort = { host: "127.0.0.1", port: 2525 };
const SMTP_PORT = 25;

/** `HOST` alone is the protocol's port, as for every mail program. */
export function serverAddressOr(port: number): Kind<HostPort> {
  return {
    argument: "HOST:PORT",
    read(text, base) {
      const bare = /^(?:\[[^\]]*\]|[^:]+)$/.test(text) || /^[0-9a-f:]*::[0-9a-f:.]*$/i.test(text);
      if (!bare) return kinds.hostPort.read(text, base);
      const host = text.includes(":") && !text.startsWith("[") ? `[${text}]` : text;
      return kinds.hostPort.read(`${host}:${port}`, base);
    },
  };
}

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
  const server = read.one("server", serverAddressOr(SMTP_PORT), {
    help: "where to connect",
    short: "s",
    default: DEFAULT_SERVER,
    shown: "127.0.0.1:2525",
  });
  const hello_ = read.one("helo", hello, { help: "what we call ourselves", default: ownName() });
  const timeout = read.maybe("timeout", kinds.duration("s"), {
    help: "for each step, not RFC 5321's minutes",
  });
  const tls = readTlsOptions(read, { command: "STARTTLS", ports: "465, 2465" });
  const login = readLoginOptions<Mechanism>(read, ["SCRAM-SHA-256", "PLAIN", "LOGIN"]);
  return { server, hello: hello_, timeout, ...tls, ...login };
}

/** `command`: by which TLS begins in the middle; `ports`: where it begins at once. */
export function readTlsOptions(
  read: OptionReader,
  { command, ports }: { readonly command: "STARTTLS" | "STLS"; readonly ports: string },
): Pick<Reach<string>, "tls" | "ca" | "tlsName" | "insecure"> {
  read.group("TLS:");
  const modes = {
    required: read.flag("tls", { help: `${command}, or give up` }),
    starttls: read.flag(command.toLowerCase(), { help: "the same" }),
    opportunistic: read.flag("tls-optional", { help: `${command} where it is offered; unverified` }),
    implicit: read.flag("tls-on-connect", { help: `TLS from the first octet (port ${ports})` }),
  };
  return {
    ca: read.maybe("ca", kinds.path("FILE"), { help: "trust these authorities (PEM)" }),
    tlsName: read.maybe("tls-name", kinds.text("NAME"), {
      help: "the certificate's name, if not the host's",
    }),
    insecure: read.flag("insecure", { help: "believe any certificate" }),
    tls: tlsMode(modes),
  };
}

export function readLoginOptions<M extends string>(
  read: OptionReader,
  mechanisms: readonly M[],
): Pick<Reach<M>, "user" | "password" | "passwordFile" | "mechanism" | "authClear"> {
  read.group("Login:");
  const login = {
    user: read.maybe("user", kinds.text("NAME"), { help: "log in", short: "u" }),
    password: read.maybe("password", kinds.text("PW"), { help: "others can see it in ps; better:" }),
    passwordFile: read.maybe("password-file", kinds.path("FILE"), { help: "its first line" }),
    mechanism: read.maybe<M>("auth", kinds.oneOf(...mechanisms), {
      help: "this mechanism and no other",
    }),
    authClear: read.flag("auth-clear", { help: "also without TLS; on loopback always" }),
  };
  // A password alone may be left over in the environment; a file was meant.
  if (login.user === undefined && login.passwordFile !== undefined)
    throw new UsageError("USAGE_BAD_VALUE", "--password-file: give --user NAME too");
  return login;
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
  const { hello: name, timeout } = options;
  return {
    ...(await reachOptions(options)),
    hostname: name,
    ...(timeout !== undefined && { deadlines: allDeadlines(timeout) }),
    login: await loginOf(options),
  };
}

/** Where the server is, and whom we trust to be it. */
export async function reachOptions(
  options: Reach<string>,
): Promise<Pick<ConnectSmtpOptions, "host" | "port" | "tls" | "ca" | "verify" | "servername">> {
  const { server, tls, ca, insecure, tlsName } = options;
  return {
    host: server.host,
    port: server.port,
    tls,
    ...(ca !== undefined && { ca: await readText(ca) }),
    ...((insecure || (ca !== undefined && tls === "opportunistic")) && { verify: !insecure }),
    ...(tlsName !== undefined && { servername: tlsName }),
  };
}

export interface LoginWith<M extends string> {
  readonly user: string;
  readonly password: string;
  readonly mechanism: M | undefined;
  readonly allowClear: boolean;
}

export async function loginOf<M extends string>(options: Reach<M>): Promise<LoginWith<M> | undefined> {
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
