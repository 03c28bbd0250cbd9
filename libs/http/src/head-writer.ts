/**
 * RFC 9112 §4, §5: the head of a final response, all but its empty line. A server says the same head again and again,
 * so one is remembered in octets: comparing what it is made of costs a fraction of writing it anew.
 */
import { holds, namesUpgrade } from "./connection.ts";
import type { FieldLines } from "./fields.ts";
import {
  beginMessage,
  beginWith,
  writeContentLength,
  writeFieldLine,
  writeFieldLines,
  writeLine,
  written,
} from "./format.ts";
import { reasonPhrase } from "./status.ts";

/** What becomes of the connection: it stays · it stays, which a client of 1.0 must be told · it ends. */
export type Persistence = "stays" | "stays for 1.0" | "ends";

/** Content's octets, how else it is framed, or undefined when there is none. */
export type Framing = number | "chunked" | "close" | undefined;

interface Remembered {
  readonly status: number;
  readonly fields: FieldLines | undefined;
  readonly framing: Framing;
  readonly persistence: Persistence;
  readonly date: string;
  readonly head: Uint8Array;
}

let remembered: Remembered | undefined;

/** Heads remembered while one Date stands: where each differs from the last, remembering them all would cost. */
const RENEWALS = 16;
let renewals = 0;

export function writeResponseHead(
  status: number,
  fields: FieldLines | undefined,
  framing: Framing,
  persistence: Persistence,
  date: string,
): void {
  if (
    remembered !== undefined &&
    remembered.framing === framing &&
    remembered.status === status &&
    remembered.persistence === persistence &&
    remembered.date === date &&
    areEqual(remembered.fields, fields)
  ) {
    beginWith(remembered.head);
    return;
  }
  compose(status, fields, framing, persistence, date);
  if (remembered?.date !== date) renewals = 0;
  if (renewals++ >= RENEWALS) return;
  // A copy of the fields: their array is the application's.
  remembered = { status, fields: fields?.slice(), framing, persistence, date, head: written() };
}

function areEqual(a: FieldLines | undefined, b: FieldLines | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function compose(
  status: number,
  fields: FieldLines | undefined,
  framing: Framing,
  persistence: Persistence,
  date: string,
): void {
  beginMessage(startLine(status));
  if (fields !== undefined) writeFieldLines(fields);
  // RFC 9110 §6.6.1: whoever made the response says when; a gateway keeps the origin's Date.
  if (fields === undefined || !holds(fields, "date")) writeFieldLine("Date", date);
  if (typeof framing === "number") writeContentLength(framing);
  else if (framing === "chunked") writeLine("Transfer-Encoding: chunked\r\n");
  // RFC 9112 §9.6, §9.3: say so when it ends, and to a client of 1.0 when it does not.
  // RFC 9110 §7.8: who sends Upgrade (426) lists it in Connection.
  if (fields !== undefined && namesUpgrade(fields)) {
    writeLine(persistence === "ends" ? "Connection: Upgrade, close\r\n" : "Connection: Upgrade\r\n");
  } else if (persistence === "ends") writeLine("Connection: close\r\n");
  else if (persistence === "stays for 1.0") writeLine("Connection: keep-alive\r\n");
}

/** With its CR LF. */
export function startLine(status: number): string {
  // RFC 9112 §2.3: our own version, whatever the client's.
  return status === 200 ? "HTTP/1.1 200 OK\r\n" : `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
}
