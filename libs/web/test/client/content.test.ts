/** Content both ways: as it was, at the pace of who reads it. */
import { describe, expect, it } from "vitest";
import type { Handler, HttpAgent } from "../../src/index.ts";
import { agent, OK, ours, server } from "./bench.ts";

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
    let finish: (() => void) | undefined;
    const { url } = await server((socket, text) => {
      if (finish !== undefined || !text.includes("\r\n\r\n")) return;
      finish = () => void socket.write("i");
      socket.write("HTTP/1.1 413 x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nh");
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
    // While the answer still comes.
    await gone;
    finish?.();
    expect(await response.body.text(10)).toBe("hi");
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
