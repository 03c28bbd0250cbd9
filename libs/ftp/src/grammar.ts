/**
 * What stands in arguments and replies: host and port of RFC 959 §4.1.2 (PORT, 227) and of RFC 2428 (EPRT, 229), the
 * quoted name of 257, flags of listings. What a client reads out of replies is in client-replies.ts.
 */
import { LocalError } from "@socketscope/wire";

/** Where a data connection goes. */
export interface DataAddress {
  readonly host: string;
  readonly port: number;
}

/** `127,0,0,1,7,138` (RFC 959 §4.1.2). Undefined where it is anything else. */
export function parsePort(text: string): DataAddress | undefined {
  const found = /^(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})$/.exec(text);
  if (found === null) return undefined;
  const fields = found.slice(1).map(Number);
  if (fields.some((field) => field > 255)) return undefined;
  const [high = 0, low = 0] = fields.slice(4);
  return { host: fields.slice(0, 4).join("."), port: high * 256 + low };
}

/** The argument of PORT (RFC 959 §4.1.2). Throws LocalError "FTP_ADDRESS" for a host that is no dotted IPv4. */
export function formatPort({ host, port }: DataAddress): string {
  if (!isIpv4(host)) throw new LocalError("FTP_ADDRESS", `${host} is no IPv4 address`);
  return `${host.replaceAll(".", ",")},${port >> 8},${port & 255}`;
}

/** "family": EPRT names one that is neither IPv4 nor IPv6 (522); undefined: the argument is none (501). */
export function parseEprt(text: string): DataAddress | "family" | undefined {
  const delimiter = text.charCodeAt(0);
  // RFC 2428 §2: any printable ASCII character delimits; "|" is recommended.
  if (!(delimiter >= 33 && delimiter <= 126)) return undefined;
  const [before, family, host = "", digits = "", after, ...more] = text.split(text.charAt(0));
  if (before !== "" || after !== "" || more.length > 0 || !/^\d{1,5}$/.test(digits)) return undefined;
  if (family !== "1" && family !== "2") return /^\d{1,5}$/.test(family ?? "") ? "family" : undefined;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  if (family === "1" ? !isIpv4(host) : !isIpv6(host)) return undefined;
  return { host, port };
}

/** The argument of EPRT (RFC 2428 §2). */
export function formatExtendedPort({ host, port }: DataAddress): string {
  return `|${host.includes(":") ? 2 : 1}|${host}|${port}|`;
}

/** RFC 959, appendix II: a name in a 257 stands in quotes, and a quote in it is doubled. */
export function quotePath(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

/** What LIST, NLST and STAT take: flags as of `ls`, then a path; neither is in any RFC, every client's users type them. */
export interface ListArgument {
  /** The letters, without hyphens. */
  readonly flags: string;
  readonly path: string | undefined;
}

export function parseListArgument(argument: string): ListArgument {
  let flags = "";
  let rest = argument;
  for (;;) {
    const [whole, letters] = /^-([A-Za-z0-9]+)(?: |$)/.exec(rest) ?? [];
    if (whole === undefined) break;
    flags += letters ?? "";
    rest = rest.slice(whole.length);
  }
  if (rest.startsWith("-- ")) rest = rest.slice(3);
  return { flags, path: rest === "" ? undefined : rest };
}

export function isIpv4(host: string): boolean {
  const fields = host.split(".");
  return fields.length === 4 && fields.every((field) => /^\d{1,3}$/.test(field) && Number(field) <= 255);
}

/** RFC 4291 §2.2, without a zone. */
export function isIpv6(host: string): boolean {
  if (!host.includes(":") || !/^[0-9a-f:.]{2,45}$/i.test(host)) return false;
  const halves = host.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1);
  const dotted = last?.includes(".") === true;
  if (dotted && !isIpv4(last)) return false;
  const hex = dotted ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = hex.length + (dotted ? 2 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}
