/** A handler behind node:http: real clients can ask it, without our own server in the way. */
import { Fields } from "@socketscope/http";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Handler } from "../src/index.ts";
import { makeRequest } from "./requests.ts";

export interface Site extends AsyncDisposable {
  readonly url: string;
  /** Errors that came out of contents. */
  readonly failures: readonly unknown[];
}

export async function overNodeHttp(handler: Handler): Promise<Site> {
  const failures: unknown[] = [];
  const server = createServer((incoming, outgoing) => {
    respond(handler, incoming, outgoing).catch((error: unknown) => {
      failures.push(error);
      outgoing.destroy();
    });
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failures,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => void server.close(done));
    },
  };
}

async function respond(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method = "", url = "" } = incoming;
  const response = await handler(
    makeRequest(method, url, incoming.rawHeaders, { fields: new Fields(incoming.rawHeaders) }),
  );
  const { content = "" } = response;
  const isWhole = typeof content === "string" || content instanceof Uint8Array;
  const length = isWhole ? Buffer.byteLength(content) : content.length;
  const lines = [...(response.fields ?? [])];
  if (length !== undefined && response.status !== 304) lines.push("Content-Length", String(length));
  outgoing.writeHead(response.status, lines);
  if (isWhole) {
    outgoing.end(content);
    return;
  }
  const closed = once(outgoing, "close");
  for await (const piece of content.pieces) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(piece)) await Promise.race([once(outgoing, "drain"), closed]);
  }
  outgoing.end();
}
