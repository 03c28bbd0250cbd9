/** Two readers of one stream of HTTP/1.x requests: our core, and node:http. What each took for whole requests. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { duplexPair } from "node:stream";
import { HttpServer } from "@socketscope/http";
import { RemoteError } from "@socketscope/wire";

/** `METHOD target content`, the content in latin1. Only requests that came to their end. */
export type Reading = readonly string[];

export function ourReading(input: Uint8Array): Reading {
  const core = new HttpServer({ date: () => "" });
  const read: string[] = [];
  let line = "";
  let content = "";
  try {
    for (const bit of [new Uint8Array(input), "end"] as const) {
      core.receive(bit);
      for (let event = core.next(); typeof event !== "string"; event = core.next()) {
        if (event.type === "request") {
          line = `${event.head.method} ${event.head.target}`;
          content = "";
          if (event.expectsContinue) core.send({ type: "informational", status: 100 });
        } else if (event.type === "data") content += Buffer.from(event.octets).toString("latin1");
        else {
          read.push(`${line} ${content}`);
          core.send({ type: "respond", status: 404 });
        }
      }
    }
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
  }
  return read;
}

/** node:http over a pair of streams: no port, no socket. */
export class NodeReader {
  readonly #server: Server;
  #read: string[] = [];

  constructor() {
    this.#server = createServer({ keepAliveTimeout: 1000 }, (request, response) =>
      this.#take(request, response),
    );
    this.#server.on("clientError", (_error, socket) => socket.destroy());
  }

  /** Bounded by the input: everything is there at once, and then the client ends. */
  async reading(input: Uint8Array): Promise<Reading> {
    this.#read = [];
    const [client, server] = duplexPair();
    const closed = once(server, "close");
    client.resume();
    server.on("error", () => undefined);
    client.on("error", () => undefined);
    this.#server.emit("connection", server);
    client.end(input);
    // Node leaves a connection open whose last request is not whole: it would wait for its timeouts.
    client.on("end", () => server.destroy());
    setTimeout(() => server.destroy(), 50).unref();
    await closed;
    return this.#read;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    let content = "";
    request.on("data", (octets: Buffer) => (content += octets.toString("latin1")));
    request.on("error", () => undefined);
    request.on("end", () => {
      this.#read.push(`${request.method} ${request.url} ${content}`);
      response.end();
    });
  }
}
