/** The command line of `mail-client fetch`. */
import { kinds, UsageError, type Kind, type OptionReader } from "@socketscope/host";
import type { ClientMechanism } from "@socketscope/wire/sasl";
import { readLoginOptions, readTlsOptions, serverAddressOr, type Reach } from "../server-options.ts";

export type Target =
  | { readonly type: "output" }
  /** `path` undefined: standard output. */
  | { readonly type: "mbox"; readonly path: string | undefined }
  | { readonly type: "maildir"; readonly path: string };

export interface FetchOptions {
  readonly server: Reach<ClientMechanism | "USER">;
  readonly target: Target;
  /** Remove from the server what is here for sure. */
  readonly remove: boolean;
  /** Also what was fetched before. */
  readonly all: boolean;
  /** This message alone. */
  readonly number: number | undefined;
  readonly verbose: boolean;
  readonly silent: boolean;
}

/** Where our own relay listens. */
const DEFAULT_SERVER = { host: "127.0.0.1", port: 2110 };
const POP3_PORT = 110;

const OUTPUT = "-";

const mbox: Kind<string> = {
  argument: "FILE|-",
  read: (text, base) => (text === OUTPUT ? OUTPUT : kinds.path("FILE").read(text, base)),
};

export function fetchOptions(read: OptionReader): FetchOptions {
  read.group("Where to:");
  const file = read.maybe("mbox", mbox, { help: "to the end of this file (mboxrd)" });
  const maildir = read.maybe("maildir", kinds.path("DIR"), { help: "to this Maildir" });
  read.group("What:");
  const keep = read.flag("keep", { help: "leave it on the server (as it is by default)" });
  const remove = read.flag("delete", { help: "remove from the server what is safe here" });
  const what = {
    all: read.flag("all", { help: "also what was fetched before" }),
    number: read.maybe("number", kinds.integer(1, 2 ** 31), { help: "this message alone", short: "n" }),
    verbose: read.flag("verbose", { help: "the dialogue, on standard error", short: "v" }),
    silent: read.flag("silent", { help: "say nothing but what went wrong", short: "q" }),
  };
  const server = readServer(read);
  const target = targetOf(file, maildir);
  if (keep && remove) throw new UsageError("USAGE_BAD_VALUE", "give one of --keep and --delete");
  if (remove && (target.type === "output" || (target.type === "mbox" && target.path === undefined)))
    throw new UsageError("USAGE_BAD_VALUE", "--delete: give --mbox FILE or --maildir DIR to keep it in");
  return { ...what, server, target, remove };
}

function targetOf(file: string | undefined, maildir: string | undefined): Target {
  if (file !== undefined && maildir !== undefined)
    throw new UsageError("USAGE_BAD_VALUE", "give one of --mbox and --maildir");
  if (maildir !== undefined) return { type: "maildir", path: maildir };
  if (file === undefined) return { type: "output" };
  return { type: "mbox", path: file === OUTPUT ? undefined : file };
}

function readServer(read: OptionReader): FetchOptions["server"] {
  read.group("Server:");
  const server = read.one("server", serverAddressOr(POP3_PORT), {
    help: "where to connect",
    short: "s",
    default: DEFAULT_SERVER,
    shown: "127.0.0.1:2110",
  });
  const timeout = read.maybe("timeout", kinds.duration("s"), { help: "for each step, not minutes" });
  const tls = readTlsOptions(read, { command: "STLS", ports: "995, 2995" });
  const login = readLoginOptions(read, ["SCRAM-SHA-256", "PLAIN", "LOGIN", "USER"] as const);
  return { server, timeout, ...tls, ...login };
}
