/** A client in a given place of its conversation, and what it says and tells, as lines. */
import { decodeLatin1, encodeLatin1 } from "@socketscope/wire";
import {
  describeResponse,
  Pop3Client,
  type Pop3ClientAction,
  type Pop3ClientEvent,
  type Pop3ClientLimits,
} from "../../src/index.ts";

export const CAPA: Pop3ClientAction = { type: "capa" };
export const STLS: Pop3ClientAction = { type: "stls" };
export const USER: Pop3ClientAction = { type: "user", name: "ann" };
export const PASS: Pop3ClientAction = { type: "pass", password: "se cret" };
export const STAT: Pop3ClientAction = { type: "stat" };
export const LIST: Pop3ClientAction = { type: "list" };
export const UIDL: Pop3ClientAction = { type: "uidl" };
export const NOOP: Pop3ClientAction = { type: "noop" };
export const RSET: Pop3ClientAction = { type: "rset" };
export const QUIT: Pop3ClientAction = { type: "quit" };
export const retr = (number: number): Pop3ClientAction => ({ type: "retr", number });
export const top = (number: number, lines: number): Pop3ClientAction => ({ type: "top", number, lines });
export const dele = (number: number): Pop3ClientAction => ({ type: "dele", number });
export const auth = (mechanism: string, initial?: string): Pop3ClientAction => ({
  type: "auth",
  mechanism,
  initial: initial === undefined ? undefined : encodeLatin1(initial),
});
export const respond = (octets: string): Pop3ClientAction => ({
  type: "respond",
  octets: octets === "*" ? "cancel" : encodeLatin1(octets),
});

/** Everything of ours is offered. */
export const ALL = ["USER", "TOP", "UIDL", "PIPELINING", "STLS", "SASL PLAIN SCRAM-SHA-256"];

export function capaReply(lines: readonly string[] = ALL): string {
  return `+OK\r\n${lines.map((line) => `${line}\r\n`).join("")}.\r\n`;
}

/** What the action is on the wire. */
export function sent(core: Pop3Client, action: Pop3ClientAction): string {
  const pieces = core.send(action);
  return pieces instanceof Uint8Array
    ? decodeLatin1(pieces)
    : pieces.map((piece) => decodeLatin1(piece)).join("");
}

/** What the octets tell, then where it rests. Throws as the core does. */
export function heard(core: Pop3Client, text: string): readonly string[] {
  core.receive(encodeLatin1(text));
  const events: Pop3ClientEvent[] = [];
  for (;;) {
    const event = core.next();
    if (typeof event === "string") return [...joined(events).map(told), event];
    events.push(event);
  }
}

/** Pieces that only the network parted are one. */
export function joined(events: readonly Pop3ClientEvent[]): readonly Pop3ClientEvent[] {
  const all: Pop3ClientEvent[] = [];
  for (const event of events) {
    const last = all.at(-1);
    if (event.type === "piece" && last?.type === "piece")
      all[all.length - 1] = { type: "piece", octets: Uint8Array.of(...last.octets, ...event.octets) };
    else all.push(event);
  }
  return all;
}

export function told(event: Pop3ClientEvent): string {
  switch (event.type) {
    case "response":
      return `${event.to} ${describeResponse(event.response)}`;
    case "piece":
      return `piece ${JSON.stringify(decodeLatin1(event.octets))}`;
    case "line":
      return `${event.to}: ${event.text}`;
    case "end":
      return `end ${event.to}${event.bare === undefined ? "" : ` ${event.bare}`}`;
    case "challenge":
      return `challenge ${event.octets === undefined ? "?" : decodeLatin1(event.octets)}`;
    case "closing":
      return `closing ${describeResponse(event.response)}`;
  }
}

/** Greeted, and CAPA answered. */
export function greeted(
  offered: readonly string[] = ALL,
  limits: Partial<Pop3ClientLimits> = {},
): Pop3Client {
  const core = new Pop3Client({ limits });
  heard(core, "+OK ready\r\n");
  core.send(CAPA);
  heard(core, capaReply(offered));
  return core;
}

/** Logged in; then `actions` sent ahead. */
export function inside(
  actions: readonly Pop3ClientAction[] = [],
  offered: readonly string[] = ALL,
  limits: Partial<Pop3ClientLimits> = {},
): Pop3Client {
  const core = greeted(offered, limits);
  core.send(USER);
  heard(core, "+OK\r\n");
  core.send(PASS);
  heard(core, "+OK\r\n");
  for (const action of actions) core.send(action);
  return core;
}
