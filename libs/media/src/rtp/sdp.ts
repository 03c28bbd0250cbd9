/**
 * A session of MPEG-TS over RTP, described for players (RFC 8866; RFC 3551 §6; where its reports are: RFC 3605), and read
 * by them. Left out: every other media, and reports at another address than that of the packets.
 */

export interface SdpSession {
  readonly name: string;
  /** Who sends, and where to: literal addresses. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  /** The port of the reports. Undefined: the next one (RFC 3550 §11). */
  readonly reports?: number | undefined;
  /** Routers a datagram to a group may pass (RFC 8866 §5.7); IPv4 only. */
  readonly ttl: number | undefined;
  /** Any number; the same as long as the session is (RFC 8866 §5.2). */
  readonly id: number;
}

/** Lines end with CR LF (RFC 8866 §5). */
export function formatSdp({ name, from, to, port, reports, ttl, id }: SdpSession): string {
  const family = (address: string): string => (address.includes(":") ? "IP6" : "IP4");
  const lines = [
    "v=0",
    `o=- ${id} 1 IN ${family(from)} ${from}`,
    `s=${name}`,
    `c=IN ${family(to)} ${to}${ttl === undefined || family(to) === "IP6" ? "" : `/${ttl}`}`,
    "t=0 0",
    "a=recvonly",
    `m=video ${port} RTP/AVP 33`,
    "a=rtpmap:33 MP2T/90000",
    // RFC 3605 §2.1: said where it is not the next port.
    ...(reports === undefined || reports === port + 1 ? [] : [`a=rtcp:${reports}`]),
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

/** What of a description a player of MPEG-TS must know. */
export interface SdpMedia {
  /** Where the packets go to: a group, or an address of the receiver's. */
  readonly host: string;
  readonly port: number;
  /** The port of the reports (RFC 3605). */
  readonly reports: number;
  /** Only of this sender (RFC 4570 §3). */
  readonly source: string | undefined;
  /** What else is described, as its `m=` has it: streams of this session and of others. */
  readonly others: readonly string[];
}

/** SDP_BROKEN: no description · SDP_NO_STREAM: none of MPEG-TS over RTP · SDP_ADDRESS: it does not say literally where to. */
export type SdpFault = "SDP_BROKEN" | "SDP_NO_STREAM" | "SDP_ADDRESS";

export class SdpError extends Error {
  override readonly name = "SdpError";
  readonly code: SdpFault;

  constructor(code: SdpFault, message: string) {
    super(message);
    this.code = code;
  }
}

interface Section {
  /** Of `m=`; empty for what stands before the first. */
  readonly media: string;
  readonly lines: readonly (readonly [type: string, value: string])[];
}

/** The first stream of MPEG-TS over RTP in a description (RFC 8866 §5), or in several behind each other. Throws {@link SdpError}. */
export function parseSdp(text: string): SdpMedia {
  const sessions = sessionsOf(text);
  const all = sessions.flatMap(([session, ...media]) => media.map((one) => ({ session, one })));
  const chosen = all.find(({ one }) => isTransportStream(one));
  if (chosen?.session === undefined)
    throw new SdpError("SDP_NO_STREAM", "the description has no MPEG-TS over RTP (payload type 33, MP2T)");
  const { session, one: found } = chosen;
  const port = Number(/^\w+ (\d{1,5})(?:\/\d+)? /.exec(found.media)?.[1]);
  // RFC 8866 §5.7: that of the stream goes before that of the session.
  const [, family = "", host = ""] =
    /^IN (IP[46]) ([^\s/]+)/.exec(valueOf(found, "c") ?? valueOf(session, "c") ?? "") ?? [];
  const literal = family === "IP4" ? /^[\d.]+$/.test(host) : /^[\da-f:.]+$/i.test(host);
  const reports = reportsOf(found) ?? port + 1;
  if (!literal || !isPort(port) || !isPort(reports))
    throw new SdpError("SDP_ADDRESS", "the description names no literal address and port to listen at");
  const others = all.flatMap(({ one }) => (one === found ? [] : [one.media]));
  return { host, port, reports, source: filterOf(found) ?? filterOf(session), others };
}

/** The sections of each session: what holds for all of it, and its media. */
function sessionsOf(text: string): Section[][] {
  // §5: lines end with CR LF, and a parser should take a bare LF as well.
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const read = lines.map((line): [string, string] => [line.slice(0, 1), line.slice(2)]);
  if (lines[0] !== "v=0" || lines.some((line) => !/^[a-z]=/.test(line)))
    throw new SdpError("SDP_BROKEN", "this is no description of a session: it begins with v=0");
  const starts = read.flatMap(([type], i) => (type === "v" || type === "m" ? [i] : []));
  const sessions: Section[][] = [];
  for (const [i, from] of starts.entries()) {
    const [type, value] = read[from] ?? ["", ""];
    const section = { media: type === "m" ? value : "", lines: read.slice(from, starts[i + 1]) };
    // §5.1: where one session ends the next begins with its version.
    if (type === "v") sessions.push([section]);
    else sessions.at(-1)?.push(section);
  }
  return sessions;
}

/** RFC 3551 §6: type 33; or another number that `rtpmap` explains. Port 0: it is refused (RFC 3264 §6). */
function isTransportStream({ media, lines }: Section): boolean {
  const [, port, type] = /^\w+ (\d+)(?:\/\d+)? RTP\/AVPF? (\d+)/.exec(media) ?? [];
  const explained = lines.some(
    ([kind, value]) => kind === "a" && new RegExp(`^rtpmap:${type} MP2T/90000`, "i").test(value),
  );
  return port !== undefined && port !== "0" && (type === "33" || explained);
}

/** RFC 3605 §2.1. */
function reportsOf({ lines }: Section): number | undefined {
  for (const [kind, value] of lines) {
    const port = kind === "a" ? /^rtcp:(\d{1,5})(?: |$)/.exec(value)?.[1] : undefined;
    if (port !== undefined) return Number(port);
  }
  return undefined;
}

function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535;
}

function valueOf({ lines }: Section, type: string): string | undefined {
  return lines.find(([one]) => one === type)?.[1];
}

/** RFC 4570 §3: the first sender that is let in. */
function filterOf({ lines }: Section): string | undefined {
  for (const [, value] of lines) {
    const source = /^source-filter: ?incl IN \S+ \S+ ([\da-f.:]+)/i.exec(value)?.[1];
    if (source !== undefined) return source;
  }
  return undefined;
}
