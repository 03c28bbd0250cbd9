/** The proxy in front of servers that break off, stall and lie, and behind clients that do. */
import { connect } from "node:net";
import { stallReader } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import type { ProxyOptions } from "../../src/proxy/proxy.ts";
import { ENGINES, type Serving } from "../serving.ts";
import { errors, get, kept, proxyBefore } from "./bench.ts";
import { nodeUpstream, rawUpstream, until } from "./upstream.ts";

describe.each(ENGINES)("the proxy on engine %s", (_name, engine) => {
  const behind = (target: string | URL, more?: Partial<ProxyOptions>): Promise<Serving> =>
    proxyBefore(engine, target, more);

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
    ])("RFC 9110 §15.6.3, §15.6.5: a server that %s is a %i", async (_what, status, script) => {
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

    it("RFC 9112 §8: nor to a client of HTTP/1.0, to whom an end is the content's end", async () => {
      const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello";
      let breakOff = (): void => undefined;
      const upstream = kept(
        await rawUpstream((socket) => {
          breakOff = () => void socket.destroy();
          socket.write(head);
        }),
      );
      const { port } = await behind(upstream.url);
      const client = connect({ host: "127.0.0.1", port });
      let got = "";
      client.on("data", (octets) => (got += octets.toString()));
      const how = new Promise((resolve) => {
        client.once("end", () => resolve("end"));
        client.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
      });
      client.write("GET /api HTTP/1.0\r\n\r\n");
      await until(() => got.endsWith("hello"));
      breakOff();
      expect(await how).toBe("ECONNRESET");
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
      // RFC 9110 §9.3.8: it would show what we put on
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

    it.each(["TRACE", "OPTIONS"])(
      "RFC 9110 §15.5.6, §9.3.7: the answer to %s names the methods",
      async (method) => {
        const { origin } = await behind("http://127.0.0.1:1");
        const answer = await get(origin, {
          path: "/",
          method,
          target: "/api",
          fields: ["Max-Forwards", "0"],
        });
        expect(answer.get("allow")).toMatch(/GET, HEAD.*OPTIONS$/);
      },
    );
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
  });
});
