/** RFC 9112 §6.3: how long the content of a recorded message is, also where a strict reader would refuse to guess. */
import type { ContentLength } from "../events.ts";
import { splitList } from "../list.ts";
import type { Head } from "./head.ts";

/** `"switched"`: what follows is not HTTP (101, 2xx to CONNECT). */
export type Framing = ContentLength | "switched";

/** `method`: of the request this answers; undefined when it was not seen. */
export function framingOf(head: Head, method: string | undefined): Framing {
  const { start, fields } = head;
  const { status } = start;
  if (status !== undefined) {
    if (status === 101) return "switched";
    // RFC 9112 §6.3 items 1 and 2.
    if (method === "HEAD" || status < 200 || status === 204 || status === 304) return 0;
    if (method === "CONNECT" && status < 300) return "switched";
  }
  const codings = splitList(fields.get("transfer-encoding") ?? "").map((coding) => coding.toLowerCase());
  if (codings.at(-1) === "chunked") return "chunked";
  // RFC 9112 §6.3 item 4: a response whose last coding is not chunked lasts until the connection closes.
  if (codings.length > 0) return status === undefined ? 0 : "close";
  const [length] = splitList(fields.get("content-length") ?? "");
  if (length !== undefined && /^\d+$/.test(length)) return Math.min(Number(length), Number.MAX_SAFE_INTEGER);
  return status === undefined ? 0 : "close";
}
