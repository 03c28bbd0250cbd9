/** The proxy under both engines: what is asked on, and what is answered. */
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import type { ProxyOptions } from "../../src/proxy/proxy.ts";
import { ENGINES, type Serving } from "../serving.ts";
import { agent, errors, get, kept, proxyBefore } from "./bench.ts";
import { nodeUpstream, rawUpstream } from "./upstream.ts";

describe.each(ENGINES)("the proxy on engine %s", (_name, engine) => {
  const behind = (target: string | URL, more?: Partial<ProxyOptions>): Promise<Serving> =>
    proxyBefore(engine, target, more);

  it("RFC 9110 §3.7: a gateway asks on, and answers what it is answered", async () => {
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

  it("RFC 9110 §15.2: interim answers go on, and are none to a client of HTTP/1.0", async () => {
    const upstream = kept(
      await rawUpstream(
        (socket) =>
          void socket.write(
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: x\r\nX: y\r\n\r\n" +
              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
          ),
      ),
    );
    const { origin, port } = await behind(upstream.url);
    const seen: string[] = [];
    await get(origin, {
      onInformational: ({ status, fields }) =>
        seen.push(`${status} ${fields.get("link")} ${fields.has("x")}`),
    });
    expect(seen).toEqual(["103 </a.css>; rel=preload false"]);
    expect(await said(port, "GET /api HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
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
});

/** What comes back until the server ends. */
async function said(port: number, request: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.write(request);
  let text = "";
  for await (const octets of socket) text += String(octets);
  return text;
}
