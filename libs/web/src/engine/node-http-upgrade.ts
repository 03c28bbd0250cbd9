/** RFC 9110 §7.8 over node:http: a handler may take the connection over, as a stream of ours on Node's socket. */
import { ServerResponse, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { reasonPhrase } from "@socketscope/http";
import { TapPoint, TcpStream, type Flow, type Stream } from "@socketscope/socket-core";
import type { Handler, Request, Response } from "../handler.ts";
import type { EngineOptions } from "./engine.ts";
import { answerWith, requestFrom } from "./node-http-message.ts";

/**
 * Answers a request that asks for another protocol. Node has left the socket when it tells of one, so whoever does not
 * get another protocol gets the connection's last answer. Returns the stream of one that was taken over.
 */
export async function answerUpgrade(
  message: IncomingMessage,
  socket: Socket,
  rest: Uint8Array,
  flow: Flow,
  { handler, tap, onError }: EngineOptions,
): Promise<Stream | undefined> {
  const plain = new ServerResponse(message);
  const request = requestFrom(message, plain, flow);
  const answered = askOnce(message, request, handler);
  const response = await answered.catch(() => undefined);
  if (response?.upgrade !== undefined) {
    if (socket.destroyed) return undefined;
    socket.write(switchHead(response));
    const stream = new UpgradedStream(socket, flow, tap);
    response.upgrade(stream, rest);
    return stream;
  }
  socket.on("error", () => socket.destroy());
  plain.on("finish", () => socket.end());
  // What the client still sends is for nobody, but unread it would turn our FIN into a reset.
  socket.resume();
  plain.assignSocket(socket);
  await answerWith(async () => ({ ...(await answered), close: true }), request, plain, onError);
  return undefined;
}

async function askOnce(message: IncomingMessage, request: Request, handler: Handler): Promise<Response> {
  const { "content-length": length = "0", "transfer-encoding": coding } = message.headers;
  // Node does not read the content of such a request, and without it an upload would be an empty file.
  if (length !== "0" || coding !== undefined) {
    const content = "This engine takes no content together with Upgrade.\n";
    return { status: 400, fields: ["Content-Type", "text/plain; charset=utf-8"], content };
  }
  return handler(request);
}

/** RFC 9110 §15.2.2: 101 goes without content; RFC 9110 §7.8: Upgrade is named in Connection. */
function switchHead({ status, fields = [] }: Response): string {
  let head = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
  for (let i = 0; i + 1 < fields.length; i += 2) head += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return `${head}Connection: Upgrade\r\n\r\n`;
}

/** On a socket whose opening, octets and end the tap is told of already; only the next protocol's name goes through here. */
class UpgradedStream extends TcpStream {
  readonly #underTls: boolean;

  constructor(socket: Socket, flow: Flow, tap: TapPoint) {
    super(socket, flow, namesOnly(tap));
    this.#underTls = socket instanceof TLSSocket;
  }

  override get secure(): boolean {
    return this.#underTls;
  }
}

function namesOnly(tap: TapPoint): TapPoint {
  const told = (): void => undefined;
  return new TapPoint({
    speaks: (flow, protocol) => tap.speaks(flow, protocol),
    opened: told,
    refused: told,
    bytes: told,
    secured: told,
    closed: told,
  });
}
