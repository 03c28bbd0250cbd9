/** The options every server has, with one meaning. An app adds its own before them, in the same function. */
import { CidrError, defaultLimits, parseCidr } from "@socketscope/socket-core";
import { UsageError } from "./errors.ts";
import {
  address,
  BadValue,
  duration,
  inspectTarget,
  type InspectTarget,
  integer,
  type Kind,
  oneOf,
  orOff,
  path,
  perSecond,
  port,
} from "./option-kinds.ts";
import { firewallSource, type FirewallSource } from "./firewall-options.ts";
import type { OptionReader } from "./option-reader.ts";
import { CHUNKS_PER_SECOND } from "./tap-budget.ts";
import { defaultStateFolder } from "./state.ts";
import type { Environment } from "./option-sources.ts";

export interface ServerOptions<Engine extends string> {
  /** Addresses to listen on, without brackets. */
  readonly hosts: readonly string[];
  readonly engine: Engine;
  /** Absolute. */
  readonly state: string;
  readonly inspect: InspectTarget;
  /** Chunks (one read, one write) a second that are told whole in the long run; beyond it some are counted only. */
  readonly inspectRate: number | "off";
  /** An inspector is told of the layer below TLS and of TLS's keys as well. */
  readonly inspectWire: boolean;
  /** See `openFirewall`. */
  readonly firewall: readonly FirewallSource[];
  readonly maxConnections: number | "off";
  readonly maxConnectionsPerAddress: number | "off";
  /** New connections a second from one address. */
  readonly rate: number | "off";
  /** Milliseconds before a failed login is answered. */
  readonly loginDelay: number | "off";
  /** Milliseconds a connection may rest; Infinity: for ever. */
  readonly idle: number;
  /** Milliseconds what runs may go on after SIGTERM. */
  readonly drain: number;
  /** Networks whose PROXY protocol header is asked for and believed. */
  readonly proxyFrom: readonly string[];
  /** Absolute paths; without them the local authority signs. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly log: "text" | "json" | "off";
  /** The ready line instead of the banner. */
  readonly json: boolean;
}

export interface ServerDefaults<Engine extends string> {
  /** Which there are; the first is the default. */
  readonly engines: readonly [Engine, ...Engine[]];
  /** Milliseconds. */
  readonly idle: number;
  readonly env: Environment;
}

/** A network as `parseCidr` takes it; kept as text, because that is what is shown. */
export const network: Kind<string> = {
  argument: "CIDR",
  read(text) {
    try {
      parseCidr(text);
      return text;
    } catch (error) {
      if (!(error instanceof CidrError)) throw error;
      throw new BadValue(`give a network such as 10.0.0.0/8 or ::1 (${error.message})`);
    }
  },
};

const DRAIN = 10_000;
/** `tsx watch` kills a server that takes longer than 5 s to go. */
const DRAIN_UNDER_SERVE = 4000;

export function serverOptions<const Engine extends string>(
  read: OptionReader,
  defaults: ServerDefaults<Engine>,
): ServerOptions<Engine> {
  const state = defaultStateFolder(defaults.env);
  const underServe = defaults.env["NX_TASK_TARGET_TARGET"] === "serve";
  const drain = underServe ? DRAIN_UNDER_SERVE : DRAIN;
  const count = orOff(integer(1, 1_000_000));

  read.group("Every server:");
  const options = {
    hosts: read.list("host", address, {
      help: "listen on this address",
      default: ["127.0.0.1", "::1"],
      shown: "127.0.0.1 and ::1",
    }),
    engine: read.one("engine", oneOf(...defaults.engines), {
      help: "who speaks",
      default: defaults.engines[0],
    }),
    state: read.one("state", path("DIR"), {
      help: "folder of keys, passwords and sockets",
      default: state.path,
      shown: state.shown,
    }),
    inspect: read.one("inspect", inspectTarget, {
      help: "where the tap goes",
      default: { to: "auto" },
      shown: "auto",
    }),
    inspectRate: read.one("inspect-rate", orOff(perSecond), {
      help: "reads and writes told whole; of more, the count",
      default: CHUNKS_PER_SECOND,
    }),
    inspectWire: read.flag("inspect-wire", {
      help: "tell it TLS's records and keys too (a lab's)",
    }),
    firewall: read.list("firewall", firewallSource, {
      help: "allow, drop or reject: 'reject 10.0.0.0/8 port 2525'",
    }),
    maxConnections: read.one("max-connections", count, {
      help: "open at once",
      default: defaultLimits.connections,
    }),
    maxConnectionsPerAddress: read.one("max-connections-per-address", count, {
      help: "open at once from one address or IPv6 /64",
      default: defaultLimits.connectionsPerAddress,
    }),
    rate: read.one("rate", orOff(perSecond), { help: "new connections from one address", default: "off" }),
    loginDelay: read.one("login-delay", orOff(duration("ms", 60_000)), {
      help: "pause before a failed login is answered",
      default: 1000,
    }),
    idle: endless(
      read.one("idle", orOff(duration("s")), {
        help: "close a connection that rests so long",
        default: defaults.idle,
        shown: String(defaults.idle / 1000),
      }),
    ),
    drain: read.one("drain", duration("s"), {
      help: "let what runs finish on SIGTERM",
      default: drain,
      shown: String(drain / 1000),
    }),
    proxyFrom: read.list("proxy-from", network, { help: "ask for the PROXY protocol header from there" }),
    tls: bothOrNone(
      read.maybe("tls-cert", path("FILE"), { help: "certificate chain (PEM) in place of the local CA's" }),
      read.maybe("tls-key", path("FILE"), { help: "its private key (PEM)" }),
    ),
    log: read.one("log", oneOf("text", "json", "off"), {
      help: "log lines on standard error",
      default: "text",
    }),
    json: read.flag("json", { help: "print one JSON line when ready" }),
  } satisfies ServerOptions<Engine>;
  return options;
}

function endless(value: number | "off"): number {
  return value === "off" ? Infinity : value;
}

function bothOrNone(cert: string | undefined, key: string | undefined): ServerOptions<string>["tls"] {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  const [there, missing] = cert === undefined ? ["--tls-key", "--tls-cert"] : ["--tls-cert", "--tls-key"];
  throw new UsageError("USAGE_BAD_VALUE", `${there}: give ${missing} as well`);
}

/** A port that can be switched off, as every `*-port` option is. */
export function portOrOff(read: OptionReader, name: string, standard: number, help: string): number | "off" {
  return read.one(name, orOff(port), { help, default: standard });
}
