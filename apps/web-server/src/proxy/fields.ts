/**
 * RFC 9110 §7.6: what a gateway takes off and puts on. As Caddy does by default, Host goes on as it came and what a
 * client says of itself in Forwarded or X-Forwarded-* is replaced: nobody before us is trusted.
 */
import type { FieldLines, Version } from "@socketscope/http";
import type { Request } from "@socketscope/web";

/** RFC 9110 §7.6.1: for one hop only, listed in Connection or not; and Proxy-Connection, which never meant anything. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/** Written anew: framing and Expect by our client, the others by us. */
const REWRITTEN = [
  "content-length",
  "expect",
  "forwarded",
  "host",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
];

/** `via`: our name in Via (RFC 9110 §7.6.3). */
export function requestFields(request: Request, via: string): FieldLines {
  const { fields, version } = request;
  const host = authorityOf(request);
  const kept = hopTaken(
    request,
    without(fields.lines, [...HOP_BY_HOP, ...REWRITTEN, ...listed(fields.get("connection"))]),
  );
  const lines = [...(host === undefined ? [] : ["Host", host]), ...kept];
  // RFC 9110 §10.1.4: to us TE said whether the client takes trailers; they come through us.
  if (listed(fields.get("te")).includes("trailers")) lines.push("TE", "trailers");
  if (wantsWebSocket(request)) lines.push("Upgrade", "websocket");
  return [...lines, ...forwarded(request, host), "Via", viaMember(version, via)];
}

/** Of a WebSocket only: another protocol would talk past everything that is judged here. */
export function wantsWebSocket({ fields, version }: Request): boolean {
  return (
    version === "1.1" &&
    listed(fields.get("connection")).includes("upgrade") &&
    listed(fields.get("upgrade")).includes("websocket")
  );
}

/** `status`: 101 and 426 name a protocol for this hop too (RFC 9110 §15.5.22). */
export function responseFields(
  response: { readonly status: number; readonly version: Version; readonly fields: Request["fields"] },
  via: string,
): FieldLines {
  const { status, version, fields } = response;
  const dropped = new Set([...HOP_BY_HOP, "content-length", ...listed(fields.get("connection"))]);
  if (status === 101 || status === 426) dropped.delete("upgrade");
  return [...without(fields.lines, [...dropped]), "Via", viaMember(version, via)];
}

/** RFC 9110 §7.6.3: the request has been here already. */
export function hasPassed({ fields }: Request, via: string): boolean {
  return listed(fields.get("via")).some((member) => member.split(/[ \t]+/)[1] === via);
}

/** RFC 9112 §3.2.2: an absolute-form overrules Host. */
export function authorityOf({ target, fields }: Request): string | undefined {
  return /^https?:\/\/([^/?]+)/i.exec(target)?.[1] ?? fields.get("host");
}

/** RFC 7239 §4–§6, and the three fields everybody reads instead. */
function forwarded({ flow, secure }: Request, host: string | undefined): FieldLines {
  const proto = secure ? "https" : "http";
  const address = flow.remote.host;
  // RFC 7239 §6: an IPv6 address stands in brackets, and so in quotes.
  const node = address.includes(":") ? `"[${address}]"` : address;
  const about = host === undefined ? "" : `;host="${host}"`;
  return [
    "Forwarded",
    `for=${node}${about};proto=${proto}`,
    "X-Forwarded-For",
    address,
    ...(host === undefined ? [] : ["X-Forwarded-Host", host]),
    "X-Forwarded-Proto",
    proto,
  ];
}

/** RFC 9110 §7.6.2: each recipient of an OPTIONS takes one off; with other methods it means nothing to us. */
function hopTaken({ method }: Request, lines: string[]): string[] {
  if (method !== "OPTIONS") return lines;
  return lines.map((text, i) =>
    i % 2 === 1 && lines[i - 1]?.toLowerCase() === "max-forwards" && /^\d{1,9}$/.test(text)
      ? String(Math.max(Number(text) - 1, 0))
      : text,
  );
}

function viaMember(version: Version, via: string): string {
  return `${version} ${via}`;
}

/** Members of a list of tokens, lower case. */
function listed(value: string | undefined): readonly string[] {
  return (value ?? "").split(",").map((member) => member.trim().toLowerCase());
}

function without(lines: FieldLines, names: readonly string[]): string[] {
  const dropped = new Set(names);
  const kept: string[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    if (!dropped.has((lines[i] ?? "").toLowerCase())) kept.push(lines[i] ?? "", lines[i + 1] ?? "");
  }
  return kept;
}
