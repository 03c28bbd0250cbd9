/** What a client sends beside a bare GET, and how a connection ends: content, Expect, refusal, drain, upgrade. */
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { ContentAborted, type Request } from "../src/index.ts";
import { gate, get, RawClient, serveForTest } from "./serving.ts";

const MIB = 1024 * 1024;
const post = (length: number, more = ""): string =>
  `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n${more}\r\n`;

describe("content of a request", () => {
  it("is taken no faster than the handler reads", async () => {
    const go = gate();
    const served = await serveForTest(async ({ body }) => {
      let octets = 0;
      for await (const piece of body) {
        octets += piece.length;
        await go.opened;
      }
      return { status: 200, content: `${octets}`, close: true };
    });
    const total = 64 * MIB;
    const client = await RawClient.to(served, post(total));
    const piece = new Uint8Array(MIB);
    let written = 0;
    // As fast as the server's side of the kernel takes it, until nothing has moved between two looks.
    const write = async (): Promise<void> => {
      while (written < total) {
        if (!client.socket.write(piece)) await once(client.socket, "drain");
        written += piece.length;
      }
    };
    const writing = write();
    let before = -1;
    await expect
      .poll(
        () => {
          const still = written > 0 && written === before;
          before = written;
          return still;
        },
        { interval: 150 },
      )
      .toBe(true);
    expect(written).toBeLessThan(24 * MIB);
    go.open();
    await writing;
    expect(await client.until((text) => text.endsWith(`${total}`))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("that breaks off throws in the handler, and is nobody's failure", async () => {
    const thrown = gate<unknown>();
    const served = await serveForTest(async ({ body }) => {
      await body.bytes(1000).catch((error: unknown) => {
        thrown.open(error);
        throw error;
      });
      return { status: 200 };
    });
    const client = await RawClient.to(served, `${post(100)}only this`);
    client.vanish();
    expect(await thrown.opened).toBeInstanceOf(ContentAborted);
    await expect.poll(() => served.listener.open.size).toBe(0);
    expect(served.failures).toEqual([]);
  });

  it("that nobody reads is read over, and the next request is answered", async () => {
    const served = await serveForTest(({ target }) => ({ status: 200, content: `<${target}>` }));
    const client = await RawClient.to(served, `${post(100_000)}${"x".repeat(100_000)}${get("/next")}`);
    const text = await client.until((all) => all.endsWith("</next>"));
    expect(text.match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
  });

  it("too large is answered 413 (RFC 9110 §15.5.14), readable though the client sends on (RFC 9112 §9.6)", async () => {
    const served = await serveForTest(async ({ body }) => ({ status: 200, content: await body.bytes(1000) }));
    for (const framing of [`Content-Length: ${20 * MIB}`, "Transfer-Encoding: chunked"]) {
      const head = `POST / HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n`;
      const client = await RawClient.to(served, head);
      const chunk = Buffer.concat([Buffer.from("100000\r\n"), new Uint8Array(MIB), Buffer.from("\r\n")]);
      // Twenty of them before the first look at what comes back.
      client.socket.pause();
      for (let i = 0; i < 20; i++) client.socket.write(framing.startsWith("T") ? chunk : new Uint8Array(MIB));
      client.socket.end();
      client.socket.resume();
      const text = await client.toEnd();
      expect(text).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close\r\n[^]*larger than 1000 octets\n$/);
      expect(client.ended).toBe("fin");
    }
    // The client's fault and not ours.
    expect(served.failures).toEqual([]);
  });
});

describe("Expect: 100-continue (RFC 9110 §10.1.1)", () => {
  const expecting = "Expect: 100-continue\r\n";

  it("is answered 100 when the handler begins to read", async () => {
    const served = await serveForTest(async ({ body }) => ({ status: 200, content: await body.text(100) }));
    const client = await RawClient.to(served, post(5, expecting));
    await client.until((text) => text === "HTTP/1.1 100 Continue\r\n\r\n");
    client.socket.write("hello");
    expect(await client.until((text) => text.endsWith("hello"))).toContain("HTTP/1.1 200 OK");
  });

  it("is not answered 100 when the handler has decided already", async () => {
    const served = await serveForTest(() => ({ status: 403, content: "no" }));
    const client = await RawClient.to(served, post(5, expecting));
    const text = await client.until((all) => all.endsWith("no"));
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
    expect(text).not.toContain("100 Continue");
  });

  it("needs no 100 once the content has come", async () => {
    const served = await serveForTest(async ({ body }) => ({ status: 200, content: await body.text(100) }));
    const client = await RawClient.to(served, `${post(5, expecting)}hello`);
    expect(await client.until((text) => text.endsWith("hello"))).toContain("HTTP/1.1 200 OK");
  });
});

describe("drain", () => {
  it("lets an answer that runs come to its end, and cuts nobody", async () => {
    const [asked, more] = [gate(), gate()];
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("begun ");
      asked.open();
      await more.opened;
      yield Buffer.from("and ended");
    }
    const served = await serveForTest(() => ({ status: 200, content: { length: 15, pieces: pieces() } }));
    const idle = await RawClient.to(served);
    const client = await RawClient.to(served, get());
    await asked.opened;
    const drained = served.listener.drain(20_000);
    await idle.toEnd();
    expect(idle.text).toBe("");
    await expect(RawClient.to(served)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    more.open();
    expect(await client.toEnd()).toMatch(/begun and ended$/);
    expect(await drained).toBe(0);
  });

  it("says with the answer that it is the last one (RFC 9112 §9.6)", async () => {
    const [asked, answer] = [gate(), gate()];
    const served = await serveForTest(async () => {
      asked.open();
      await answer.opened;
      return { status: 200, content: "last" };
    });
    const client = await RawClient.to(served, get());
    await asked.opened;
    const drained = served.listener.drain(20_000);
    answer.open();
    expect(await client.toEnd()).toMatch(/\r\nConnection: close\r\n[^]*last$/);
    expect(await drained).toBe(0);
  });

  it("cuts who has not ended by the deadline, and tells his handler", async () => {
    const [asked, gone] = [gate(), gate()];
    const served = await serveForTest((request: Request) => {
      request.onGone?.(() => gone.open());
      asked.open();
      return new Promise(() => undefined);
    });
    const client = await RawClient.to(served, get());
    await asked.opened;
    expect(await served.listener.drain(1)).toBe(1);
    await gone.opened;
    await client.toEnd();
  });
});

describe("upgrade (RFC 9110 §7.8)", () => {
  it("hands over the connection with the octets that came behind the request", async () => {
    const served = await serveForTest(() => ({
      status: 101,
      fields: ["Upgrade", "echo"],
      upgrade: (stream, rest) => {
        stream.speaks("echo");
        stream.attach({
          data: (octets) => void stream.write(octets),
          ended: () => stream.linger("peer-ended"),
          drain: () => undefined,
          late: () => undefined,
          finish: () => undefined,
          closed: () => undefined,
        });
        stream.write(rest);
      },
    }));
    const client = await RawClient.to(
      served,
      `${get("/", "Upgrade: echo\r\nConnection: Upgrade\r\n")}early `,
    );
    const head = "\r\n\r\n";
    await client.until((text) => text.endsWith(`${head}early `));
    client.socket.write("late");
    expect(await client.until((text) => text.endsWith("early late"))).toMatch(/^HTTP\/1\.1 101 /);
    client.socket.end();
    await client.toEnd();
    expect([client.ended, served.failures]).toEqual(["fin", []]);
  });
});
