/** One request: where it goes, over what, and what comes back. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { listenTcp } from "@socketscope/socket-core";
import { makeCertificates } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { destinationOf } from "../../src/client-origin.ts";
import { serveHttp } from "../../src/index.ts";
import { agent, answering, kept, OK, server } from "./bench.ts";

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
    kept({ [Symbol.asyncDispose]: () => Promise.resolve(void node.close()) });
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
    kept(listener);
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

describe("what a URL asks", () => {
  it.each<readonly [section: string, url: string, authority: string, target: string]>([
    ["§4.2.1", "http://a.test", "a.test", "/"],
    ["§4.2.1", "http://a.test:80/", "a.test", "/"],
    ["§4.2.2", "https://a.test:443/?b", "a.test", "/?b"],
    ["§4.2.2", "https://a.test:80/", "a.test:80", "/"],
    ["§4.2.3", "HTTP://A.Test/%7Ea/../b", "a.test", "/b"],
    ["§4.2.4", "http://ann:secret@a.test/", "a.test", "/"],
    ["§4.2.5", "http://a.test/b?c#d", "a.test", "/b?c"],
    ["§4.3.1", "http://[::1]:8080/", "[::1]:8080", "/"],
  ])("RFC 9110 %s: %s asks %s for %s", (_section, url, authority, target) => {
    const asked = destinationOf(url);
    expect([asked.origin.authority, asked.target]).toEqual([authority, target]);
  });

  it.each(["/path", "a.test/", "ftp://a.test/", "http://"])("%s is none", (url) => {
    expect(() => destinationOf(url)).toThrow(expect.objectContaining({ code: "BAD_URL" }));
  });
});
