/** Our WebSocket client against our server, against a scripted one that lies, and over TLS. */
import { listenTcp } from "@socketscope/socket-core";
import { makeCertificates } from "@socketscope/testkit";
import { acceptValue } from "@socketscope/http/websocket";
import { afterEach, describe, expect, it } from "vitest";
import {
  acceptWebSocket,
  connectWebSocket,
  serveHttp,
  type Handler,
  type WebSocket,
  type WebSocketHandler,
} from "../../src/index.ts";
import { sha1 } from "../../src/websocket.ts";
import { scripted } from "./scripted.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** Messages in the order they came, and a wait for the next. */
class Inbox implements WebSocketHandler {
  readonly #messages: (string | Uint8Array)[] = [];
  #wake: (() => void) | undefined;
  onMessage(content: string | Uint8Array): void {
    this.#messages.push(content);
    this.#wake?.();
  }
  async next(): Promise<string | Uint8Array> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const echo: WebSocketHandler = { onMessage: (content, socket) => void socket.send(content) };
const accepting: Handler = (request) => acceptWebSocket(request, echo, { protocols: ["chat"] });

async function serve(handler: Handler, tls?: { key: string; cert: string }): Promise<number> {
  const listener = await listenTcp(
    { host: "127.0.0.1", port: 0, protocol: "http", ...(tls && { tls }) },
    (stream) => serveHttp(stream, handler),
  );
  open.push(listener);
  return listener.address.port;
}

describe("connectWebSocket", () => {
  it("says and hears text and octets, up to a message of a megabyte, and closes with both codes", async () => {
    const inbox = new Inbox();
    const port = await serve(accepting);
    const socket = await connectWebSocket({
      url: `ws://127.0.0.1:${port}/`,
      handler: inbox,
      protocols: ["other", "chat"],
    });
    expect(socket.protocol).toBe("chat");
    socket.send("gr\u00fc\u00df");
    expect(await inbox.next()).toBe("gr\u00fc\u00df");
    const large = Buffer.alloc(1_000_000, "x");
    if (!socket.send(large)) await socket.drained();
    expect(Buffer.from((await inbox.next()) as Uint8Array).equals(large)).toBe(true);
    socket.close(4000, "enough");
    // The server's Close repeats the code (RFC 6455 §5.5.1).
    expect(await socket.closed).toMatchObject({ code: 4000 });
  });

  it("speaks at once what the server says with its handshake", async () => {
    const inbox = new Inbox();
    let first: WebSocket | undefined;
    const port = await serve((request) =>
      acceptWebSocket(request, {
        onOpen(socket) {
          first = socket;
          for (let i = 0; i < 50; i++) socket.send(`${i}`);
        },
        onMessage: () => undefined,
      }),
    );
    const socket = await connectWebSocket({ url: `http://127.0.0.1:${port}/`, handler: inbox });
    for (let i = 0; i < 50; i++) expect(await inbox.next()).toBe(`${i}`);
    first?.close(1001);
    expect(await socket.closed).toMatchObject({ code: 1001 });
  });

  it("over TLS", async () => {
    const { ca, certificates } = makeCertificates(["127.0.0.1"]);
    const inbox = new Inbox();
    const port = await serve(accepting, certificates[0]);
    const socket = await connectWebSocket({ url: `wss://127.0.0.1:${port}/`, handler: inbox, tls: { ca } });
    expect(socket.secure).toBe(true);
    socket.send("hi");
    expect(await inbox.next()).toBe("hi");
    socket.close();
    await socket.closed;
  });

  it("RFC 6455 §4.1: another answer is no WebSocket", async () => {
    const port = await serve(() => ({ status: 403, content: "no" }));
    await expect(connectWebSocket({ url: `ws://127.0.0.1:${port}/`, handler: echo })).rejects.toMatchObject({
      code: "WEBSOCKET_REFUSED",
      status: 403,
    });
  });

  it.each<readonly [what: string, answer: (accept: string) => string, code: string]>([
    ["a false accept", () => "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n", "WS_HANDSHAKE_ACCEPT"],
    ["no Connection", (accept) => `Sec-WebSocket-Accept: ${accept}\r\n`, "WS_HANDSHAKE_CONNECTION"],
    [
      "a subprotocol nobody offered",
      (accept) => `Connection: upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: x\r\n`,
      "WS_HANDSHAKE_PROTOCOL",
    ],
  ])("RFC 6455 §4.1: a handshake with %s fails and the connection ends", async (_what, answer, code) => {
    const server = await scripted((socket, received) => {
      const key = /Sec-WebSocket-Key: (\S+)/.exec(received)?.[1];
      if (key === undefined) return;
      const fields = answer(acceptValue(key, sha1));
      socket.write(`HTTP/1.1 101 x\r\nUpgrade: websocket\r\n${fields}\r\n`);
    });
    open.push(server);
    await expect(connectWebSocket({ url: server.url, handler: echo })).rejects.toMatchObject({ code });
    await server.until(() => server.sockets[0]?.destroyed);
  });

  it("RFC 6455 §5.3: masks each frame with a key of its own", async () => {
    const server = await scripted((socket, received) => {
      const key = /Sec-WebSocket-Key: (\S+)/.exec(received)?.[1];
      if (key === undefined || !received.endsWith("\r\n\r\n")) return;
      const fields = `Connection: Upgrade\r\nSec-WebSocket-Accept: ${acceptValue(key, sha1)}\r\n`;
      socket.write(`HTTP/1.1 101 x\r\nUpgrade: websocket\r\n${fields}\r\n`);
    });
    open.push(server);
    const socket = await connectWebSocket({ url: server.url, handler: echo });
    socket.send("aaaa");
    socket.send("aaaa");
    await server.until(() => (server.received[0]?.split("\r\n\r\n")[1]?.length ?? 0) >= 20);
    const frames = server.received[0]?.split("\r\n\r\n").slice(1).join("\r\n\r\n") ?? "";
    const [first, second] = [frames.slice(0, 10), frames.slice(10, 20)];
    expect([first.slice(0, 2), second.slice(0, 2)]).toEqual(["\x81\x84", "\x81\x84"]);
    expect(first.slice(2, 6)).not.toBe(second.slice(2, 6));
  });
});
