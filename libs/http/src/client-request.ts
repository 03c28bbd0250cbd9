/** RFC 9112 §3, RFC 9110 §7: what a client writes before a request's content. The caller's mistakes are LocalErrors. */
import { LocalError, RemoteError } from "@socketscope/wire";
import type { FieldLines } from "./fields.ts";
import { formatFieldLines } from "./format.ts";
import { isHost, parseRequestLine } from "./grammar.ts";

export interface RequestOptions {
  readonly method: string;
  readonly target: string;
  readonly fields: FieldLines;
  /** Octets of content, `"chunked"`, or undefined when there is none. */
  readonly content: number | "chunked" | undefined;
  /** What Host says when neither the fields nor the target do. */
  readonly host: string | undefined;
  /** This is the last request on the connection. */
  readonly close: boolean;
}

/** The head with its empty line. Throws LocalError for what no server could read the way it was meant. */
export function formatRequestHead(request: RequestOptions): string {
  const { method, target, fields, content } = request;
  checkLine(method, target);
  checkContent(method, content);
  checkCodings(fields);
  let head = `${method} ${target} HTTP/1.1\r\n`;
  const host = hostOf(request);
  // RFC 9110 §7.2: Host is best the first field, so that it is seen before anything is decided.
  if (host !== undefined) head += `Host: ${host}\r\n`;
  head += formatFieldLines(fields);
  head += framing(method, content);
  return `${head}${connection(request)}\r\n`;
}

/** RFC 9112 §7.4: `chunked` is never named in TE, every recipient of HTTP/1.1 takes it. */
function checkCodings(fields: FieldLines): void {
  if (valuesOf(fields, "te").some((value) => /(?:^|,)[ \t]*chunked[ \t]*(?:[;,]|$)/i.test(value))) {
    throw new LocalError("HTTP_TE", "TE does not name chunked: it is always taken");
  }
}

/** Our own grammar judges: what a server of ours would refuse, a client of ours does not send. */
function checkLine(method: string, target: string): void {
  try {
    parseRequestLine(`${method} ${target} HTTP/1.1`);
  } catch (error) {
    if (error instanceof RemoteError) throw new LocalError("HTTP_REQUEST_LINE", error.message);
    throw error;
  }
}

function checkContent(method: string, content: RequestOptions["content"]): void {
  if (content === undefined) return;
  if (content !== "chunked" && !(Number.isSafeInteger(content) && content >= 0)) {
    throw new LocalError("HTTP_LENGTH", `${content} is not a number of octets`);
  }
  // RFC 9110 §9.3.8: a client does not send content in a TRACE request; §9.3.6: what follows CONNECT is the tunnel's.
  if (method === "TRACE" || method === "CONNECT") {
    throw new LocalError("HTTP_CONTENT", `a ${method} request has no content`);
  }
}

/** The Host to write, or undefined when the fields hold it already. */
function hostOf({ method, target, fields, host }: RequestOptions): string | undefined {
  const given = valuesOf(fields, "host");
  if (given.length > 1) throw new LocalError("HTTP_HOST", "a request has one Host field");
  const authority = authorityOf(method, target);
  const value = given[0] ?? authority ?? host;
  // RFC 9112 §3.2: a client sends Host in every HTTP/1.1 request.
  if (value === undefined) throw new LocalError("HTTP_HOST", "no Host: give the field, or the core its host");
  if (!isHost(value)) throw new LocalError("HTTP_HOST", `"${value}" is not a host name or address`);
  // RFC 9112 §3.2: Host is identical to the target's authority.
  if (authority !== undefined && value.toLowerCase() !== authority.toLowerCase()) {
    throw new LocalError("HTTP_HOST", `Host is ${value}, the target's authority is ${authority}`);
  }
  return given.length === 0 ? value : undefined;
}

/** RFC 9112 §3.2.2, §3.2.3: what an absolute-form or an authority-form names. */
function authorityOf(method: string, target: string): string | undefined {
  if (method === "CONNECT") return target;
  return /^https?:\/\/([^/?]+)/i.exec(target)?.[1];
}

function framing(method: string, content: RequestOptions["content"]): string {
  if (content === "chunked") return "Transfer-Encoding: chunked\r\n";
  if (content !== undefined) return `Content-Length: ${content}\r\n`;
  // RFC 9110 §8.6: who sends no content with a method that has a meaning for it says 0.
  return method === "POST" || method === "PUT" || method === "PATCH" ? "Content-Length: 0\r\n" : "";
}

/** RFC 9110 §7.6.1: fields for the next hop only are named in Connection. */
function connection({ fields, close }: RequestOptions): string {
  const options: string[] = [];
  // RFC 9110 §7.8: who sends Upgrade lists it in Connection; §10.1.4: so does who sends TE.
  if (valuesOf(fields, "upgrade").length > 0) options.push("Upgrade");
  if (valuesOf(fields, "te").length > 0) options.push("TE");
  // RFC 9112 §9.6: "close" says that no request follows this one.
  if (close) options.push("close");
  return options.length === 0 ? "" : `Connection: ${options.join(", ")}\r\n`;
}

/** Each line's value; `name` in lower case. */
export function valuesOf(fields: FieldLines, name: string): readonly string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const candidate = fields[i];
    if (candidate?.length === name.length && candidate.toLowerCase() === name)
      values.push(fields[i + 1] ?? "");
  }
  return values;
}
