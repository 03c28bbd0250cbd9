/** RFC 6455 §4.1: the client's side of the opening handshake, over our HTTP client. */
import { randomBytes } from "node:crypto";
import type { FieldLines, HttpLimits } from "@socketscope/http";
import { handshakeFields, verifyHandshake, WebSocketCore } from "@socketscope/http/websocket";
import type { TapPoint } from "@socketscope/socket-core";
import type { ClientTls } from "./client-dial.ts";
import { RequestError } from "./client-errors.ts";
import type { ClientDeadlines } from "./client-exchange.ts";
import { HttpAgent } from "./client.ts";
import {
  messageLimits,
  OpenWebSocket,
  type WebSocket,
  type WebSocketHandler,
  type WebSocketSettings,
} from "./open-websocket.ts";
import { sha1 } from "./websocket.ts";

export interface ConnectWebSocketOptions extends WebSocketSettings {
  /** ws, wss, http or https. */
  readonly url: string | URL;
  readonly handler: WebSocketHandler;
  /** What a browser would say of the page (RFC 6455 §10.2). Default: none. */
  readonly origin?: string;
  /** More fields of the handshake: cookies, credentials. */
  readonly fields?: FieldLines;
  readonly tls?: ClientTls;
  readonly deadlines?: Partial<ClientDeadlines>;
  readonly httpLimits?: Partial<HttpLimits>;
  /** Aborts the handshake; afterwards `close` is there. */
  readonly signal?: AbortSignal;
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  readonly tap?: TapPoint;
}

/** The server did not agree to a WebSocket: what it said instead is in `status`. */
export class WebSocketRefused extends RequestError {
  readonly status: number;
  constructor(status: number) {
    super("WEBSOCKET_REFUSED", `the server answered ${status} and opened no WebSocket`);
    this.status = status;
  }
}

/** Resolves once it is open. Rejects as `HttpAgent.request` does, with WebSocketRefused, or RemoteError for a false handshake. */
export async function connectWebSocket(options: ConnectWebSocketOptions): Promise<WebSocket> {
  const { url, handler, origin, fields = [], protocols, deadlines, signal } = options;
  const { tls, httpLimits, resolve, tap } = options;
  // RFC 6455 §4.1 item 7: 16 random octets, fresh for each connection.
  const key = randomBytes(16).toString("base64");
  const offer = { key, ...(protocols && { protocols }), ...(origin !== undefined && { origin }) };
  // A WebSocket takes its connection with it: nothing is left to be used again.
  using agent = new HttpAgent({
    ...(tls && { tls }),
    ...(httpLimits && { limits: httpLimits }),
    ...(resolve && { resolve }),
    ...(tap && { tap }),
  });
  const response = await agent.request({
    url,
    fields: [...handshakeFields(offer), ...fields],
    ...(deadlines && { deadlines }),
    ...(signal && { signal }),
  });
  const { upgraded } = response;
  if (upgraded === undefined) {
    response.body.cancel();
    throw new WebSocketRefused(response.status);
  }
  const { stream, rest } = upgraded;
  let protocol: string | undefined;
  try {
    protocol = verifyHandshake(response, offer, sha1);
  } catch (error) {
    stream.destroy("protocol");
    throw error;
  }
  const core = new WebSocketCore({
    role: "client",
    limits: messageLimits(options),
    // RFC 6455 §5.3: from a strong source, fresh for each frame.
    maskKey: () => randomBytes(4),
  });
  if (rest.length > 0) core.receive(rest);
  const socket = new OpenWebSocket(stream, core, protocol, handler, options);
  stream.resume();
  return socket;
}
