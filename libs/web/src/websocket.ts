/** RFC 6455 §4.2 for handlers: the answer to a request that wants to become a WebSocket. */
import { createHash } from "node:crypto";
import { acceptHandshake, WebSocketCore } from "@socketscope/http/websocket";
import type { Request, Response } from "./handler.ts";
import {
  messageLimits,
  OpenWebSocket,
  type WebSocketHandler,
  type WebSocketSettings,
} from "./open-websocket.ts";

export function sha1(octets: Uint8Array): Uint8Array {
  return createHash("sha1").update(octets).digest();
}

/**
 * 101 and from then on frames, or 400, 405, 426 in plain words. Who may connect is not judged here: a browser sends
 * cookies with it from any page, so stand behind `guard` (RFC 6455 §10.2).
 */
export function acceptWebSocket(
  request: Request,
  handler: WebSocketHandler,
  settings: WebSocketSettings = {},
): Response {
  const answer = acceptHandshake(request, { sha1, protocols: settings.protocols ?? [] });
  const { fields } = answer;
  if (answer.status !== 101) {
    const content = `This address is a WebSocket's: ${answer.why}.\n`;
    return {
      status: answer.status,
      fields: [...fields, "Content-Type", "text/plain; charset=utf-8"],
      content,
    };
  }
  return {
    status: 101,
    fields,
    upgrade(stream, rest) {
      const core = new WebSocketCore({ role: "server", limits: messageLimits(settings) });
      if (rest.length > 0) core.receive(rest);
      void new OpenWebSocket(stream, core, answer.protocol, handler, settings);
    },
  };
}
