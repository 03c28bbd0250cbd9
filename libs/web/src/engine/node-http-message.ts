/** Between node:http's messages and ours. */
import { Fields, type FieldLines } from "@socketscope/http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Flow } from "@socketscope/socket-core";
import { ContentAborted } from "../body.ts";
import type { Handler, Request, RequestBody, Response } from "../handler.ts";
import { collect, ContentTooLarge } from "../pulled-content.ts";

export function requestFrom(message: IncomingMessage, response: ServerResponse, flow: Flow): Request {
  const target = message.url ?? "/";
  const from = target.startsWith("/") ? 0 : pathStart(target);
  const mark = target.indexOf("?", from);
  const path = target.slice(from, mark < 0 ? undefined : mark);
  return {
    method: message.method ?? "GET",
    target,
    path: path === "" ? "/" : path,
    query: mark < 0 ? "" : target.slice(mark + 1),
    version: message.httpVersion === "1.0" ? "1.0" : "1.1",
    fields: new Fields(message.rawHeaders),
    flow,
    secure: message.socket instanceof TLSSocket,
    body: new NodeBody(message, response),
    inform: (status, lines = []) => inform(message, response, status, new Fields(lines)),
    onGone: (then) => whenGone(message.socket, response, then),
  };
}

/** Of the interim responses that a handler may send, node:http knows 102 and a 103 with Link. */
function inform(message: IncomingMessage, response: ServerResponse, status: number, fields: Fields): void {
  const link = fields.all("link");
  if (message.httpVersion === "1.0" || response.headersSent || response.socket === null) return;
  if (status === 102) response.writeProcessing();
  if (status !== 103 || link.length === 0) return;
  const hints = Object.fromEntries(
    [...fields].map(([name]) => [name.toLowerCase(), [...fields.all(name.toLowerCase())]]),
  );
  try {
    response.writeEarlyHints({ ...hints, link: [...link] });
  } catch {
    // Node reads Link more narrowly than RFC 8288; a hint may as well be left out.
  }
}

/** The socket outlives the response on a connection that is kept. */
function whenGone(socket: Socket, response: ServerResponse, then: () => void): void {
  if (socket.destroyed) {
    then();
    return;
  }
  socket.once("close", then);
  response.once("finish", () => socket.off("close", then));
}

/** RFC 9112 §3.2.2: of an absolute-form the authority is left out. */
function pathStart(target: string): number {
  const authority = target.indexOf("://");
  if (authority < 0) return 0;
  const found = target.slice(authority + 3).search(/[/?]/);
  return found < 0 ? target.length : authority + 3 + found;
}

class NodeBody implements RequestBody {
  readonly length: number | undefined;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(message: IncomingMessage, response: ServerResponse) {
    this.#message = message;
    this.#response = response;
    const { "content-length": length, "transfer-encoding": coding } = message.headers;
    if (length !== undefined) this.length = Number(length);
    else this.length = coding === undefined ? 0 : undefined;
  }

  get trailers(): Fields | undefined {
    return this.#message.complete ? new Fields(this.#message.rawTrailers) : undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    // RFC 9110 §10.1.1: the handler wants the content now.
    if (this.#message.headers.expect?.toLowerCase() === "100-continue" && !this.#response.headersSent)
      this.#response.writeContinue();
    const pieces: AsyncIterator<unknown> = this.#message[Symbol.asyncIterator]();
    for (;;) {
      const piece = await this.#next(pieces);
      if (piece.done === true) return;
      if (piece.value instanceof Uint8Array) yield piece.value;
    }
  }

  /** Node leaves who still reads waiting for ever once the response is whole and the client goes. */
  async #next(pieces: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> {
    let answered: (() => void) | undefined;
    try {
      return await new Promise((resolve, reject) => {
        answered = () => {
          if (this.#message.complete) return;
          discard(pieces).catch(() => undefined);
          reject(new ContentAborted("the response was whole before the content was"));
        };
        if (this.#response.writableFinished) answered();
        else this.#response.once("finish", answered);
        pieces
          .next()
          .then(resolve, (error: unknown) =>
            reject(new ContentAborted("the connection ended before the content did", { cause: error })),
          );
      });
    } finally {
      if (answered !== undefined) this.#response.off("finish", answered);
    }
  }

  async bytes(limit: number): Promise<Uint8Array> {
    if ((this.length ?? 0) > limit) throw new ContentTooLarge(limit);
    return collect(this, limit);
  }

  async text(limit: number): Promise<string> {
    return Buffer.from(await this.bytes(limit)).toString("utf8");
  }
}

/** What nobody reads would hold the connection. */
async function discard(pieces: AsyncIterator<unknown>): Promise<void> {
  for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next());
}

/** Answers; whatever is thrown becomes 500, or a broken connection where the answer had begun. */
export async function answerWith(
  handler: Handler,
  request: Request,
  response: ServerResponse,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    await send(await handler(request), request, response);
  } catch (error) {
    const tooLarge = error instanceof ContentTooLarge;
    if (!tooLarge) onError(error);
    if (response.headersSent) {
      // RFC 9112 §8: to a client of HTTP/1.0 a FIN may be the content's end; under TLS the missing close_notify tells.
      if (request.version === "1.0" && !request.secure) response.socket?.resetAndDestroy();
      response.destroy();
      return;
    }
    response.writeHead(tooLarge ? 413 : 500, {
      "Content-Type": "text/plain; charset=utf-8",
      Connection: "close",
    });
    response.end(tooLarge ? `${error.message}\n` : "The server failed to answer; its log says why.\n");
  }
}

async function send(
  { status, fields = [], content, close }: Response,
  request: Request,
  response: ServerResponse,
): Promise<void> {
  // The flat form of writeHead keeps names and order as they are, but replaces what setHeader said.
  const lines: string[] = [...fields];
  const closing = close === true || response.getHeader("connection") === "close";
  if (closing) lines.push("Connection", "close");
  if (content === undefined || typeof content === "string" || content instanceof Uint8Array) {
    // Buffer.from() would copy octets.
    const octets = content instanceof Uint8Array ? content : Buffer.from(content ?? "");
    // RFC 9110 §8.6: no Content-Length with 1xx, 204; with 304 it would be that of a 200.
    if (status !== 204 && status !== 304) lines.push("Content-Length", String(octets.length));
    response.writeHead(status, lines);
    response.end(octets);
    return;
  }
  if (content.length !== undefined && status !== 204 && status !== 304)
    lines.push("Content-Length", String(content.length));
  response.writeHead(status, lines);
  const pieces = content.pieces[Symbol.asyncIterator]();
  try {
    if (request.method !== "HEAD" && status !== 204 && status !== 304) {
      // Node keeps the head until there is content, which may take its time; ours goes out by itself.
      const waiting = setImmediate(() => response.flushHeaders());
      const first = await pieces.next().finally(() => clearImmediate(waiting));
      for (let piece = first; piece.done !== true; piece = await pieces.next()) {
        if (response.destroyed) return;
        if (!response.write(piece.value)) await drained(response);
      }
      // Node leaves them out where the content is not chunked (RFC 9112 §7.1.2).
      response.addTrailers(pairs(content.trailers?.() ?? []));
    }
  } finally {
    await pieces.return?.();
  }
  response.end();
}

function pairs(lines: FieldLines): [string, string][] {
  return [...new Fields(lines)].map(([name, value]) => [name, value]);
}

/** Resolves also when the client is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
