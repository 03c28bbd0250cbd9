/** Connections that are kept, bounded, replaced when they have died. */
import { describe, expect, it } from "vitest";
import type { HttpAgent } from "../../src/index.ts";
import { agent, answering, OK, server } from "./bench.ts";
import { requestsIn } from "./scripted.ts";

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

  it("RFC 9110 §9.2.2, RFC 9112 §9.3.1: one that died before an octet came is replaced once, for what may be asked twice", async () => {
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
  ])("RFC 9110 §9.2.2, RFC 9112 §9.3.1: nothing is asked twice: %s", async (_what, request, answer) => {
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
