/** Pipelined requests (RFC 9112 §9.3.2) and answers that come later: their order, and what one turn puts into one write. */
import { connect, type Socket } from "node:net";
import { EventEmitter, once } from "node:events";
import { listenTcp, TapPoint, type Listener, type Tap } from "@socketscope/socket-core";
import { serveHttp, type Handler, type Request, type Response } from "@socketscope/web";
import { afterEach, describe, expect, it } from "vitest";

let listener: Listener | undefined;
const sockets: Socket[] = [];
const errors: unknown[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.[Symbol.asyncDispose]();
  errors.length = 0;
});

/** What the server wrote, a string for each write: the tap sees each once. */
async function serve(handler: Handler): Promise<string[]> {
  const writes: string[] = [];
  const point = new TapPoint();
  const tap: Tap = {
    opened() {},
    refused() {},
    speaks() {},
    bytes(_flow, direction, octets) {
      if (direction === "out") writes.push(Buffer.from(octets).toString("latin1"));
    },
    secured() {},
    closed() {},
  };
  point.attach(tap);
  listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http", tap: point }, (stream) =>
    serveHttp(stream, handler, { onError: (error) => errors.push(error) }),
  );
  return writes;
}

async function client(): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port: listener?.address.port ?? 0 });
  sockets.push(socket);
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

function requests(count: number): string {
  return Array.from({ length: count }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join("");
}

async function received(socket: Socket, condition: (got: string) => boolean): Promise<string> {
  let got = "";
  for await (const octets of socket.iterator({ destroyOnReturn: false })) {
    got += String(octets);
    if (condition(got)) break;
  }
  return got;
}

const paths = (text: string): string[] => [...text.matchAll(/at (\/\d+)/g)].map(([, path]) => path ?? "");
const ok = ({ path }: Request): Response => ({ status: 200, content: `at ${path}\n` });
const sixteen = Array.from({ length: 16 }, (_, i) => `/${i}`);

const handlers: readonly [name: string, handler: Handler][] = [
  ["at once", ok],
  ["by an async function", async (request) => ok(request)],
  [
    "by promises of several turns of the microtasks",
    async (request) => {
      for (let i = 0; i < Number(request.path.slice(1)) % 4; i++) await Promise.resolve();
      return ok(request);
    },
  ],
  [
    "first by a timer, then by promises",
    async (request) => {
      if (request.path === "/0") await new Promise(setImmediate);
      return ok(request);
    },
  ],
];

describe("sixteen requests in one segment", () => {
  it.each(handlers)("are answered %s in their order, and in one write", async (_, handler) => {
    const writes = await serve(handler);
    const socket = await client();
    socket.write(requests(16));
    expect(paths(await received(socket, (got) => got.includes("at /15\n")))).toEqual(sixteen);
    expect(writes.map(paths)).toEqual([sixteen]);
  });

  it("are answered in their order when each answer waits for something else", async () => {
    const writes = await serve(async (request) => {
      await new Promise(setImmediate);
      return ok(request);
    });
    const socket = await client();
    socket.write(requests(16));
    expect(paths(await received(socket, (got) => got.includes("at /15\n")))).toEqual(sixteen);
    // An answer does not wait for the next one's promise.
    expect(writes.map(paths)).toEqual(sixteen.map((path) => [path]));
  });

  it("with content between them stay in order, though no handler reads it", async () => {
    await serve(async (request) => ok(request));
    const socket = await client();
    socket.write(
      sixteen
        .map((path) => `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nHello`)
        .join(""),
    );
    expect(paths(await received(socket, (got) => got.includes("at /15\n")))).toEqual(sixteen);
  });
});

describe("an answer that comes late", () => {
  it("goes nowhere when the client has gone, and that is no error of the handler", async () => {
    const told = new EventEmitter();
    const writes = await serve((request) => {
      request.onGone?.(() => told.emit("gone"));
      return new Promise((resolve) => told.emit("asked", resolve));
    });
    const socket = await client();
    socket.write(requests(1));
    const [answer] = (await once(told, "asked")) as [(response: Response) => void];
    socket.resetAndDestroy();
    await once(told, "gone");
    answer({ status: 200, content: "nobody reads this" });
    await new Promise(setImmediate);
    expect([writes, errors]).toEqual([[], []]);
  });

  it("that never comes holds nobody but its own connection", async () => {
    await serve((request) => (request.path === "/0" ? new Promise(() => {}) : ok(request)));
    const stuck = await client();
    stuck.write(requests(2));
    const free = await client();
    free.write(requests(2).slice(requests(1).length));
    expect(paths(await received(free, (got) => got.includes("at /1\n")))).toEqual(["/1"]);
    expect(stuck.bytesRead).toBe(0);
  });

  it("and is a failure comes behind those that were due before it, and is the last", async () => {
    const writes = await serve(async (request) => {
      if (request.path === "/2") throw new RangeError("a bug");
      return ok(request);
    });
    const socket = await client();
    socket.write(requests(4));
    await received(socket, () => false);
    expect(errors).toEqual([new RangeError("a bug")]);
    // RFC 9112 §9.6: nothing behind the response that closes is answered.
    expect(paths(writes.join(""))).toEqual(["/0", "/1"]);
    expect(writes.join("")).toMatch(/HTTP\/1.1 500 [^]*Connection: close\r\n/);
  });
});
