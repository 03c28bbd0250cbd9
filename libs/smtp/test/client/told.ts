/** A client in a given place of its conversation, and what it says and tells, as lines. */
import { decodeLatin1, encodeLatin1 } from "@socketscope/wire";
import { SmtpClient, type SmtpClientAction, type SmtpClientEvent } from "../../src/index.ts";

export const EHLO: SmtpClientAction = { type: "ehlo", domain: "me.test" };
export const MAIL: SmtpClientAction = {
  type: "mail",
  reversePath: "a@b.test",
  parameters: { smtputf8: false },
};
export const DATA: SmtpClientAction = { type: "data" };
export const END: SmtpClientAction = { type: "end" };
export const RSET: SmtpClientAction = { type: "rset" };
export const NOOP: SmtpClientAction = { type: "noop" };
export const QUIT: SmtpClientAction = { type: "quit" };
export const STARTTLS: SmtpClientAction = { type: "starttls" };

export const rcpt = (forwardPath: string): SmtpClientAction => ({
  type: "rcpt",
  recipient: { forwardPath, parameters: {} },
});
export const content = (text: string): SmtpClientAction => ({ type: "content", octets: encodeLatin1(text) });
export const bdat = (text: string, last = false): SmtpClientAction => ({
  type: "bdat",
  octets: encodeLatin1(text),
  last,
});
export const auth = (mechanism: string, initial?: string): SmtpClientAction => ({
  type: "auth",
  mechanism,
  initial: initial === undefined ? undefined : encodeLatin1(initial),
});

/** Everything of ours is offered. */
export const ALL = [
  "b.test",
  "PIPELINING",
  "SIZE 1000",
  "8BITMIME",
  "SMTPUTF8",
  "CHUNKING",
  "DSN",
  "STARTTLS",
  "AUTH PLAIN SCRAM-SHA-256",
];

export function ehloReply(lines: readonly string[]): string {
  return lines.map((line, index) => `250${index === lines.length - 1 ? " " : "-"}${line}\r\n`).join("");
}

/** What the action is on the wire. */
export function sent(core: SmtpClient, action: SmtpClientAction): string {
  const pieces = core.send(action);
  return pieces instanceof Uint8Array
    ? decodeLatin1(pieces)
    : pieces.map((piece) => decodeLatin1(piece)).join("");
}

/** What the octets tell, then where it rests. Throws as the core does. */
export function heard(core: SmtpClient, text: string): readonly string[] {
  core.receive(encodeLatin1(text));
  const lines: string[] = [];
  for (;;) {
    const event = core.next();
    if (typeof event === "string") return [...lines, event];
    lines.push(told(event));
  }
}

export function told(event: SmtpClientEvent): string {
  switch (event.type) {
    case "reply":
      return `${event.to} ${event.reply.code}`;
    case "challenge":
      return `challenge ${event.octets === undefined ? "?" : decodeLatin1(event.octets)}`;
    case "closing":
      return `closing ${event.reply.code}`;
  }
}

/** Greeted and introduced; then `actions` sent ahead. */
export function ready(
  actions: readonly SmtpClientAction[] = [],
  offered: readonly string[] = ALL,
): SmtpClient {
  const core = new SmtpClient();
  heard(core, "220 b.test\r\n");
  core.send(EHLO);
  heard(core, ehloReply(offered));
  for (const action of actions) core.send(action);
  return core;
}

/** With a 354: the content may run. */
export function open(): SmtpClient {
  const core = ready([MAIL, rcpt("c@d.test"), DATA]);
  heard(core, "250 a\r\n250 b\r\n354 go\r\n");
  return core;
}
