/** Faults on a listener of the line protocol: what the peer gets, what our side hears, what the tap shows. */
import { once } from "node:events";
import * as tls from "node:tls";
import { makeCertificates, type Certificate } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import {
  FaultError,
  Intercept,
  type Link,
  parseFault,
  TapPoint,
  type Intercepted,
  type InterceptLimits,
  type ListenOptions,
} from "../src/index.ts";
import { FakeTime } from "./support/fake-time.ts";
import { clocks, LineCore } from "./support/line-core.ts";
import { Peer, serveLines, turns, type OnLine } from "./support/peer.ts";

const { ca, certificates } = makeCertificates(["localhost"]);
const [certificate] = certificates as [Certificate];

const octets = (text: string) => Buffer.from(text, "latin1");
const text = (given: Uint8Array) => Buffer.from(given).toString("latin1");

interface Setting {
  readonly faults?: readonly object[];
  readonly limits?: Partial<InterceptLimits>;
  readonly listen?: Partial<ListenOptions>;
  readonly on?: OnLine;
}

/** A listener that answers "X" with "X!", and everything to look at. */
async function lines({ faults = [], limits, listen, on }: Setting = {}) {
  const time = new FakeTime();
  const intercept = new Intercept(limits, time);
  intercept.replace(faults.map(parseFault));
  const wire: string[] = [];
  const told: string[] = [];
  const tap = new TapPoint({
    opened() {},
    refused() {},
    speaks() {},
    secured() {},
    closed() {},
    bytes: (_, direction, given) => void wire.push(`${direction} ${JSON.stringify(text(given))}`),
    intercepted: (_, { direction, outcome, before, after }: Intercepted) =>
      void told.push(
        `${direction} ${outcome} ${JSON.stringify(text(before))} ${JSON.stringify(text(after))}`,
      ),
  });
  const heard: string[] = [];
  const { listener, next } = await serveLines(
    (line, link, seen) => {
      heard.push(line.text);
      return on === undefined ? void link.send(`${line.text}!`) : on(line, link, seen);
    },
    { intercept, tap, ...listen },
  );
  const peer = await Peer.to(listener);
  const seen = await next();
  return { time, intercept, peer, seen, heard, wire, told, listener, next };
}

/** Until it is so. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turns(1);
}

const hold = (on: "in" | "out", match?: object) => ({
  on,
  ...(match && { match }),
  action: { type: "hold" },
});

describe("an intercept without faults", () => {
  it("is no part of any stream", async () => {
    const { peer, intercept, told } = await lines();
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
    expect([intercept.waiting, intercept.held(), told]).toEqual([0, [], []]);
    expect([intercept.obeyed, new Intercept().obeyed]).toEqual([true, false]);
  });
});

describe("a fault", () => {
  it("delays what goes out, and keeps the order of what comes behind", async () => {
    const fault = { on: "out", match: { contains: "a!" }, action: { type: "delay", ms: 500 } };
    const { peer, time, intercept, told, wire } = await lines({ faults: [fault] });
    peer.socket.write("a\n");
    await until(() => intercept.waiting === 3);
    peer.socket.write("b\n");
    await until(() => intercept.waiting === 6);
    time.advance(499);
    await turns();
    expect([peer.received, wire]).toEqual(["", ['in "a\\n"', 'in "b\\n"']]);
    time.advance(1);
    expect(await peer.until((got) => got.length >= 6)).toBe("a!\nb!\n");
    expect(told).toEqual(['out passed "a!\\n" "a!\\n"']);
    expect(intercept.waiting).toBe(0);
  });

  it("delays by the time since it came, not by the place in the line", async () => {
    const { peer, time, intercept } = await lines({
      faults: [{ on: "out", action: { type: "delay", ms: 500 } }],
    });
    peer.socket.write("a\n");
    await until(() => intercept.waiting === 3);
    time.advance(300);
    peer.socket.write("b\n");
    await until(() => intercept.waiting === 6);
    time.advance(200);
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
    time.advance(300);
    expect(await peer.until((got) => got.length >= 6)).toBe("a!\nb!\n");
  });

  it("splits: our side gets the pieces one after the other", async () => {
    const fault = { on: "in", action: { type: "split", octets: 2, ms: 10 } };
    const { peer, time, heard, intercept } = await lines({ faults: [fault] });
    peer.socket.write("abcd\n");
    await until(() => intercept.waiting === 5);
    time.advance(10);
    expect(heard).toEqual([]);
    time.advance(10);
    expect(await peer.until((got) => got.length >= 6)).toBe("abcd!\n");
    expect(intercept.waiting).toBe(0);
  });

  it("answers with the whole of it, though another fault splits", async () => {
    const { peer, heard, time } = await lines({
      faults: [
        { on: "in", action: { type: "split", octets: 1, ms: 10 } },
        { on: "in", action: { type: "answer", octets: "no\n" } },
      ],
    });
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("no\n");
    expect([heard, time.armed]).toEqual([[], 0]);
  });

  it("splits: what goes out leaves in pieces, which the tap shows as they left", async () => {
    const fault = { on: "out", action: { type: "split", octets: 2, ms: 10 } };
    const { peer, time, wire, told } = await lines({ faults: [fault] });
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 2)).toBe("a!");
    time.advance(10);
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
    expect(wire).toEqual(['in "a\\n"', 'out "a!"', 'out "\\n"']);
    expect(told).toEqual(['out passed "a!\\n" "a!\\n"']);
  });

  it("truncates what goes out: the peer gets so many octets and a FIN, and nothing after it", async () => {
    const fault = { on: "out", match: { nth: 2 }, action: { type: "truncate", octets: 1 } };
    const { peer, seen, told } = await lines({ faults: [fault] });
    peer.socket.write("a\n");
    await peer.until((got) => got.length >= 3);
    peer.socket.write("b\n");
    expect(await peer.until((_, ended) => ended)).toBe("a!\nb");
    seen.link.send("more");
    peer.socket.end();
    expect(await seen.over).toBe("we-ended");
    expect(peer.received).toBe("a!\nb");
    expect(told[0]).toBe('out end "b!\\n" "b"');
  });

  it("truncates what comes in: our side gets so many octets and hears of a FIN, and nothing after it", async () => {
    const fault = { on: "in", action: { type: "truncate", octets: 2 } };
    const { peer, seen, heard, told } = await lines({ faults: [fault] });
    peer.socket.write("a\nb\n");
    expect(await peer.until((_, ended) => ended)).toBe("a!\n");
    expect([heard, seen.core.told]).toEqual([["a"], ["end"]]);
    expect(told).toEqual(['in end "a\\nb\\n" "a\\n"']);
    peer.socket.end();
    expect(await seen.over).toBe("peer-ended");
  });

  it("resets", async () => {
    const { peer, seen, heard } = await lines({
      faults: [{ on: "in", match: { contains: "boom" }, action: { type: "reset" } }],
    });
    peer.socket.write("a\n");
    await peer.until((got) => got.length >= 3);
    const failed = new Promise<unknown>((resolve) => peer.socket.once("error", resolve));
    peer.socket.write("boom\n");
    expect(await failed).toMatchObject({ code: "ECONNRESET" });
    expect([await seen.over, heard]).toEqual(["io", ["a"]]);
  });

  it("answers instead: our side never hears the question", async () => {
    const fault = { on: "in", match: { contains: "q" }, action: { type: "answer", octets: "no\n" } };
    const { peer, heard, wire, told } = await lines({ faults: [fault] });
    peer.socket.write("q\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("no\n");
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 6)).toBe("no\na!\n");
    expect(heard).toEqual(["a"]);
    expect(wire.slice(0, 2)).toEqual(['in "q\\n"', 'out "no\\n"']);
    expect(told).toEqual(['in answered "q\\n" "no\\n"']);
  });

  it("answers instead: the peer never hears our answer; without octets, nothing", async () => {
    const { peer, intercept } = await lines({
      faults: [{ on: "out", action: { type: "answer", octets: "no\n" } }],
    });
    peer.socket.write("q\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("no\n");
    intercept.replace([
      parseFault({ on: "out", match: { contains: "q" }, action: { type: "answer", octets: "" } }),
    ]);
    peer.socket.write("q\nq\n");
    await until(() => intercept.faults[0]?.acted === 1);
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 6)).toBe("no\na!\n");
  });

  it("edits both ways; the tap shows what the wire saw and, derived, the other side of it", async () => {
    const { peer, heard, wire, told } = await lines({
      faults: [
        { on: "in", action: { type: "edit", find: "a", replace: "bb" } },
        { on: "out", action: { type: "edit", find: "!", replace: "?" } },
      ],
    });
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 4)).toBe("bb?\n");
    expect(heard).toEqual(["bb"]);
    expect(wire).toEqual(['in "a\\n"', 'out "bb?\\n"']);
    expect(told).toEqual(['in passed "a\\n" "bb\\n"', 'out passed "bb!\\n" "bb?\\n"']);
  });

  it("meets open connections as well as new ones, and none once it is removed", async () => {
    const { peer, intercept, listener } = await lines();
    peer.socket.write("a\n");
    await peer.until((got) => got.length >= 3);
    const { id } = intercept.add(
      parseFault({ on: "out", action: { type: "edit", find: "!", replace: "?" } }),
    );
    peer.socket.write("b\n");
    expect(await peer.until((got) => got.length >= 6)).toBe("a!\nb?\n");
    const later = await Peer.to(listener);
    later.socket.write("c\n");
    expect(await later.until((got) => got.length >= 3)).toBe("c?\n");
    expect([intercept.faults[0]?.acted, intercept.remove("0"), intercept.remove(id)]).toEqual([
      2,
      false,
      true,
    ]);
    peer.socket.write("d\n");
    expect(await peer.until((got) => got.length >= 9)).toBe("a!\nb?\nd!\n");
    later.socket.destroy();
  });

  it("lets go what waits for it when it is removed; what another has changed stays changed", async () => {
    const { peer, intercept, time } = await lines({
      faults: [
        { on: "out", action: { type: "edit", find: "!", replace: "?" } },
        { on: "out", action: { type: "delay", ms: 500 } },
      ],
    });
    peer.socket.write("a\n");
    await until(() => intercept.waiting === 3);
    intercept.remove(intercept.faults[1]?.id ?? "");
    expect(await peer.until((got) => got.length >= 3)).toBe("a?\n");
    expect(time.armed).toBe(0);
  });

  it("holds the end of the stream behind what waits, both ways", async () => {
    const { peer, intercept, time, seen, heard } = await lines({
      faults: [{ on: "in", action: { type: "delay", ms: 500 } }],
    });
    peer.socket.end("a\n");
    await until(() => intercept.waiting === 2);
    await turns(20);
    expect([heard, seen.core.told]).toEqual([[], []]);
    intercept.add(parseFault({ on: "out", action: { type: "delay", ms: 700 } }));
    time.advance(500);
    await until(() => seen.core.told.length > 0);
    await turns(20);
    expect([heard, peer.received, peer.ended]).toEqual([["a"], "", false]);
    time.advance(700);
    expect(await peer.until((_, ended) => ended)).toBe("a!\n");
    expect(await seen.over).toBe("peer-ended");
  });
});

describe("a held chunk", () => {
  it("waits for its release, and what came behind it comes behind it", async () => {
    const { peer, intercept, seen, told, time } = await lines({ faults: [hold("out", { contains: "a!" })] });
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
    const { peer, intercept, told, wire } = await lines({ faults: [hold("out")] });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    intercept.release(intercept.held()[0]?.chunk ?? 0, octets("451 later\n"));
    expect(await peer.until((got) => got.length >= 10)).toBe("451 later\n");
    expect(wire.at(-1)).toBe('out "451 later\\n"');
    expect(told.at(-1)).toBe('out passed "a!\\n" "451 later\\n"');
  });

  it("may be discarded: the conversation goes on without it", async () => {
    const { peer, intercept, heard, told } = await lines({ faults: [hold("in", { contains: "a" })] });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    expect(intercept.discard(intercept.held()[0]?.chunk ?? 0)).toBe(true);
    peer.socket.write("b\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("b!\n");
    expect([heard, intercept.waiting, told.at(-1)]).toEqual([["b"], 0, 'in discarded "a\\n" ""']);
  });

  it("goes on by itself after holdMs", async () => {
    const { peer, intercept, time } = await lines({ faults: [hold("out")], limits: { holdMs: 1_000 } });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    time.advance(999);
    expect(intercept.held().length).toBe(1);
    time.advance(1);
    expect(intercept.held().length).toBe(0);
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
  });

  it("is let go when holding stops", async () => {
    const { peer, intercept } = await lines({ faults: [hold("out")] });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    intercept.replace([]);
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
    expect(intercept.held()).toEqual([]);
  });

  it("is forgotten, with its timer and its octets, when the connection goes", async () => {
    const { peer, intercept, time, seen, told } = await lines({ faults: [hold("in")] });
    peer.socket.write("a\n");
    await until(() => intercept.held().length === 1);
    seen.stream.destroy("we-ended");
    await seen.over;
    expect([intercept.held(), intercept.waiting, time.armed]).toEqual([[], 0, 0]);
    expect(told.at(-1)).toBe('in discarded "a\\n" ""');
  });

  it("on its way in, makes the socket rest: the peer's sender comes to a stand", async () => {
    const { peer, intercept, seen, heard } = await lines({ faults: [hold("in", { nth: 1 })] });
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
    const { peer, intercept, seen } = await lines({
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
    const { intercept, seen } = await lines({
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
    const { peer, intercept, seen, listener, next } = await lines({
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

describe("above TLS", () => {
  const secure = async (port: number) => {
    const socket = tls.connect({ host: "127.0.0.1", port, servername: "localhost", ca });
    socket.on("error", () => {});
    await once(socket, "secureConnect");
    return new Peer(socket);
  };

  it("sees and changes plaintext, and resets", async () => {
    const intercept = new Intercept({}, new FakeTime());
    intercept.add(parseFault({ on: "out", action: { type: "edit", find: "!", replace: "?" } }));
    intercept.add(parseFault({ on: "in", match: { contains: "boom" }, action: { type: "reset" } }));
    const { listener, next } = await serveLines((line, link) => void link.send(`${line.text}!`), {
      tls: certificate,
      intercept,
    });
    const peer = await secure(listener.address.port);
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("a?\n");
    const closed = once(peer.socket, "close");
    peer.socket.write("boom\n");
    await expect(closed).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await (await next()).over).toBe("io");
    expect(peer.ended).toBe(false);
  });

  it("lets the held answer to STARTTLS leave before the handshake begins", async () => {
    const time = new FakeTime();
    const intercept = new Intercept({}, time);
    intercept.add(parseFault({ on: "out", match: { contains: "go" }, action: { type: "delay", ms: 500 } }));
    const session = {
      on: async ({ text: said }: { text: string }, link: Link<string>) => {
        if (said === "STARTTLS") await link.startTls("go", certificate, new LineCore(), session, clocks.slow);
        else link.send(`${said}!`);
      },
    };
    const { listener, next } = await serveLines(({ text: said }, link) => session.on({ text: said }, link), {
      intercept,
    });
    const peer = await Peer.to(listener);
    await next();
    peer.socket.write("STARTTLS\n");
    await until(() => intercept.waiting === 3);
    await turns(20);
    time.advance(500);
    expect(await peer.until((got) => got.length >= 3)).toBe("go\n");
    peer.socket.removeAllListeners("data");
    const secured = new Peer(tls.connect({ socket: peer.socket, servername: "localhost", ca }));
    await once(secured.socket, "secureConnect");
    secured.socket.write("a\n");
    expect(await secured.until((got) => got.length >= 3)).toBe("a!\n");
    secured.socket.destroy();
  });
});

describe("setting faults", () => {
  it("takes all or none, and no more than its limit", () => {
    const intercept = new Intercept({ faults: 2 }, new FakeTime());
    const [first] = intercept.replace([parseFault(hold("in"))]);
    const bad = parseFault({ on: "in", action: { type: "delay", ms: -1 } });
    expect(() => intercept.replace([parseFault(hold("out")), bad])).toThrow(FaultError);
    expect(() => intercept.add(bad)).toThrow(FaultError);
    expect(intercept.faults).toEqual([first]);
    intercept.add(parseFault(hold("out")));
    expect(() => intercept.add(parseFault(hold("in")))).toThrow(/no more than 2/);
    expect(() => intercept.replace([1, 2, 3].map(() => parseFault(hold("in"))))).toThrow(/no more than 2/);
  });
});
