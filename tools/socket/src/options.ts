/** The command line. */
import {
  BadValue,
  defaultStateFolder,
  type HostPort,
  type InspectTarget,
  type Kind,
  kinds,
  type OptionReader,
  UsageError,
} from "@socketscope/host";

export type Command = "connect" | "listen" | "udp" | "hear" | "join" | "table";

export interface SocketOptions {
  readonly command: Command;
  /** Whom to talk to, where to listen, which group; undefined for `table` without one. */
  readonly at: HostPort | undefined;
  readonly send: Send;
  readonly lineEnd: LineEnd;
  readonly show: Show;
  /** Our FIN follows the end of the input. */
  readonly halfClose: boolean;
  readonly tls: boolean;
  readonly servername: string | undefined;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  /** Milliseconds of silence after which it is over; undefined: never. */
  readonly wait: number | undefined;
  /** Connections to take, or datagrams to hear; undefined: no bound. */
  readonly count: number | undefined;
  /** Octets of a connection that are read before it is left to the kernel; undefined: all of them. */
  readonly take: number | undefined;
  readonly source: string | undefined;
  readonly interface: string | undefined;
  readonly ttl: number;
  readonly broadcast: boolean;
  readonly quiet: boolean;
  /** Who is told what comes and goes at an open port. */
  readonly inspect: InspectTarget;
  readonly state: string;
}

/** What a line of input is: text that gets a line end, octets in hexadecimal; or the input goes out as it comes. */
export type Send = "lines" | "hex" | "raw";
export type LineEnd = "crlf" | "lf" | "none";
export type Show = "raw" | "hex";

const COMMANDS: readonly Command[] = ["connect", "listen", "udp", "hear", "join", "table"];

/** `HOST:PORT`, or a port alone for this machine; port 0 is for who listens. */
const place: Kind<HostPort> = {
  argument: "[HOST:]PORT",
  read(text) {
    const digits = /^(?:(.+):)?(\d{1,5})$/.exec(text);
    const host = digits?.[1]?.replace(/^\[(.*)\]$/, "$1") ?? "127.0.0.1";
    const port = Number(digits?.[2] ?? Number.NaN);
    if (!(port <= 65_535) || (host.includes(":") && !text.startsWith("[")))
      throw new BadValue("give HOST:PORT such as 127.0.0.1:8080 or [::1]:8080, or a port alone");
    return { host, port };
  },
};

const hostAddress = kinds.text("A", 64);
const seconds = kinds.duration("s");

export function socketOptions(
  read: OptionReader,
  [command = "connect", at]: readonly string[],
): SocketOptions {
  read.group("What goes out:");
  const out = {
    send: read.one<Send>("send", kinds.oneOf("lines", "hex", "raw"), {
      help: "how the input is read",
      default: "lines",
    }),
    lineEnd: read.one<LineEnd>("line-end", kinds.oneOf("crlf", "lf", "none"), {
      help: "put behind each line",
      default: "crlf",
    }),
    halfClose: read.flag("half-close", { help: "send FIN when the input ends, and read on", default: true }),
  };
  read.group("What comes in:");
  const input = {
    show: read.one<Show>("show", kinds.oneOf("raw", "hex"), {
      help: "as it is, or as a dump",
      default: "raw",
    }),
    wait: read.maybe("wait", seconds, { help: "end after so long a silence" }),
    count: read.maybe("count", kinds.integer(1, 1_000_000), { help: "connections or datagrams, then end" }),
    take: read.maybe("take", kinds.integer(1, 1_000_000_000), {
      help: "read a connection no further: who sends must wait",
    }),
    quiet: read.flag("quiet", { help: "no notes on standard error", short: "q" }),
  };
  read.group("TLS:");
  const tls = {
    tls: read.flag("tls", { help: "connect with TLS" }),
    servername: read.maybe("servername", kinds.text("NAME", 255), { help: "name to ask for and verify" }),
    ca: read.maybe("ca", kinds.path("FILE"), { help: "trust these authorities (PEM)" }),
    insecure: read.flag("insecure", { help: "believe any certificate", short: "k" }),
  };
  read.group("Groups, and everybody:");
  const group = {
    source: read.maybe("source", hostAddress, { help: "hear this sender only" }),
    interface: read.maybe("interface", hostAddress, { help: "by address or name; else loopback" }),
    ttl: read.one("ttl", kinds.integer(0, 255), { help: "how far a datagram to a group may go", default: 1 }),
    broadcast: read.flag("broadcast", { help: "a datagram may go to a whole network" }),
  };
  read.group("Seen by the inspector (what listens and hears):");
  const { path, shown } = defaultStateFolder(process.env);
  const seen = {
    inspect: read.one("inspect", kinds.inspectTarget, {
      help: "the inspector that is told",
      default: { to: "auto" },
      shown: "auto",
    }),
    state: read.one("state", kinds.path("DIR"), { help: "where it is met", default: path, shown }),
  };
  return {
    ...out,
    ...input,
    ...tls,
    ...group,
    ...seen,
    command: commandOf(command),
    at: placeOf(command, at),
  };
}

function commandOf(text: string): Command {
  const command = COMMANDS.find((one) => one === text);
  if (command === undefined)
    throw new UsageError("USAGE_BAD_VALUE", `${JSON.stringify(text)}: give ${COMMANDS.join(", ")}`);
  return command;
}

function placeOf(command: string, text: string | undefined): HostPort | undefined {
  try {
    if (text !== undefined) return place.read(text, "");
  } catch (error) {
    if (error instanceof BadValue)
      throw new UsageError(error.code, `${JSON.stringify(text)}: ${error.message}`);
    throw error;
  }
  if (command !== "table" && command !== "connect")
    throw new UsageError("USAGE_BAD_VALUE", `${command}: say where, such as 127.0.0.1:8080`);
  return undefined;
}
