/** The proxy under both engines, in front of node:http and of servers that break off, stall and lie. */
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { listenTcp } from "@socketscope/socket-core";
import { stallReader, TemporaryFolder } from "@socketscope/testkit";
import {
  acceptWebSocket,
  connectWebSocket,
  HttpAgent,
  serveHttp,
  type ClientRequest,
} from "@socketscope/web";
import { afterEach, describe, expect, it } from "vitest";
import { reverseProxy, type ProxyOptions } from "../../src/proxy/proxy.ts";
import { ENGINES, serving, type Serving } from "../serving.ts";
import { nodeUpstream, rawUpstream, until, type Upstream } from "./upstream.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

function kept<One extends AsyncDisposable>(one: One): One {
  open.push(one);
  return one;
}

function agent(): HttpAgent {
  const made = new HttpAgent();
  open.push({ [Symbol.asyncDispose]: () => Promise.resolve(made.close()) });
  return made;
}

describe.each(ENGINES)("the proxy on engine %s", (_name, engine) => {
  const errors: unknown[] = [];

  /** A site whose /api is `target`. */
  async function behind(target: string | URL, more: Partial<ProxyOptions> = {}): Promise<Serving> {
    errors.length = 0;
    const folder = new TemporaryFolder("proxy");
    const handler = reverseProxy({
      path: "/api",
      target: typeof target === "string" ? new URL(target) : target,
      agent: agent(),
      onError: (error) => errors.push(error),
      ...more,
    });
    const server = await serving({ root: folder.path, mounts: [{ path: "/api", handler }] }, engine);
    open.push({
      async [Symbol.asyncDispose]() {
        await server.close();
        folder[Symbol.dispose]();
      },
    });
    return server;
  }

  async function get(
    origin: string,
    more: Partial<ClientRequest> & { readonly path?: string } = {},
  ): Promise<{
    status: number;
    text: string;
    get: (name: string) => string | undefined;
    all: (name: string) => readonly string[];
  }> {
    const { path = "/api/x", ...request } = more;
    const response = await agent().request({ url: `${origin}${path}`, ...request });
    const text = await response.body.text(1e8);
    const { fields } = response;
    return {
      status: response.status,
      text,
      get: (name) => fields.get(name),
      all: (name) => fields.all(name),
    };
  }

  it("asks on, and answers what it is answered", async () => {
    const upstream = kept(
      await nodeUpstream((message, response) => {
        response.writeHead(
          201,
          [
            ["Set-Cookie", "a=1", "Set-Cookie", "b=2", "Date", "Thu, 01 Jan 1970 00:00:00 GMT"],
            ["Server", "theirs", "Location", "/login", "Connection", "x-hop", "X-Hop", "1"],
          ].flat(),
        );
        response.end(JSON.stringify({ method: message.method, url: message.url, headers: message.headers }));
      }),
    );
    const { origin, port } = await behind(upstream.url);
    const answer = await get(origin, {
      path: "/api/a%20b?c=d",
      fields: ["X-Mine", "1", "X-Forwarded-For", "6.6.6.6"],
    });
    expect(answer.status).toBe(201);
    const there: unknown = JSON.parse(answer.text);
    expect(there).toMatchObject({
      method: "GET",
      url: "/a%20b?c=d",
      headers: {
        host: `127.0.0.1:${port}`,
        "x-mine": "1",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": `127.0.0.1:${port}`,
        "x-forwarded-proto": "http",
        forwarded: `for=127.0.0.1;host="127.0.0.1:${port}";proto=http`,
        via: expect.stringMatching(/^1\.1 socketscope-[0-9a-f]{8}$/),
      },
    });
    expect(answer.all("set-cookie")).toEqual(["a=1", "b=2"]);
    expect(answer.all("date")).toEqual(["Thu, 01 Jan 1970 00:00:00 GMT"]);
    expect(answer.get("server")).toBe("theirs");
    expect(answer.get("location")).toBe("/api/login");
    expect(answer.get("x-hop")).toBeUndefined();
    expect(answer.get("via")).toMatch(/^1\.1 socketscope-/);
  });

  it.each<
    readonly [what: string, raw: string, expected: { readonly text: string; readonly length?: string }]
  >([
    ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", { text: "hi", length: "2" }],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", { text: "hi" }],
    ["the end", "HTTP/1.0 200 OK\r\n\r\nhi", { text: "hi" }],
    ["nothing: 204", "HTTP/1.1 204 x\r\n\r\n", { text: "" }],
    ["nothing: 304", 'HTTP/1.1 304 x\r\nETag: "a"\r\n\r\n', { text: "" }],
    [
      "interim answers before",
      "HTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      { text: "", length: "0" },
    ],
  ])("hands on content framed by %s", async (_what, raw, { text, length }) => {
    const upstream = kept(await rawUpstream((socket) => void socket.end(raw)));
    const answer = await get((await behind(upstream.url)).origin);
    expect(answer.text).toBe(text);
    expect(answer.get("content-length")).toBe(length);
    expect(errors).toEqual([]);
  });

  it("RFC 9110 §9.3.2: HEAD keeps the length of what would come", async () => {
    const upstream = kept(
      await nodeUpstream((_message, response) => void response.setHeader("Content-Length", 5).end("12345")),
    );
    const answer = await get((await behind(upstream.url)).origin, { method: "HEAD" });
    expect([answer.text, answer.get("content-length")]).toEqual(["", "5"]);
  });

  it("RFC 9110 §6.5: trailers pass both ways", async () => {
    const upstream = kept(
      await nodeUpstream((message, response) => {
        message.resume().on("end", () => {
          response.writeHead(200, { Trailer: "Sum" });
          response.write("x");
          response.addTrailers({ Sum: message.trailers["t"] ?? "none" });
          response.end();
        });
      }),
    );
    const { origin } = await behind(upstream.url);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a");
    }
    const content = { pieces: pieces(), trailers: () => ["T", "u"] };
    const response = await agent().request({
      url: `${origin}/api`,
      method: "PUT",
      content,
      fields: ["TE", "trailers"],
    });
    expect(await response.body.text(10)).toBe("x");
    expect(response.body.trailers?.get("sum")).toBe("u");
  });

  it("RFC 9110 §10.1.1: an expectation is the other server's to meet", async () => {
    let refuses = true;
    const upstream = kept(
      await rawUpstream((socket, received) => {
        if (refuses) socket.end("HTTP/1.1 401 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        else if (received.endsWith("\r\n\r\n")) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        else if (received.endsWith("abc")) socket.end("HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n");
      }),
    );
    const { origin } = await behind(upstream.url, { deadlines: { expect: 60_000 } });
    const seen: number[] = [];
    const put = { method: "PUT", content: "abc", expectContinue: true, deadlines: { expect: 60_000 } };
    const asked = { ...put, onInformational: ({ status }: { status: number }) => void seen.push(status) };
    expect((await get(origin, asked)).status).toBe(401);
    expect(seen).toEqual([]);
    refuses = false;
    expect((await get(origin, asked)).status).toBe(200);
    expect(seen).toEqual([100]);
  });

  it("an upload of 16 MiB arrives as it was sent, whichever way it is framed", async () => {
    const octets = randomBytes(16 * 1024 * 1024);
    const sum = createHash("sha256").update(octets).digest("hex");
    const upstream = kept(
      await nodeUpstream((message, response) => {
        const hash = createHash("sha256");
        message.on("data", (piece: Buffer) => hash.update(piece));
        message.on("end", () => response.end(`${message.headers["content-length"]} ${hash.digest("hex")}`));
      }),
    );
    const { origin } = await behind(upstream.url);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < octets.length; at += 100_000) yield octets.subarray(at, at + 100_000);
    }
    expect((await get(origin, { method: "POST", content: octets })).text).toBe(`${octets.length} ${sum}`);
    expect((await get(origin, { method: "POST", content: { pieces: pieces() } })).text).toBe(
      `undefined ${sum}`,
    );
  });

  describe("what goes wrong behind it", () => {
    it.each<readonly [what: string, status: number, script: Parameters<typeof rawUpstream>[0]]>([
      ["ends without an answer", 502, (socket) => void socket.end()],
      ["resets", 502, (socket) => void socket.resetAndDestroy()],
      ["speaks no HTTP", 502, (socket) => void socket.write("220 hello\r\n")],
      [
        "frames its content twice",
        502,
        (socket) =>
          void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
      ],
      [
        "switches unasked",
        502,
        (socket) => void socket.write("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n"),
      ],
      ["says nothing", 504, () => undefined],
    ])("a server that %s is a %i", async (_what, status, script) => {
      const upstream = kept(await rawUpstream(script));
      const { origin } = await behind(upstream.url, { deadlines: { firstByte: 1 } });
      const answer = await get(origin);
      expect(answer.status).toBe(status);
      expect(answer.text).not.toContain("127.0.0.1");
      expect(errors).toHaveLength(1);
      await until(() => upstream.sockets.size === 0);
    });

    it("nobody there is a 502", async () => {
      const { origin } = await behind("http://127.0.0.1:1");
      expect((await get(origin)).status).toBe(502);
    });

    it.each<readonly [what: string, head: string]>([
      ["a length", "Content-Length: 100\r\n\r\n"],
      ["chunks", "Transfer-Encoding: chunked\r\n\r\n5\r\n"],
    ])("content that breaks off is never made to look whole (%s)", async (_what, head) => {
      const upstream = kept(
        await rawUpstream((socket) => void socket.end(`HTTP/1.1 200 OK\r\n${head}hello`)),
      );
      const { origin } = await behind(upstream.url);
      await expect(get(origin)).rejects.toMatchObject({
        code: expect.stringMatching(/^(HTTP_INCOMPLETE|RESET)$/) as string,
      });
    });

    it("RFC 9110 §7.6.3: a circle is broken", async () => {
      const target = new URL("http://127.0.0.1:1");
      const { origin, port } = await behind(target);
      target.port = String(port);
      target.pathname = "/api";
      expect((await get(origin)).status).toBe(508);
    });

    it.each<readonly [what: string, path: string, method: string, status: number]>([
      ["steps out of the path", "/api/%2e%2e/x", "GET", 400],
      ["TRACE", "/api", "TRACE", 405],
      ["OPTIONS for the next hop only", "/api", "OPTIONS", 204],
    ])("is not asked: %s", async (_what, path, method, status) => {
      const { origin } = await behind("http://127.0.0.1:1");
      const answer = await get(origin, {
        path: "/",
        method,
        target: path,
        fields: ["Max-Forwards", "0"],
      });
      expect(answer.status).toBe(status);
    });
  });

  it.each<readonly [when: string, answer: string]>([
    ["before the answer", ""],
    ["in the middle of it", "HTTP/1.1 200 OK\r\n\r\nhello"],
  ])("a client that goes %s takes the request behind it along", async (_when, answer) => {
    let asked = false;
    const upstream = kept(
      await rawUpstream((socket) => {
        asked = true;
        socket.write(answer);
      }),
    );
    const { port } = await behind(upstream.url);
    let got = "";
    const client = connect({ host: "127.0.0.1", port });
    client.on("data", (octets) => (got += octets.toString()));
    client.write("GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await until(() => asked && got.includes("hello") === (answer !== ""));
    // A FIN alone could be that of a client that has asked all it wants and still reads.
    client.resetAndDestroy();
    await until(() => upstream.sockets.size === 0);
    expect(errors).toEqual([]);
  });

  it("an upload that breaks off never looks whole behind, answered already or not", async () => {
    for (const answer of ["", "HTTP/1.1 413 x\r\nContent-Length: 0\r\n\r\n"]) {
      let got = "";
      const upstream = kept(
        await rawUpstream((socket, received) => {
          got = received;
          if (received.endsWith("part\r\n")) socket.write(answer);
        }),
      );
      const { port } = await behind(upstream.url);
      const client = connect({ host: "127.0.0.1", port });
      let answered = "";
      client.on("data", (octets) => (answered += octets.toString()));
      client.write("PUT /api HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
      await until(() => got.endsWith("part\r\n") && answered.includes("413") === (answer !== ""));
      client.destroy();
      await until(() => upstream.sockets.size === 0);
      expect(got.endsWith("4\r\npart\r\n")).toBe(true);
    }
  });

  it("a reader that stalls holds the server behind, and nothing piles up here", async () => {
    let written = 0;
    const MIB = 1024 * 1024;
    const upstream = kept(
      await nodeUpstream((_message, response) => {
        response.writeHead(200, { "Content-Length": 96 * MIB });
        const more = (): void => {
          while (written < 96) {
            written++;
            if (!response.write(Buffer.alloc(MIB))) return;
          }
        };
        response.on("drain", more);
        more();
      }),
    );
    const { origin, port } = await behind(upstream.url);
    await using reader = await stallReader(
      { host: "127.0.0.1", port },
      `GET /api HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
      65_536,
    );
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => void setTimeout(resolve, 200));
    }
    // Two loopback connections swallow some 10 MB each, our queues some more.
    expect(written).toBeLessThan(64);
    expect(origin).toContain(String(port));
    expect((await reader.resume()).octets).toBeGreaterThan(96 * MIB);
  }, 60_000);

  describe("WebSocket", () => {
    async function echo(): Promise<Upstream> {
      const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http" }, (stream) =>
        serveHttp(stream, (request) =>
          acceptWebSocket(
            request,
            {
              onOpen: (socket) => void socket.send("welcome"),
              onMessage: (content, socket) => void socket.send(content),
            },
            { protocols: ["chat"] },
          ),
        ),
      );
      return Object.assign(listener, {
        url: `http://127.0.0.1:${listener.address.port}`,
        sockets: new Set<never>(),
      });
    }

    it("is a tunnel: both ways, with its subprotocol, and its end is both ends'", async () => {
      const upstream = kept(await echo());
      const { port } = await behind(upstream.url);
      const messages: (string | Uint8Array)[] = [];
      const socket = await connectWebSocket({
        url: `ws://127.0.0.1:${port}/api/chat`,
        protocols: ["chat"],
        handler: { onMessage: (content) => void messages.push(content) },
      });
      expect(socket.protocol).toBe("chat");
      const large = randomBytes(900_000);
      socket.send("hello");
      socket.send(large);
      await until(() => messages.length === 3);
      expect(messages.slice(0, 2)).toEqual(["welcome", "hello"]);
      expect(large.equals(messages[2] as Uint8Array)).toBe(true);
      socket.close(4001);
      expect(await socket.closed).toMatchObject({ code: 4001 });
    });

    it("is refused as the server behind refuses it", async () => {
      const upstream = kept(
        await nodeUpstream((_message, response) => void response.writeHead(403).end("no")),
      );
      const { port } = await behind(upstream.url);
      const asked = connectWebSocket({
        url: `ws://127.0.0.1:${port}/api`,
        handler: { onMessage: () => undefined },
      });
      await expect(asked).rejects.toMatchObject({ code: "WEBSOCKET_REFUSED", status: 403 });
    });

    it("silent on both sides for too long, it ends", async () => {
      const upstream = kept(
        await rawUpstream((socket) => void socket.write("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n")),
      );
      const { origin } = await behind(upstream.url, { tunnelIdleMs: 1 });
      const response = await agent().request({ url: `${origin}/api`, fields: ["Upgrade", "websocket"] });
      expect(response.status).toBe(101);
      response.upgraded?.stream.resume();
      await until(() => upstream.sockets.size === 0);
      response.upgraded?.stream.destroy("we-ended");
    });
  });
});
