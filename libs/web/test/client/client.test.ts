/** The client against servers: our own, node:http, and ones that answer with what a test gives them. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { listenTcp, type Listener } from "@socketscope/socket-core";
import { makeCertificates } from "@socketscope/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { HttpAgent, serveHttp, type Handler, type HttpAgentOptions } from "../../src/index.ts";
import { requestsIn, scripted, type Script, type ScriptedServer } from "./scripted.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

function agent(options: HttpAgentOptions = {}): HttpAgent {
  const made = new HttpAgent(options);
  open.push({ [Symbol.asyncDispose]: () => Promise.resolve(made.close()) });
  return made;
}

async function server(script: Script): Promise<ScriptedServer> {
  const made = await scripted(script);
  open.push(made);
  return made;
}

async function ours(handler: Handler): Promise<string> {
  const listener: Listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http" }, (stream) =>
    serveHttp(stream, handler),
  );
  open.push(listener);
  return `http://127.0.0.1:${listener.address.port}`;
}

/** Answers each request without content with the same octets. */
const answering =
  (answer: string): Script =>
  (socket, received) => {
    if (received.endsWith("\r\n\r\n")) socket.write(answer, "latin1");
  };

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

describe("a request", () => {
  it("goes out with Host and comes back with all there is", async () => {
    const { url, port, received } = await server(
      answering(
        "HTTP/1.1 201 Made\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nT: u\r\n\r\n",
      ),
    );
    const response = await agent().request({ url: `${url}/a%20b?c#d`, fields: ["Accept", "*/*"] });
    expect(response).toMatchObject({ status: 201, reason: "Made", version: "1.1", reused: false });
    expect(response.fields.get("x-a")).toBe("b");
    expect(await response.body.text(10)).toBe("hi");
    expect(response.body.trailers?.get("t")).toBe("u");
    expect(received).toEqual([`GET /a%20b?c HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\n\r\n`]);
  });

  it("is answered by node:http, content and all", async () => {
    const node = createServer((message, answer) => {
      const pieces: Buffer[] = [];
      message.on("data", (piece: Buffer) => pieces.push(piece));
      message.on("end", () => answer.end(Buffer.concat(pieces).toString().toUpperCase()));
    });
    await new Promise<void>((resolve) => {
      node.listen(0, "127.0.0.1", resolve);
    });
    open.push({ [Symbol.asyncDispose]: () => Promise.resolve(void node.close()) });
    const { port } = node.address() as AddressInfo;
    const client = agent();
    for (const reused of [false, true]) {
      const response = await client.request({
        method: "POST",
        url: `http://127.0.0.1:${port}`,
        content: "h\u00e9",
      });
      expect(await response.body.text(10)).toBe("H\u00c9");
      expect(response.reused).toBe(reused);
    }
  });

  it("over TLS verifies the certificate, by name and by address", async () => {
    const { ca, certificates } = makeCertificates(["localhost", "127.0.0.1"]);
    const [tls] = certificates;
    if (tls === undefined) expect.unreachable();
    const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http", tls }, (stream) =>
      serveHttp(stream, (request) => ({ status: 200, content: request.secure ? "secure" : "clear" })),
    );
    open.push(listener);
    const { port } = listener.address;
    const resolve = (): Promise<readonly string[]> => Promise.resolve(["127.0.0.1"]);
    const trusting = agent({ tls: { ca }, resolve });
    for (const host of ["localhost", "127.0.0.1"]) {
      const response = await trusting.request({ url: `https://${host}:${port}/` });
      expect(await response.body.text(10)).toBe("secure");
      const { name, connect, tls: handshake, firstByte, total } = response.timings;
      expect([name === undefined, handshake === undefined]).toEqual([host !== "localhost", false]);
      expect([connect, handshake, firstByte, total].toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([
        connect,
        handshake,
        firstByte,
        total,
      ]);
    }
    const other = `https://other.test:${port}/`;
    await expect(trusting.request({ url: other })).rejects.toMatchObject({ code: "TLS" });
    await expect(agent({ resolve }).request({ url: `https://localhost:${port}/` })).rejects.toMatchObject({
      code: "TLS",
    });
    const believing = await agent({ tls: { verify: false }, resolve }).request({ url: other });
    expect(await believing.body.text(10)).toBe("secure");
    const named = await agent({ tls: { ca, servername: "localhost" }, resolve }).request({ url: other });
    expect(named.status).toBe(200);
    named.body.cancel();
  });

  it("tries the next address of a name when one does not answer", async () => {
    const { port } = await server(answering(OK));
    const response = await agent({ resolve: () => Promise.resolve(["::1", "127.0.0.1"]) }).request({
      url: `http://two.test:${port}/`,
    });
    expect(await response.body.text(10)).toBe("hi");
    expect(response.timings.name).toBeDefined();
  });

  it.each<
    readonly [what: string, url: string, resolve: (name: string) => Promise<readonly string[]>, code: string]
  >([
    ["no URL", "/a", () => Promise.resolve([]), "BAD_URL"],
    ["another scheme", "ftp://a/", () => Promise.resolve([]), "BAD_URL"],
    ["a name without an address", "http://a.test/", () => Promise.resolve([]), "NAME_NOT_FOUND"],
    ["nobody there", "http://a.test:1/", () => Promise.resolve(["127.0.0.1"]), "REFUSED"],
  ])("ends in an error that says so: %s", async (_what, url, resolve, code) => {
    await expect(agent({ resolve }).request({ url })).rejects.toMatchObject({ code });
  });

  it("shows interim answers and none of them is the answer", async () => {
    const { url } = await server(
      answering(`HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 x\r\n\r\n${OK}`),
    );
    const seen: number[] = [];
    const response = await agent().request({ url, onInformational: ({ status }) => seen.push(status) });
    expect(response.status).toBe(200);
    expect(seen).toEqual([103, 102]);
    response.body.cancel();
  });

  it("RFC 9110 §7.8: hands the connection over with what came behind 101", async () => {
    const { url, received, until } = await server((socket, text) => {
      if (text.endsWith("\r\n\r\n"))
        socket.write("HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\nfirst");
    });
    const client = agent();
    const response = await client.request({ url, fields: ["Upgrade", "shout"] });
    expect(response.status).toBe(101);
    expect(Buffer.from(response.upgraded?.rest ?? []).toString()).toBe("first");
    response.upgraded?.stream.write(Buffer.from("hello"));
    await until(() => received[0]?.endsWith("hello"));
    expect(client.idle).toBe(0);
    response.upgraded?.stream.destroy("we-ended");
  });
});

describe("connections", () => {
  it("are used again when the content was read, and only then", async () => {
    const { url, received } = await server(answering(OK));
    const client = agent();
    await (await client.request({ url })).body.bytes(10);
    expect(client.idle).toBe(1);
    const [first, second] = await Promise.all([client.request({ url }), client.request({ url })]);
    expect([first.reused, second.reused]).toEqual([true, false]);
    first.body.cancel();
    await second.body.bytes(10);
    expect(received.map(requestsIn)).toEqual([2, 1]);
    expect(client.idle).toBe(1);
  });

  it.each<readonly [what: string, answer: string]>([
    ["Connection: close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"],
    ["HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"],
  ])("are not kept behind %s", async (_what, answer) => {
    const { url, sockets } = await server(answering(answer));
    const client = agent();
    for (let i = 0; i < 2; i++) expect(await (await client.request({ url })).body.text(10)).toBe("hi");
    expect(client.idle).toBe(0);
    expect(sockets).toHaveLength(2);
  });

  it("rest within limits, for each origin and in all", async () => {
    const [a, b] = [await server(answering(OK)), await server(answering(OK))];
    const client = agent({ pool: { idlePerOrigin: 2, idle: 3 } });
    for (const { url } of [a, b]) {
      const responses = await Promise.all([1, 2, 3].map(() => client.request({ url })));
      for (const { body } of responses) await body.bytes(10);
    }
    expect(client.idle).toBe(3);
    await a.until(() => a.sockets.filter(({ destroyed }) => destroyed).length === 2);
    await b.until(() => b.sockets.filter(({ destroyed }) => destroyed).length === 1);
  });

  it("end after their time of rest", async () => {
    const { url, sockets, until } = await server(answering(OK));
    const client = agent({ idleMs: 1 });
    await (await client.request({ url })).body.bytes(10);
    await until(() => sockets[0]?.destroyed);
    expect(client.idle).toBe(0);
  });

  it("are forgotten when the server ends them or says what nobody asked", async () => {
    const { url, sockets } = await server(answering(OK));
    const client = agent();
    for (const harm of [(): void => void sockets.at(-1)?.end(), (): void => void sockets.at(-1)?.write(OK)]) {
      const response = await client.request({ url });
      await response.body.bytes(10);
      expect(response.reused).toBe(false);
      harm();
      while (client.idle > 0) await new Promise((resolve) => void setImmediate(resolve));
    }
  });

  it("RFC 9112 §9.3.1: one that died before an octet came is replaced once, for what may be asked twice", async () => {
    const { url, received } = await server((socket, text, connection) => {
      if (!text.endsWith("\r\n\r\n")) return;
      // The first connection answers once and takes the second request along when it goes.
      if (connection === 0 && requestsIn(text) === 2) socket.destroy();
      else socket.write(OK);
    });
    const client = agent();
    await (await client.request({ url })).body.bytes(10);
    const again = await client.request({ url, method: "PUT" });
    expect(again.reused).toBe(false);
    expect(await again.body.text(10)).toBe("hi");
    expect(received.map(requestsIn)).toEqual([2, 1]);
  });

  it.each<
    readonly [what: string, harm: (url: string) => Parameters<HttpAgent["request"]>[0], answer: string]
  >([
    ["a POST", (url) => ({ url, method: "POST" }), ""],
    [
      "content that can be made only once",
      (url) => ({ url, method: "PUT", content: { length: 0, pieces: once() } }),
      "",
    ],
    ["an answer that had begun", (url) => ({ url }), "HTTP/1.1 2"],
  ])("RFC 9112 §9.3.1: nothing is asked twice: %s", async (_what, request, answer) => {
    const { url, sockets } = await server((socket, text, connection) => {
      if (!text.endsWith("\r\n\r\n")) return;
      if (connection === 0 && requestsIn(text) === 2) socket.write(answer, () => socket.destroy());
      else socket.write(OK);
    });
    const client = agent();
    await (await client.request({ url })).body.bytes(10);
    await expect(client.request(request(url))).rejects.toThrow("the connection");
    expect(sockets).toHaveLength(1);
  });

  it("RFC 9112 §9.3.1: a fresh connection that dies is not replaced", async () => {
    const { url, sockets } = await server((socket, text) => void (text === "" || socket.destroy()));
    await expect(agent().request({ url })).rejects.toThrow("the connection");
    expect(sockets).toHaveLength(1);
  });

  it("do not begin on a closed client", async () => {
    const client = agent();
    client.close();
    await expect(client.request({ url: "http://127.0.0.1:1/" })).rejects.toMatchObject({
      code: "CLIENT_CLOSED",
    });
  });
});

async function* once(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(0);
}

describe("answers that go wrong", () => {
  it.each<readonly [what: string, answer: string, ends: "end" | "reset" | "stays", code: string]>([
    ["ends before it begins", "", "end", "HTTP_NO_RESPONSE"],
    ["is reset before it begins", "", "reset", "RESET"],
    ["ends within its head", "HTTP/1.1 200 OK\r\nX", "end", "HTTP_INCOMPLETE"],
    ["is no HTTP", "SSH-2.0-x\r\n", "stays", "HTTP_STATUS_LINE"],
    ["has a head without end", `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(300)}`, "stays", "HTTP_TOO_LARGE"],
    [
      "is preceded by interim answers without end",
      "HTTP/1.1 103 x\r\n\r\n".repeat(40),
      "stays",
      "HTTP_INTERIM",
    ],
    [
      "frames its content twice",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "stays",
      "HTTP_TRANSFER_ENCODING",
    ],
    ["switches unasked", "HTTP/1.1 101 x\r\nUpgrade: x\r\n\r\n", "stays", "HTTP_SWITCH"],
  ])("one that %s rejects", async (_what, answer, ends, code) => {
    const { url } = await server((socket, text) => {
      if (text === "") return;
      if (ends === "end") socket.end(answer);
      else if (ends === "reset") socket.resetAndDestroy();
      else socket.write(answer);
    });
    await expect(agent().request({ url })).rejects.toMatchObject({ code });
  });

  it.each<readonly [what: string, answer: string, ends: "end" | "reset" | "stays", code: string]>([
    ["ends before its length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", "end", "HTTP_INCOMPLETE"],
    [
      "ends before its last chunk",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
      "end",
      "HTTP_INCOMPLETE",
    ],
    ["is reset", "HTTP/1.1 200 OK\r\n\r\nhi", "reset", "RESET"],
    [
      "has a bad chunk",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nx\r\n",
      "stays",
      "HTTP_CHUNK",
    ],
  ])("content that %s gives what came, then fails", async (_what, answer, ends, code) => {
    const { url, sockets } = await server((socket, text) => {
      if (text === "") return;
      if (ends === "end") socket.end(answer);
      else socket.write(answer);
    });
    const { body } = await agent().request({ url });
    let came = "";
    const reading = (async () => {
      for await (const piece of body) {
        came += Buffer.from(piece).toString();
        if (ends === "reset") sockets[0]?.resetAndDestroy();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code });
    expect(came).toBe("hi");
  });

  it("content above the reader's limit is not read on", async () => {
    const endless = "x".repeat(64 * 1024);
    const { url, sockets, until } = await server((socket, text) => {
      if (text === "") return;
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const more = (): void => {
        while (socket.write(endless));
      };
      socket.on("drain", more);
      more();
    });
    const { body } = await agent().request({ url });
    await expect(body.bytes(100_000)).rejects.toMatchObject({ code: "CONTENT_TOO_LARGE" });
    await until(() => sockets[0]?.destroyed);
  });

  it("a reader that leaves early ends the connection", async () => {
    const { url, sockets, until } = await server(answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"));
    const { body } = await agent().request({ url });
    for await (const piece of body) {
      expect(piece).toHaveLength(2);
      break;
    }
    await until(() => sockets[0]?.destroyed);
  });
});

describe("deadlines", () => {
  it.each<readonly [phase: string, answer: string, code: string]>([
    ["firstByte", "", "HTTP_TIMEOUT"],
    ["firstByte", "HTTP/1.1 200 OK\r\n", "HTTP_TIMEOUT"],
  ])("%s: an answer's head that does not come (%j)", async (phase, answer, code) => {
    const { url } = await server((socket, text) => void (text === "" || socket.write(answer)));
    await expect(agent().request({ url, deadlines: { [phase]: 1 } })).rejects.toMatchObject({ code });
  });

  it("content: a piece that does not come", async () => {
    const { url } = await server(answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"));
    const { body } = await agent().request({ url, deadlines: { content: 1 } });
    await expect(body.bytes(10)).rejects.toMatchObject({ code: "HTTP_TIMEOUT" });
  });

  it("tls: a handshake nobody answers", async () => {
    const { port, sockets, until } = await server(() => undefined);
    const asked = agent({ deadlines: { tls: 1 } }).request({ url: `https://127.0.0.1:${port}/` });
    await expect(asked).rejects.toMatchObject({ code: "TIMED_OUT" });
    await until(() => sockets[0]?.destroyed);
  });

  it("connect: a name that is not answered", async () => {
    const client = agent({ deadlines: { connect: 1 }, resolve: () => new Promise(() => undefined) });
    await expect(client.request({ url: "http://slow.test/" })).rejects.toMatchObject({ code: "TIMED_OUT" });
  });

  it("the caller's signal: before, while connecting, while waiting, while reading", async () => {
    const { url, sockets, until } = await server((socket, text) => {
      if (text.includes("/answer")) socket.write("HTTP/1.1 200 OK\r\n\r\nhi");
    });
    const client = agent({ resolve: () => new Promise(() => undefined) });
    const reason = new Error("enough");
    const aborted = expect.objectContaining({ code: "ABORTED", cause: reason }) as unknown;
    await expect(client.request({ url, signal: AbortSignal.abort(reason) })).rejects.toEqual(aborted);
    const naming = new AbortController();
    const named = client.request({ url: "http://slow.test/", signal: naming.signal });
    naming.abort(reason);
    await expect(named).rejects.toEqual(aborted);
    const waiting = new AbortController();
    const waited = client.request({ url, signal: waiting.signal });
    await until(() => sockets.length === 1);
    waiting.abort(reason);
    await expect(waited).rejects.toEqual(aborted);
    const reading = new AbortController();
    const { body } = await client.request({ url: `${url}/answer`, signal: reading.signal });
    const read = body.bytes(100);
    reading.abort(reason);
    await expect(read).rejects.toEqual(aborted);
    await until(() => sockets.every(({ destroyed }) => destroyed));
  });
});

describe("content that is sent", () => {
  const received: Handler = async (request) => ({
    status: 200,
    content: `${request.body.length} ${(await request.body.bytes(1e9)).length} ${request.body.trailers?.get("sum")}`,
  });

  it("streams, with trailers, and asks its source no faster than the server reads", async () => {
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const url = await ours(async (request) => {
      await held;
      return received(request);
    });
    let made = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (; made < 400; made++) yield new Uint8Array(256 * 1024);
    }
    const content = { pieces: pieces(), trailers: () => ["Sum", "x"] };
    const answer = agent().request({ url, method: "PUT", content });
    // 100 MiB are wanted; nobody reads: what loopback and our queue swallow is far less.
    let before = -1;
    while (before !== made) {
      before = made;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(made).toBeLessThan(200);
    release?.();
    const { body } = await answer;
    expect(await body.text(100)).toBe(`undefined ${400 * 256 * 1024} x`);
  });

  it("large octets go with their length", async () => {
    const url = await ours(received);
    const { body } = await agent().request({ url, method: "POST", content: new Uint8Array(1_000_000) });
    expect(await body.text(100)).toBe("1000000 1000000 undefined");
  });

  it("a source that breaks never makes a request look whole", async () => {
    const { url, received: got, sockets, until } = await server(() => undefined);
    const failure = new Error("disk");
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("hi");
      await until(() => got[0]?.endsWith("hi\r\n"));
      throw failure;
    }
    const asked = agent().request({ url, method: "PUT", content: { pieces: pieces() } });
    await expect(asked).rejects.toMatchObject({ code: "CONTENT_FAILED", cause: failure });
    await until(() => sockets[0]?.destroyed);
    expect(got[0]?.endsWith("2\r\nhi\r\n")).toBe(true);
  });

  it("RFC 9112 §9.5: stops when the server answers and closes, and lets go of its source", async () => {
    const { url } = await server((socket, text) => {
      if (text.includes("\r\n\r\n"))
        socket.write("HTTP/1.1 413 x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
    });
    let letGo: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    async function* pieces(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield new Uint8Array(1000);
          await new Promise((resolve) => void setImmediate(resolve));
        }
      } finally {
        letGo?.();
      }
    }
    const response = await agent().request({ url, method: "PUT", content: { pieces: pieces() } });
    expect(response.status).toBe(413);
    expect(await response.body.text(10)).toBe("hi");
    await gone;
  });

  describe("RFC 9110 §10.1.1: Expect", () => {
    const HEAD = /\r\n\r\n$/;
    const ask = (client: HttpAgent, url: string, expectMs = 60_000) =>
      client.request({
        url,
        method: "PUT",
        content: "abc",
        expectContinue: true,
        deadlines: { expect: expectMs },
      });

    it("holds the content until 100 comes", async () => {
      const { url, received: got } = await server((socket, text) => {
        if (HEAD.test(text)) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        else if (text.endsWith("abc")) socket.write(OK);
      });
      const client = agent();
      expect((await ask(client, url)).status).toBe(200);
      expect(got[0]).toMatch(/Expect: 100-continue\r\n.*Content-Length: 3\r\n\r\nabc$/s);
    });

    it("sends it anyway after a while", async () => {
      const { url } = await server((socket, text) => void (text.endsWith("abc") && socket.write(OK)));
      expect((await ask(agent(), url, 1)).status).toBe(200);
    });

    it("does not send it when it is refused, and does not use the connection again", async () => {
      const { url, received: got } = await server((socket, text) => {
        if (HEAD.test(text)) socket.write("HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n");
      });
      const client = agent();
      const { status } = await ask(client, url);
      expect([status, client.idle]).toEqual([401, 0]);
      expect(got[0]?.endsWith("\r\n\r\n")).toBe(true);
    });

    it("asks again without it after 417", async () => {
      const { url, received: got } = await server((socket, text, connection) => {
        if (connection === 0 && HEAD.test(text)) socket.write("HTTP/1.1 417 x\r\nContent-Length: 0\r\n\r\n");
        else if (text.endsWith("abc")) socket.write(OK);
      });
      expect((await ask(agent(), url)).status).toBe(200);
      expect(got[1]).not.toContain("Expect");
    });

    it("our own server sends 100 when its handler reads", async () => {
      const response = await ask(agent(), await ours(received));
      expect(await response.body.text(100)).toBe("3 3 undefined");
    });
  });
});

describe("content that comes", () => {
  it("waits while nobody reads", async () => {
    let written = 0;
    const { url } = await server((socket, text) => {
      if (text === "") return;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${100 * 1024 * 1024}\r\n\r\n`);
      const more = (): void => {
        while (written < 100) {
          written++;
          if (!socket.write(Buffer.alloc(1024 * 1024))) return;
        }
      };
      socket.on("drain", more);
      more();
    });
    const { body } = await agent().request({ url });
    let before = -1;
    while (before !== written) {
      before = written;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(written).toBeLessThan(60);
    let length = 0;
    for await (const piece of body) length += piece.length;
    expect(length).toBe(100 * 1024 * 1024);
  });
});
