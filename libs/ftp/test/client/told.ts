/** A client in a given place of its conversation, and what it says and tells, as lines. */
import { decodeUtf8, encodeUtf8 } from "@socketscope/wire";
import { FtpClient, type ClientVerb, type FtpClientEvent } from "../../src/index.ts";

/** What goes over the wire. */
export function sent(core: FtpClient, verb: ClientVerb, argument?: string): string {
  return decodeUtf8(core.send({ type: "command", verb, argument })) ?? "?";
}

/** What the octets tell, then where it rests. Throws as the core does. */
export function heard(core: FtpClient, text: string): readonly string[] {
  core.receive(encodeUtf8(text));
  const lines: string[] = [];
  for (;;) {
    const event = core.next();
    if (typeof event === "string") return [...lines, event];
    lines.push(told(event));
  }
}

export function told(event: FtpClientEvent): string {
  const { code, lines } = event.reply;
  const text = `${code}${lines.length > 1 ? ` of ${lines.length} lines` : ""}`;
  return event.type === "closing" ? `closing ${text}` : `${event.to} ${event.type} ${text}`;
}

/** Greeted. */
export function greeted(): FtpClient {
  const core = new FtpClient();
  heard(core, "220 hello\r\n");
  return core;
}

/** Logged in; then `verb` was sent. */
export function ready(verb?: ClientVerb, argument?: string): FtpClient {
  const core = greeted();
  sent(core, "USER", "me");
  heard(core, "230 in\r\n");
  if (verb !== undefined) sent(core, verb, argument);
  return core;
}

/** A download whose data connection is in use. */
export function transferring(): FtpClient {
  const core = ready("RETR", "f");
  heard(core, "150 here it comes\r\n");
  return core;
}
