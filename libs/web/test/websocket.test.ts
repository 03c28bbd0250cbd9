import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import { listenTcp, type Listener } from "@socketscope/socket-core";
import { formatFrame, WebSocketCore, type WebSocketEvent } from "@socketscope/http/websocket";
import {
  acceptWebSocket,
  guard,
  serveHttp,
  type WebSocket,
  type WebSocketClosed,
  type WebSocketHandler,
  type WebSocketSettings,
} from "@socketscope/web";
import { afterEach, describe, expect, it } from "vitest";

const run = promisify(execFile);
let listener: Listener | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.[Symbol.asyncDispose]();
});

const echo: WebSocketHandler = { onMessage: (content, socket) => void socket.send(content) };

async function serve(handler: WebSocketHandler = echo, settings: WebSocketSettings = {}): Promise<number> {
  const answer = guard((request) => acceptWebSocket(request, handler, settings));
  listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http" }, (stream) =>
    serveHttp(stream, answer),
  );
  return listener.address.port;
}

const KEY = Uint8Array.of(1, 2, 3, 4);
const HANDSHAKE =
  "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/** A client on a raw socket: our own core behind the handshake's blank line. */
class Client {
  readonly socket: Socket;
  readonly core = new WebSocketCore({ role: "client", maskKey: () => KEY });
  readonly events: WebSocketEvent[] = [];
  ended = false;
  #head = "";
  #wake: (() => void) | undefined;

  constructor(port: number, first: Uint8Array = new Uint8Array(0)) {
    this.socket = connect({ port, host: "127.0.0.1" });
    sockets.push(this.socket);
    this.socket.write(Buffer.concat([Buffer.from(HANDSHAKE), first]));
    this.socket.on("data", (octets) => this.#take(octets));
    this.socket.on("end", () => {
      this.ended = true;
      this.#wake?.();
    });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The text of each message that came whole. */
  get messages(): readonly string[] {
    const found: string[] = [];
    let pieces: Uint8Array[] = [];
    for (const event of this.events) {
      if (event.type === "data") pieces.push(event.octets);
      if (event.type === "end") {
        found.push(Buffer.concat(pieces).toString());
        pieces = [];
      }
    }
    return found;
  }

  get close(): number | undefined {
    for (const event of this.events) if (event.type === "close") return event.code;
    return undefined;
  }

  #take(octets: Buffer): void {
    let rest: Uint8Array = octets;
    if (!this.#head.endsWith("\r\n\r\n")) {
      const all = this.#head + octets.toString("latin1");
      const at = all.indexOf("\r\n\r\n");
      const from = at < 0 ? octets.length : at + 4 - this.#head.length;
      this.#head = all.slice(0, at < 0 ? undefined : at + 4);
      rest = octets.subarray(from);
    }
    this.core.receive(rest);
    for (let event = this.core.next(); typeof event !== "string"; event = this.core.next())
      this.events.push(event);
    this.#wake?.();
  }
}

describe("a client that is not ours", () => {
  it("written from the RFC in python3 is greeted, echoed, answered and closed", async () => {
    const port = await serve(echo, { protocols: ["echo"] });
    const script = new URL("websocket.py", import.meta.url).pathname;
    const { stdout } = await run("python3", [script, `${port}`, `http://127.0.0.1:${port}`]);
    const octets = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
    const sha256 = createHash("sha256").update(octets).digest("hex");
    expect(stdout.trim().split("\n")).toEqual([
      "HTTP/1.1 101 Switching Protocols",
      "accept True connection Upgrade protocol echo",
      "81 plain Grüße",
      "8a plain are you there",
      "81 plain in pieces",
      `82 plain 100000 octets, sha256 ${sha256}`,
      "88 plain \u0003\\xe8",
      "end True",
    ]);
  });

  const curl = async (port: number, ...extra: readonly string[]): Promise<string> => {
    const fields = [
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
    ];
    const asked = [...fields, ...extra].flatMap((field) => ["-H", field]);
    const outcome = await run("curl", [
      "-sSi",
      "--http1.1",
      "--max-time",
      "1",
      ...asked,
      `http://127.0.0.1:${port}/`,
    ]).catch(
      // curl knows no WebSocket here and waits until its time is up.
      (error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }),
    );
    return outcome.stdout;
  };

  it("curl sees 101 with the accept value of RFC 6455 §1.3", async () => {
    const answer = await curl(await serve());
    expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(answer).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
  });

  it("curl without the handshake is told 426 in words, from another site's page 403", async () => {
    const port = await serve();
    const { stdout } = await run("curl", ["-sSi", `http://127.0.0.1:${port}/`]);
    expect(stdout).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(stdout).toContain("Upgrade: websocket\r\n");
    expect(stdout).toContain("This address is a WebSocket's");
    expect(await curl(port, "Origin: https://evil.example")).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe("the application's side", () => {
  /** A server that keeps its sockets. */
  async function kept(
    handler: Partial<WebSocketHandler>,
    settings: WebSocketSettings = {},
  ): Promise<{ port: number; opened: Promise<WebSocket> }> {
    let keep: (socket: WebSocket) => void = () => {};
    const opened = new Promise<WebSocket>((resolve) => {
      keep = resolve;
    });
    const port = await serve({ onOpen: (socket) => keep(socket), onMessage: () => {}, ...handler }, settings);
    return { port, opened };
  }

  it("may speak first, and a frame that came with the handshake is not lost", async () => {
    const port = await serve({ ...echo, onOpen: (socket) => void socket.send("welcome") });
    const client = new Client(port, Buffer.concat(formatFrame("text", true, Buffer.from("early"), KEY)));
    await client.until(() => client.messages.length === 2);
    expect(client.messages).toEqual(["welcome", "early"]);
  });

  it("a promise holds back the next message", async () => {
    const seen: string[] = [];
    let goOn: () => void = () => {};
    const port = await serve({
      onMessage(content, socket) {
        seen.push(content.toString());
        socket.send(content);
        if (content !== "one") return undefined;
        return new Promise((resolve) => {
          goOn = resolve;
        });
      },
    });
    const client = new Client(port);
    const frames = ["one", "two"].flatMap((text) => client.core.send({ type: "text", content: text }));
    client.socket.write(Buffer.concat(frames));
    await client.until(() => client.messages.length === 1);
    expect(seen).toEqual(["one"]);
    goOn();
    await client.until(() => client.messages.length === 2);
    expect(seen).toEqual(["one", "two"]);
  });

  it("closes with a code, and learns what the peer answered", async () => {
    const { port, opened } = await kept({});
    const client = new Client(port);
    const socket = await opened;
    socket.close(4001, "enough");
    socket.close(4002);
    await client.until(() => client.close !== undefined);
    expect(client.events.at(-1)).toMatchObject({ type: "close", code: 4001, reason: "enough" });
    client.socket.write(Buffer.concat(client.core.send({ type: "close", code: 4001 })));
    await client.until(() => client.ended);
    expect(await socket.closed).toMatchObject({ code: 4001, reason: "" });
    expect(socket.send("late")).toBe(true);
  });

  const broken: readonly (readonly [string, (client: Client) => Uint8Array, Partial<WebSocketClosed>])[] = [
    ["a frame without a mask", () => Uint8Array.of(0x81, 1, 0x41), { code: 1002, connection: "protocol" }],
    [
      "text that is not UTF-8",
      () => Buffer.concat(formatFrame("text", true, Uint8Array.of(0xff), KEY)),
      { code: 1007, connection: "protocol" },
    ],
    [
      "a message over the limit",
      () => Buffer.concat(formatFrame("binary", true, new Uint8Array(11), KEY)),
      { code: 1009, connection: "limit" },
    ],
    [
      "a failing handler",
      (client) => Buffer.concat(client.core.send({ type: "text", content: "fail" })),
      { code: 1011 },
    ],
  ];
  it.each(broken)("%s: the peer reads the code, and so does the application", async (_, octets, closed) => {
    const faults: unknown[] = [];
    const onMessage = (): Promise<void> => Promise.reject(new Error("a bug of ours"));
    const { port, opened } = await kept(
      { onMessage, onError: (error) => void faults.push(error) },
      { limits: { maxMessage: 10 } },
    );
    const client = new Client(port);
    const socket = await opened;
    client.socket.write(octets(client));
    await client.until(() => client.close !== undefined);
    expect(client.close).toBe(closed.code);
    if (client.core.state === "answering")
      client.socket.write(Buffer.concat(client.core.send({ type: "close", code: client.close ?? 1000 })));
    await client.until(() => client.ended);
    expect(await socket.closed).toMatchObject(closed);
    expect(faults.length).toBe(closed.code === 1011 ? 1 : 0);
  });

  it("a connection that just ends is 1006", async () => {
    const { port, opened } = await kept({});
    const client = new Client(port);
    const socket = await opened;
    client.socket.destroy();
    expect(await socket.closed).toMatchObject({ code: 1006 });
  });

  it("a peer that stays silent is pinged, then given up", async () => {
    const clock = { ms: 1, from: "start" } as const;
    const { port, opened } = await kept(
      {},
      { clocks: { idle: clock, pong: clock, frame: clock, close: clock } },
    );
    const client = new Client(port);
    const socket = await opened;
    await client.until(() => client.ended);
    expect(client.events.map(({ type }) => type)).toContain("ping");
    expect(await socket.closed).toMatchObject({ code: 1006, connection: "timeout" });
  });

  it("a drain says 1001", async () => {
    const { port, opened } = await kept({});
    const client = new Client(port);
    await opened;
    const drained = listener?.drain(5000);
    await client.until(() => client.close !== undefined);
    expect(client.close).toBe(1001);
    client.socket.write(Buffer.concat(client.core.send({ type: "close" })));
    expect(await drained).toBe(0);
  });
});
