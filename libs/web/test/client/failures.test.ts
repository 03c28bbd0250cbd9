/** Servers that break off, lie, run on or fall silent. */
import { describe, expect, it } from "vitest";
import { agent, answering, server } from "./bench.ts";

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
