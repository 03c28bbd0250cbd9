/** What an intercept holds: who lets it go, how long it waits, and how much may wait. */
import { describe, expect, it } from "vitest";
import { hold, intercepted, until } from "./support/intercepted.ts";
import { Peer, turns } from "./support/peer.ts";

const octets = (text: string) => Buffer.from(text, "latin1");

describe("a held chunk", () => {
  it("waits for its release, and what came behind it comes behind it", async () => {
    const { peer, intercept, seen, told, time } = await intercepted({
      faults: [hold("out", { contains: "a!" })],
    });
    peer.socket.write("a\n");
    await until(() => intercept.waiting === 3);
    peer.socket.write("b\n");
    await until(() => intercept.waiting === 6);
    time.advance(14_000);
    const [held] = intercept.held();
    expect(held).toEqual({
      chunk: expect.any(Number) as number,
      flow: seen.stream.flow,
      direction: "out",
      faults: [intercept.faults[0]?.id],
      before: octets("a!\n"),
      after: octets("a!\n"),
      heldMs: 14_000,
      leftMs: 286_000,
      behind: 3,
    });
    expect([peer.received, intercept.release(0), intercept.release(held?.chunk ?? 0)]).toEqual([
      "",
      false,
      true,
    ]);
    expect(await peer.until((got) => got.length >= 6)).toBe("a!\nb!\n");
    expect([intercept.held(), intercept.release(held?.chunk ?? 0)]).toEqual([[], false]);
    expect(told).toEqual(['out held "a!\\n" "a!\\n"', 'out passed "a!\\n" "a!\\n"']);
  });

  it("may be released changed: the recording keeps both", async () => {
    const { peer, intercept, told, wire } = await intercepted({ faults: [hold("out")] });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    intercept.release(intercept.held()[0]?.chunk ?? 0, octets("451 later\n"));
    expect(await peer.until((got) => got.length >= 10)).toBe("451 later\n");
    expect(wire.at(-1)).toBe('out "451 later\\n"');
    expect(told.at(-1)).toBe('out passed "a!\\n" "451 later\\n"');
  });

  it("may be discarded: the conversation goes on without it", async () => {
    const { peer, intercept, heard, told } = await intercepted({ faults: [hold("in", { contains: "a" })] });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    expect(intercept.discard(intercept.held()[0]?.chunk ?? 0)).toBe(true);
    peer.socket.write("b\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("b!\n");
    expect([heard, intercept.waiting, told.at(-1)]).toEqual([["b"], 0, 'in discarded "a\\n" ""']);
  });

  it("goes on by itself after holdMs", async () => {
    const { peer, intercept, time } = await intercepted({ faults: [hold("out")], limits: { holdMs: 1_000 } });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    time.advance(999);
    expect(intercept.held().length).toBe(1);
    time.advance(1);
    expect(intercept.held().length).toBe(0);
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
  });

  it("is let go when holding stops", async () => {
    const { peer, intercept } = await intercepted({ faults: [hold("out")] });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    intercept.replace([]);
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
    expect(intercept.held()).toEqual([]);
  });

  it("is forgotten, with its timer and its octets, when the connection goes", async () => {
    const { peer, intercept, time, seen, told } = await intercepted({ faults: [hold("in")] });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    seen.stream.destroy("we-ended");
    await seen.over;
    expect([intercept.held(), intercept.waiting, time.armed]).toEqual([[], 0, 0]);
    expect(told.at(-1)).toBe('in discarded "a\\n" ""');
  });

  it("on its way in, makes the socket rest: the peer's sender comes to a stand", async () => {
    const { peer, intercept, seen, heard } = await intercepted({ faults: [hold("in", { nth: 1 })] });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    const flood = octets(`b${"x".repeat(1000)}\n`.repeat(1000));
    for (let sent = 0; sent < 20; sent++) peer.socket.write(flood);
    await turns(50);
    expect(heard).toEqual([]);
    expect(peer.socket.writableLength).toBeGreaterThan(4_000_000);
    expect(seen.stream.unread).toBeLessThanOrEqual(192 * 1024);
    intercept.release(intercept.held()[0]?.chunk ?? 0);
    await until(() => heard.length === 20_001);
    peer.socket.destroy();
  });

  it("on its way out, counts as queued: our writer is told to stop, and to go on", async () => {
    const { peer, intercept, seen } = await intercepted({
      faults: [hold("out")],
      listen: { limits: { highWaterMark: 64 * 1024 } },
    });
    const { link } = seen;
    expect(link.send("x".repeat(60_000))).toBe(true);
    expect(link.send("y".repeat(60_000))).toBe(false);
    let room = false;
    void link.drained().then(() => (room = true));
    await until(() => intercept.waiting > 120_000);
    await turns();
    expect([room, seen.stream.queued > 120_000]).toEqual([false, true]);
    intercept.replace([]);
    await peer.until((got) => got.length >= 120_002);
    await until(() => room);
    expect(seen.stream.queued).toBe(0);
  });

  it("does not let a writer that heeds nothing go above maxQueuedOctets", async () => {
    const { intercept, seen } = await intercepted({
      faults: [hold("out")],
      listen: { limits: { maxQueuedOctets: 100_000 } },
    });
    while (seen.reasons.length === 0) {
      seen.link.send("x".repeat(60_000));
      await turns(1);
    }
    expect([seen.reasons, intercept.waiting]).toEqual([["limit"], 0]);
  });

  it("cuts a flow that would hold more than heldOctets over all flows, and no other", async () => {
    const { peer, intercept, seen, listener, next } = await intercepted({
      faults: [hold("in")],
      limits: { heldOctets: 5 },
    });
    peer.socket.write("abc\n");
    await until(() => intercept.waiting === 4);
    const other = await Peer.to(listener);
    const otherSeen = await next();
    other.socket.write("d\n");
    expect(await otherSeen.over).toBe("limit");
    expect([seen.reasons, intercept.waiting]).toEqual([[], 4]);
  });
});
