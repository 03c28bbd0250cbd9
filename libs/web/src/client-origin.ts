/** RFC 9110 §4.2, §4.3.1: whom a URL asks, and for what. */
import { RequestError } from "./client-errors.ts";

export interface Origin {
  readonly secure: boolean;
  /** Name or literal address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** What Host says: `host[:port]`, the port only when it is not the scheme's own (RFC 9110 §7.2). */
  readonly authority: string;
}

export interface Destination {
  readonly origin: Origin;
  /** Origin-form (RFC 9112 §3.2.1). User information and fragment stay here (RFC 9110 §4.2.4, §4.2.5). */
  readonly target: string;
}

/** Throws RequestError "BAD_URL". */
export function destinationOf(url: string | URL): Destination {
  if (typeof url === "string" && !URL.canParse(url))
    throw new RequestError("BAD_URL", `"${url}" is not an absolute URL such as http://127.0.0.1:8080/`);
  const { protocol, hostname, host, port, pathname, search } = new URL(url);
  const secure = protocol === "https:" || protocol === "wss:";
  if (!secure && protocol !== "http:" && protocol !== "ws:")
    throw new RequestError("BAD_URL", `${protocol}// is not spoken here: http and https are, ws and wss too`);
  const origin = {
    secure,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (secure ? 443 : 80) : Number(port),
    authority: host,
  };
  return { origin, target: `${pathname}${search}` };
}

/** Equal for requests that may share a connection. */
export function originKey({ secure, hostname, port }: Origin): string {
  return `${secure ? "https" : "http"}://${hostname} ${port}`;
}
