/** What a handler's answer becomes on a real socket: whole, in pieces, broken off, or for nobody. */
import { stallReader } from "@socketscope/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Response } from "../src/index.ts";
import { gate, get, RawClient, serveForTest } from "./serving.ts";

const PIECE = new Uint8Array(64 * 1024).fill(0x61);

/** Pieces without end or as many as told, counted; `left` counts calls of return. */
function source(count = Number.POSITIVE_INFINITY) {
  const seen = { made: 0, left: 0 };
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => {
      if (seen.made === count) return Promise.resolve({ done: true, value: undefined });
      seen.made += 1;
      return Promise.resolve({ done: false, value: PIECE });
    },
    return: () => {
      seen.left += 1;
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { seen, pieces: { [Symbol.asyncIterator]: () => iterator } };
}

/** Nothing ever comes: only `return` ends it, as with an event stream. */
function silent() {
  const seen = { asked: 0, left: 0 };
  const over = gate<IteratorResult<Uint8Array, undefined>>();
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next: () => {
      seen.asked += 1;
      return over.opened;
    },
    return: () => {
      seen.left += 1;
      over.open({ done: true, value: undefined });
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { seen, pieces: { [Symbol.asyncIterator]: () => iterator } };
}

describe("a streamed answer", () => {
  it("is made no faster than it is read: one stalled reader holds a bounded amount", async () => {
    const total = 64 * 1024 * 1024;
    const { seen, pieces } = source(total / PIECE.length);
    const served = await serveForTest(() => ({ status: 200, content: { length: total, pieces } }));
    const reader = await stallReader(served.listener.address, get("/", "Connection: close\r\n"));
    onTestFinished(() => reader[Symbol.asyncDispose]());
    // It stands still when nothing was made between two looks.
    let before = -1;
    await expect
      .poll(
        () => {
          const still = seen.made > 0 && seen.made === before;
          before = seen.made;
          return still;
        },
        { interval: 150 },
      )
      .toBe(true);
    // 1 MiB queued here, and what the kernel takes for a socket (tcp_wmem: 4 MiB by default).
    expect(seen.made * PIECE.length).toBeLessThan(12 * 1024 * 1024);
    const { how, octets } = await reader.resume();
    expect([how, seen.made * PIECE.length]).toEqual(["end", total]);
    expect(octets).toBeGreaterThan(total);
    expect(octets).toBeLessThan(total + 1000);
  });

  it("carries trailers behind the last chunk (RFC 9112 §7.1.2)", async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("one ");
      yield Buffer.from("two");
    }
    const trailers = () => ["Digest", "x"];
    const served = await serveForTest(() => ({ status: 200, content: { pieces: pieces(), trailers } }));
    const client = await RawClient.to(served, get("/", "TE: trailers\r\nConnection: close, TE\r\n"));
    const text = await client.toEnd();
    expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe("4\r\none \r\n3\r\ntwo\r\n0\r\nDigest: x\r\n\r\n");
  });

  it.each([
    ["HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200],
    ["304", get(), 304],
    ["204", get(), 204],
  ])("is not made for %s, and its source is let go of", async (_what, request, status) => {
    const { seen, pieces } = source();
    const served = await serveForTest(({ target }) =>
      target === "/next" ? { status: 200, content: "next" } : { status, content: { pieces } },
    );
    const client = await RawClient.to(served, request + get("/next"));
    await client.until((text) => text.endsWith("next"));
    expect(seen).toEqual({ made: 0, left: 1 });
  });

  it("is let go of when the client goes in the middle", async () => {
    const { seen, pieces } = source();
    const served = await serveForTest(() => ({ status: 200, content: { pieces } }));
    const client = await RawClient.to(served, get());
    await client.until((text) => text.length > PIECE.length);
    client.vanish();
    await expect.poll(() => seen.left).toBeGreaterThan(0);
    const { made } = seen;
    await expect.poll(() => served.listener.open.size).toBe(0);
    expect(seen.made).toBe(made);
    expect(served.failures).toEqual([]);
  });

  it("is let go of at once when the client goes while the next piece is awaited", async () => {
    const { seen, pieces } = silent();
    const served = await serveForTest(() => ({ status: 200, content: { pieces } }));
    const client = await RawClient.to(served, get());
    await expect.poll(() => seen.asked).toBe(1);
    client.vanish();
    await expect.poll(() => seen.left).toBe(1);
    expect(served.failures).toEqual([]);
  });

  it("is let go of when the client has gone before there was an answer", async () => {
    const { seen, pieces } = source();
    const asked = gate();
    const answer = gate<Response>();
    const served = await serveForTest(() => {
      asked.open();
      return answer.opened;
    });
    const client = await RawClient.to(served, get());
    await asked.opened;
    client.vanish();
    await expect.poll(() => served.listener.open.size).toBe(0);
    answer.open({ status: 200, content: { pieces } });
    await expect.poll(() => seen.left).toBe(1);
    expect([seen.made, served.failures]).toEqual([0, []]);
  });

  it.each([
    ["chunked", undefined],
    ["with a length", 999_999],
  ])("that breaks is broken off, never ended as if whole: %s", async (_what, length) => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new RangeError("the disk is gone");
    }
    const content = { pieces: pieces(), ...(length !== undefined && { length }) };
    const served = await serveForTest(() => ({ status: 200, content }));
    const client = await RawClient.to(served, get());
    const text = await client.toEnd();
    // RFC 9112 §8: without the last chunk, or with too few octets, the message is incomplete.
    expect(text).not.toContain("0\r\n\r\n");
    expect(text).not.toContain("disk");
    expect(served.failures).toMatchObject([
      { error: new RangeError("the disk is gone"), request: { target: "/" } },
    ]);
  });

  it("that gives less than it announced is broken off as well", async () => {
    const { pieces } = source(1);
    const served = await serveForTest(() => ({ status: 200, content: { length: PIECE.length + 1, pieces } }));
    const client = await RawClient.to(served, get());
    const text = await client.toEnd();
    expect(text.length - text.indexOf("\r\n\r\n") - 4).toBeLessThanOrEqual(PIECE.length);
    expect(served.failures).toHaveLength(1);
  });

  it("that gives more than it announced is let go of, and nothing of the surplus is sent as an answer", async () => {
    const { seen, pieces } = source(3);
    const served = await serveForTest(() => ({ status: 200, content: { length: PIECE.length, pieces } }));
    const client = await RawClient.to(served, get() + get("/again"));
    const text = await client.toEnd();
    expect(text.length - text.indexOf("\r\n\r\n") - 4).toBeLessThanOrEqual(PIECE.length);
    expect([served.failures.length, seen.left]).toEqual([1, 1]);
  });
});

describe("a handler that fails", () => {
  it.each([
    [
      "throws",
      () => {
        throw new RangeError("secret");
      },
    ],
    ["rejects", () => Promise.reject(new RangeError("secret"))],
  ] as [string, () => Response | Promise<Response>][])(
    "%s: 500 without the reason, which the log gets",
    async (_what, handler) => {
      const served = await serveForTest(handler);
      const client = await RawClient.to(served, get("/a"));
      const text = await client.toEnd();
      expect(text).toMatch(/^HTTP\/1\.1 500 [^]*\r\nConnection: close\r\n/);
      expect(text).not.toContain("secret");
      expect(served.failures).toMatchObject([{ error: new RangeError("secret"), request: { target: "/a" } }]);
    },
  );

  it("is nobody's business when its client has gone", async () => {
    const asked = gate();
    const answer = gate();
    const served = await serveForTest(async () => {
      asked.open();
      await answer.opened;
      throw new RangeError("too late");
    });
    const client = await RawClient.to(served, get());
    await asked.opened;
    client.vanish();
    await expect.poll(() => served.listener.open.size).toBe(0);
    answer.open();
    await expect.poll(() => served.failures).toEqual([]);
  });

  it("cannot split a response: a field with a line end is a bug, and answered 500 (RFC 9110 §5.5)", async () => {
    const served = await serveForTest(() => ({ status: 200, fields: ["X-A", "1\r\nSet-Cookie: evil"] }));
    const client = await RawClient.to(served, get());
    const text = await client.toEnd();
    expect(text).toMatch(/^HTTP\/1\.1 500 /);
    expect(text).not.toContain("evil");
    expect(served.failures).toHaveLength(1);
  });
});

describe("an interim answer", () => {
  it("RFC 9110 §15.2: goes before the answer", async () => {
    const served = await serveForTest((request) => {
      request.inform?.(103, ["Link", "</a.css>; rel=preload"]);
      return { status: 200, content: "x" };
    });
    const client = await RawClient.to(served, get("/", "Connection: close\r\n"));
    expect(await client.toEnd()).toMatch(
      /^HTTP\/1\.1 103 .*\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 /,
    );
  });

  it.each([100, 101, 200])("RFC 9110 §15.2.1, §15.2.2: %i is not a handler's to send so", async (status) => {
    const served = await serveForTest((request) => {
      request.inform?.(status);
      return { status: 200 };
    });
    const client = await RawClient.to(served, get("/", "Connection: close\r\n"));
    expect(await client.toEnd()).toMatch(/^HTTP\/1\.1 500 /);
    expect(served.failures).toMatchObject([{ error: { code: "HTTP_INTERIM_STATUS" } }]);
  });
});
