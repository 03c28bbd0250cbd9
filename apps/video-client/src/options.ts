/** The command line: ffmpeg's and curl's letters where they have one. */
import { isIPv4, isIPv6 } from "node:net";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BadValue, kinds, UsageError, type Kind, type OptionReader } from "@socketscope/host";
import { castOf } from "@socketscope/socket-core";
import type { DatagramSource } from "./datagrams.ts";
import type { RenditionChoice } from "./hls.ts";

export interface VideoClientOptions {
  /** file: is the description of a session (SDP). */
  readonly url: URL;
  /** With a URL of udp: or rtp:. */
  readonly datagrams: DatagramSource | undefined;
  /** What was said of senders and interfaces, for a description. */
  readonly source: string | undefined;
  readonly interface: string | undefined;
  /** Whether a sender by RTP is told how it comes. */
  readonly reports: boolean;
  /** Milliseconds without a datagram after which it is over. */
  readonly silence: number;
  /** "-": standard output. */
  readonly output: string | undefined;
  readonly json: boolean;
  readonly plot: string | undefined;
  readonly viewers: number;
  /** Milliseconds. */
  readonly duration: number | undefined;
  readonly every: number;
  readonly rows: number | undefined;
  readonly rendition: RenditionChoice;
  readonly lowLatency: boolean;
  readonly flatOut: boolean;
  readonly ca: string | undefined;
}

const rows: Kind<number> = {
  argument: "ROWS",
  read(text) {
    const value = Number(/^(\d{1,5})p?$/.exec(text)?.[1] ?? Number.NaN);
    if (!(value >= 1)) throw new BadValue("give rows of pictures such as 720 or 360p");
    return value;
  },
};

const RENDITIONS = ["auto", "best", "least"] as const;

const rendition: Kind<RenditionChoice> = {
  argument: RENDITIONS.join("|"),
  read(text) {
    const found = RENDITIONS.find((one) => one === text);
    if (found === undefined) throw new BadValue(`give ${RENDITIONS.join(", ")}`);
    return found;
  },
};

export function videoClientOptions(read: OptionReader, positionals: readonly string[]): VideoClientOptions {
  read.group("Watching:");
  const watching = {
    rows: read.maybe("quality", rows, { help: "no picture larger than that" }),
    rendition: read.one<RenditionChoice>("rendition", rendition, {
      help: "auto: by how fast it comes; best while it is written or flat out",
      default: "auto",
    }),
    lowLatency: read.flag("low-latency", { help: "take parts, where there are any", default: true }),
    flatOut: read.flag("flat-out", { help: "as fast as it comes, not as it is played" }),
    viewers: read.one("viewers", kinds.integer(1, 2000), {
      help: "so many at once, each by itself",
      default: 1,
    }),
    duration: read.maybe("duration", kinds.duration("s"), { help: "stop after that", short: "t" }),
    ca: read.maybe("ca", kinds.path("FILE"), { help: "certificates of this authority are good" }),
  };
  read.group("Datagrams (udp://, rtp:// and descriptions of sessions):");
  const source = read.maybe("source", kinds.address, { help: "of this sender only" });
  const at = read.maybe("interface", kinds.text("A", 64), {
    help: "where a group is heard, by address or name; else loopback",
  });
  const silence = read.one("silence", kinds.duration("s", 3_600_000), {
    help: "end after so long without a datagram",
    default: 10_000,
    shown: "10s",
  });
  const reports = read.flag("reports", {
    help: "tell a sender by RTP what is lost",
    default: true,
  });
  read.group("Telling:");
  const telling = {
    output: read.maybe("output", kinds.text("FILE|-"), {
      help: "write the film there; - is a pipe",
      short: "o",
    }),
    json: read.flag("json", { help: "a line of JSON for each moment" }),
    every: read.one("every", kinds.duration("s", 3_600_000), {
      help: "how often",
      default: 1000,
      shown: "1s",
    }),
    plot: read.maybe("plot", kinds.path("FILE"), { help: "draw how it went, as SVG" }),
  };
  if (telling.output !== undefined && watching.viewers > 1)
    throw new UsageError("USAGE_BAD_VALUE", "--output: what several viewers see does not go into one file");
  const url = positionals.map(addressIn)[0] ?? NONE;
  const datagrams = datagramsOf(url, source, at);
  if (datagrams !== undefined && watching.viewers > 1 && castOf(datagrams.host) === "unicast")
    throw new UsageError("USAGE_BAD_VALUE", "--viewers: what is sent to one address is heard by one");
  return { ...watching, ...telling, url, datagrams, source, interface: at, silence, reports };
}

/** While only help is asked for; a command line without URL is refused before. */
const NONE = new URL("http://localhost/");

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "udp:", "rtp:", "file:"]);

function addressIn(text: string): URL {
  if (/\.sdp$/i.test(text) && !text.includes("://")) return pathToFileURL(resolve(text));
  // As curl does: http is meant where no scheme is said.
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !SCHEMES.has(url.protocol))
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `give an http://, https://, udp:// or rtp:// URL or a file.sdp, not ${JSON.stringify(text)}`,
    );
  return url;
}

/** Also as VLC (`udp://SOURCE@GROUP:PORT`, `udp://@GROUP:PORT`) and ffmpeg (`?localaddr=A&sources=A&rtcpport=N`) write it. */
function datagramsOf(
  url: URL,
  source: string | undefined,
  at: string | undefined,
): DatagramSource | undefined {
  if (url.protocol !== "udp:" && url.protocol !== "rtp:") return undefined;
  const scheme = url.protocol === "rtp:" ? "rtp" : "udp";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const said = source ?? (url.username === "" ? url.searchParams.get("sources") : url.username) ?? undefined;
  const literal = isIPv4(host) || isIPv6(host);
  if (!literal || url.port === "" || (said !== undefined && !isIPv4(said) && !isIPv6(said)))
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `give literal addresses and a port such as ${scheme}://239.255.0.1:5004`,
    );
  const asked = url.searchParams.get("rtcpport");
  const reports = scheme === "rtp" && asked !== null ? Number(asked) : undefined;
  if (reports !== undefined && !(/^\d+$/.test(asked ?? "") && reports >= 1 && reports <= 65_535))
    throw new UsageError("USAGE_BAD_VALUE", `rtcpport=${asked}: give the port of the reports`);
  // RFC 3550 §11: the reports come to the next port.
  if (scheme === "rtp" && url.port === "65535" && reports === undefined)
    throw new UsageError("USAGE_BAD_VALUE", "rtp://: there is no port behind 65535 for the reports");
  return {
    scheme,
    host,
    port: Number(url.port),
    reports,
    source: said,
    interface: at ?? url.searchParams.get("localaddr") ?? undefined,
  };
}
