/**
 * A page may not reach what only this machine's user should: names of strangers that point at us (DNS rebinding)
 * and requests that another site's page sends for its reader (cross-site requests, WebSocket included).
 */
import type { Handler, Request, Response } from "./handler.ts";

export interface GuardOptions {
  /**
   * Host names that lead here beside localhost and every IP address: what `--server-name` was told. Without port;
   * `.example` stands for every name below example.
   */
  readonly names?: readonly string[];
  /** Origins that may act here from other sites, e.g. `https://admin.example:8443`. Default none. */
  readonly origins?: readonly string[];
}

/** Refuses with 421 a Host that is not ours, with 403 an act from another site; else asks `handler`. */
export function guard(handler: Handler, options: GuardOptions = {}): Handler {
  const names = (options.names ?? []).map((name) => name.toLowerCase());
  const origins = new Set((options.origins ?? []).map((origin) => origin.toLowerCase()));
  return (request) => refuse(request, names, origins) ?? handler(request);
}

function refuse(
  request: Request,
  names: readonly string[],
  origins: ReadonlySet<string>,
): Response | undefined {
  const authority = authorityOf(request);
  // RFC 9112 §3.2: only HTTP/1.0 goes without Host, and no browser speaks that.
  if (authority === undefined && request.version === "1.0") return undefined;
  const host = authority === undefined ? undefined : hostOf(authority);
  if (host === undefined || !isOurs(host, names)) {
    // RFC 9110 §15.5.20: 421, this server does not speak for that name.
    return say(
      421,
      `This server does not answer for "${printable(authority ?? "")}". It answers for localhost and IP addresses; --server-name adds a name.`,
    );
  }
  if (!acts(request) || isSameSite(request, authority ?? "", origins)) return undefined;
  return say(403, "Refused: the request was made by a page of another site.");
}

/** Host, or what overrules it. */
function authorityOf(request: Request): string | undefined {
  // RFC 9112 §3.2.2: an absolute-form target overrules Host.
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@]*)/i.exec(request.target);
  return absolute ? absolute[1] : request.fields.get("host");
}

/** Lower case, without port, brackets and the root's dot; undefined when it is no host (RFC 9110 §7.2). */
function hostOf(authority: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._~-]+))(?::[0-9]*)?$/i.exec(authority);
  const host = match?.[1] ?? match?.[2];
  return host?.toLowerCase().replace(/\.$/, "");
}

function isOurs(host: string, names: readonly string[]): boolean {
  // A browser sends an address only when the page's URL has it: an address cannot be rebound.
  if (host.includes(":") || isIpv4(host)) return true;
  // RFC 6761 §6.3: localhost and all below it are loopback and never asked of a server.
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  return names.some((name) => (name.startsWith(".") ? host.endsWith(name) : host === name));
}

function isIpv4(host: string): boolean {
  const octets = host.split(".");
  return (
    octets.length === 4 &&
    octets.every((octet) => /^(?:0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) < 256)
  );
}

/** RFC 9110 §9.2.1: methods that only read need no guard, their answers cannot be read across sites. */
function acts({ method, fields }: Request): boolean {
  if (fields.has("upgrade")) return true;
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS" && method !== "TRACE";
}

function isSameSite({ fields }: Request, authority: string, origins: ReadonlySet<string>): boolean {
  const origin = fields.get("origin")?.toLowerCase();
  if (origin !== undefined && origins.has(origin)) return true;
  // W3C Fetch Metadata §2.3: set by the browser, out of a script's reach; "none" is the reader's own doing.
  // "same-site" is not enough: another port of localhost is the same site.
  const site = fields.get("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  // RFC 6454 §7: without Origin no page sent it. "null" is an origin that wants to stay unknown.
  if (origin === undefined) return true;
  const own = /^https?:\/\/(.+)$/.exec(origin)?.[1];
  return own !== undefined && own === authority.toLowerCase();
}

function printable(text: string): string {
  return text.slice(0, 100).replaceAll(/[^\x20-\x7e]/g, "?");
}

function say(status: number, text: string): Response {
  return { status, fields: ["Content-Type", "text/plain; charset=utf-8"], content: `${text}\n` };
}
