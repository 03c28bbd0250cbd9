import { describe, expect, it } from "vitest";
import { connectTcp, converse, TapPoint } from "../src/index.ts";
import { now, sweepAll } from "../src/sweep.ts";
import { clocks, LineCore } from "./support/line-core.ts";
import { Peer, serveLines, turns, withResolvers, stalled, type OnLine } from "./support/peer.ts";

const echo: OnLine = (line, link) => void link.send(`${line.text}!`);

describe("a conversation", () => {
  it("answers each line, pipelined lines in order and in one write", async () => {
    const { listener } = await serveLines(echo);
    const peer = await Peer.to(listener);
    let chunks = 0;
    peer.socket.on("data", () => chunks++);
    peer.socket.write("a\nb\nc\n");
    expect(await peer.until((got) => got.length >= 9)).toBe("a!\nb!\nc!\n");
    expect(chunks).toBe(1);
    peer.socket.destroy();
  });

  it("answers lines whose handlers are promises in order, and in one write when nothing else was waited for", async () => {
    const writes: string[] = [];
    const tap = new TapPoint({
      opened() {},
      refused() {},
      speaks() {},
      bytes: (_flow, direction, octets) =>
        void (direction === "out" && writes.push(Buffer.from(octets).toString("latin1"))),
      secured() {},
      closed() {},
    });
    const { listener } = await serveLines(
      async (line, link) => {
        if (line.text === "a") await new Promise(setImmediate);
        link.send(`${line.text}!`);
      },
      { tap },
    );
    const peer = await Peer.to(listener);
    peer.socket.write("a\nb\nc\nd\n");
    await peer.until((got) => got.length >= 12);
    expect(writes.join("")).toBe("a!\nb!\nc!\nd!\n");
    // The first waits for a timer; those behind it for microtasks.
    expect(writes.at(-1)).toMatch(/b!\nc!\nd!\n$/);
    peer.socket.destroy();
  });

  it("answers a client that has ended its side already (half close)", async () => {
    const { listener, next } = await serveLines(echo);
    const peer = await Peer.to(listener);
    peer.socket.end("last words\n");
    expect(await peer.until((_, ended) => ended)).toBe("last words!\n");
    expect(await (await next()).over).toBe("peer-ended");
  });

  it("holds the next event until the session's promise resolves, and then the peer's sender", async () => {
    const gate = withResolvers<void>();
    const seen: string[] = [];
    const { listener, next } = await serveLines((line) => {
      seen.push(line.text.slice(0, 5));
      return seen.length === 1 ? gate.promise : undefined;
    });
    const peer = await Peer.to(listener);
    peer.socket.write("first\n");
    const { stream, reasons } = await next();
    const line = `again${"x".repeat(1000)}\n`;
    const flood = Buffer.from(line.repeat(1000));
    // More than both socket buffers of loopback can hold: only a receiver that stands still makes this fill up.
    for (let sent = 0; sent < 20; sent++) peer.socket.write(flood);
    await turns(50);
    expect(seen).toEqual(["first"]);
    expect(stream.unread).toBeLessThanOrEqual(128 * 1024);
    expect(peer.socket.writableLength).toBeGreaterThan(4_000_000);
    gate.resolve();
    peer.socket.write("bye\n");
    while (seen.at(-1) !== "bye") await turns(1);
    expect(seen.length).toBe(20_002);
    expect(reasons).toEqual([]);
    peer.socket.destroy();
  });

  it("takes an answer that comes late, and after the end sends nowhere without a throw", async () => {
    const { listener, next } = await serveLines(() => {});
    const peer = await Peer.to(listener);
    peer.socket.write("q\n");
    const { link, over } = await next();
    await turns();
    link.send("late");
    expect(await peer.until((got) => got.endsWith("\n"))).toBe("late\n");
    peer.socket.destroy();
    await over;
    expect(link.send("nobody hears")).toBe(true);
    await link.drained();
    link.end();
  });

  it("never re-enters the session from a send", async () => {
    let depth = 0;
    let deepest = 0;
    const { listener } = await serveLines((line, link) => {
      deepest = Math.max(deepest, ++depth);
      link.send(line.text);
      link.send("x".repeat(100_000));
      depth--;
    });
    const peer = await Peer.to(listener);
    peer.socket.write("a\nb\nc\n");
    await peer.until((got) => got.length >= 300_009);
    expect(deepest).toBe(1);
    peer.socket.destroy();
  });

  it("lets the client read the answer to its fault although it goes on sending (linger)", async () => {
    const { listener, next } = await serveLines(echo);
    const peer = await Peer.to(listener);
    peer.socket.write("BAD\n");
    const flood = Buffer.alloc(1024 * 1024, "x");
    for (let i = 0; i < 8; i++) peer.socket.write(flood);
    expect(await peer.until((_, ended) => ended)).toBe("error: bad\n");
    peer.socket.end();
    expect(await (await next()).over).toBe("protocol");
  });

  it("stops forgetting when the lingering peer sends more than the limit", async () => {
    const { listener, next } = await serveLines(echo, {
      limits: { lingerOctets: 100_000, lingerMs: 3_600_000 },
    });
    const peer = await Peer.to(listener);
    peer.socket.write("BAD\n");
    await peer.until((_, ended) => ended);
    for (let i = 0; i < 64; i++) peer.socket.write(Buffer.alloc(64 * 1024));
    // Not the peer's own end: whose octets the kernel has all taken, and who reads no more, hears of no reset.
    expect(await (await next()).over).toBe("protocol");
    peer.socket.destroy();
  });

  it("stops waiting when the lingering peer neither speaks nor leaves", async () => {
    const { listener, next } = await serveLines(echo, { limits: { lingerMs: 3_600_000 } });
    const peer = await Peer.to(listener);
    peer.socket.write("BAD\n");
    const { over, reasons } = await next();
    await peer.until((_, ended) => ended);
    await turns();
    sweepAll(now() + 3_000_000);
    await turns();
    expect(reasons).toEqual([]);
    sweepAll(now() + 3_700_000);
    expect(await over).toBe("protocol");
    peer.socket.destroy();
  });

  it("calls a limit a limit", async () => {
    const { listener, next } = await serveLines(echo);
    const peer = await Peer.to(listener);
    peer.socket.write("x".repeat(2000));
    expect(await peer.until((_, ended) => ended)).toBe("error: too long\n");
    peer.socket.end();
    expect(await (await next()).over).toBe("limit");
  });

  it.each([
    [
      "thrown",
      () => {
        throw new RangeError("bug");
      },
    ],
    ["rejected", () => Promise.reject(new RangeError("bug"))],
  ] as const)("cuts the connection and reports a handler's error, %s", async (_, on) => {
    const { listener, next } = await serveLines(on);
    const peer = await Peer.to(listener);
    peer.socket.write("x\n");
    const seen = await next();
    expect(await seen.over).toBe("internal");
    expect(seen.failures).toEqual([new RangeError("bug")]);
    expect(await peer.until((_, ended) => ended)).toBe("");
    peer.socket.destroy();
  });

  it("hears of its end exactly once, whatever ended it", async () => {
    const endings: readonly [string, (peer: Peer) => void, string][] = [
      ["the peer's FIN", (peer) => peer.socket.end(), "peer-ended"],
      ["the peer's RST", (peer) => peer.socket.resetAndDestroy(), "io"],
      ["our end", (peer) => peer.socket.end("end\n"), "we-ended"],
      ["the core's own end", (peer) => peer.socket.end("quit\n"), "we-ended"],
      ["end, then destroy", (peer) => peer.socket.end("both\n"), "we-ended"],
    ];
    const { listener, next } = await serveLines((line, link) => {
      if (line.text === "quit") link.send("quit");
      else link.end();
      if (line.text === "both") link.stream.destroy("internal");
    });
    for (const [name, act, reason] of endings) {
      const peer = await Peer.to(listener);
      const seen = await next();
      act(peer);
      await seen.over;
      await turns();
      // A FIN sent behind the line reaches the core before or after the line is answered.
      if (reason === "we-ended") expect(seen.reasons, name).toHaveLength(1);
      else expect(seen.reasons, name).toEqual([reason]);
    }
  });
});

describe("clocks", () => {
  it("from the start: a slow loris is cut though it sends an octet now and then", async () => {
    const { listener, next } = await serveLines(echo);
    const peer = await Peer.to(listener);
    const { stream, core, over } = await next();
    peer.socket.write("a\n");
    await peer.until((got) => got === "a!\n");
    const due = stream.deadline;
    peer.socket.write("b");
    await turns(20);
    expect(stream.deadline).toBe(due);
    sweepAll(due - 1);
    expect(core.told).toEqual([]);
    sweepAll(due);
    peer.socket.end();
    expect(await over).toBe("timeout");
    expect(core.told[0]).toBe("timeout");
  });

  it("from progress: every octet pushes it back", async () => {
    const { listener, next } = await serveLines(echo, { clocks: clocks.lively });
    const peer = await Peer.to(listener);
    const { stream } = await next();
    await turns();
    const due = stream.deadline;
    expect(due).toBeLessThan(Infinity);
    peer.socket.write("b");
    while (stream.deadline === due) await turns(1);
    expect(stream.deadline).toBeGreaterThan(due);
    peer.socket.destroy();
  });

  it("stands still while a handler works", async () => {
    const gate = withResolvers<void>();
    const { listener, next } = await serveLines(() => gate.promise);
    const peer = await Peer.to(listener);
    const { stream, core } = await next();
    peer.socket.write("a\n");
    while (stream.deadline !== Infinity) await turns(1);
    sweepAll(now() + 3_600_000);
    expect(core.told).toEqual([]);
    gate.resolve();
    while (stream.deadline === Infinity) await turns(1);
    peer.socket.destroy();
  });

  it("gives up lingering after its time, when the peer stays", async () => {
    const { listener, next } = await serveLines((_, link) => link.end());
    const peer = await Peer.to(listener);
    peer.socket.write("x\n");
    await peer.until((_, ended) => ended);
    const { stream, reasons, over } = await next();
    while (stream.deadline === Infinity) await turns(1);
    expect(reasons).toEqual([]);
    sweepAll(stream.deadline);
    expect(await over).toBe("we-ended");
    peer.socket.destroy();
  });
});

describe("a reader that does not read", () => {
  it("is held at the high-water mark, and cut when the kernel takes nothing for the stall time", async () => {
    const answer = "y".repeat(100_000);
    let events = 0;
    const { listener, next } = await serveLines(
      (_, link) => {
        events++;
        link.send(answer);
      },
      { limits: { highWaterMark: 256 * 1024, writeStallMs: 5_000 } },
    );
    await stalled(listener.address, "x\n".repeat(1000));
    const { stream, over } = await next();
    await turns(50);
    // 1,000 questions would be 100 MB of answers.
    expect(stream.queued).toBeGreaterThan(0);
    expect(stream.queued).toBeLessThan(256 * 1024 + 200_000);
    expect(events).toBeLessThan(200);
    const start = now();
    sweepAll(start);
    sweepAll(start + 4_000);
    await turns();
    expect(stream.queued).toBeGreaterThan(0);
    sweepAll(start + 10_000);
    expect(await over).toBe("timeout");
  });

  it("is cut when a session writes on without heeding the mark", async () => {
    const { listener, next } = await serveLines(() => {}, {
      limits: { highWaterMark: 256 * 1024, maxQueuedOctets: 1_000_000 },
    });
    await stalled(listener.address, "x\n");
    const { link, over } = await next();
    const frame = "z".repeat(500_000);
    let refused = 0;
    for (let i = 0; i < 100; i++) if (!link.send(frame)) refused++;
    expect(refused).toBeGreaterThan(0);
    expect(await over).toBe("limit");
  });

  it("that reads again gets everything: drained() waits for it", async () => {
    const frame = "w".repeat(200_000);
    let stood = 0;
    const { listener } = await serveLines(async (_, link) => {
      for (let i = 0; i < 40; i++) {
        if (link.send(frame)) continue;
        stood++;
        await link.drained();
      }
      link.send("quit");
    });
    const reader = await stalled(listener.address, "x\n");
    await turns(20);
    const { how, octets } = await reader.resume();
    expect({ how, octets }).toEqual({ how: "end", octets: 40 * 200_001 + 5 });
    expect(stood).toBeGreaterThan(0);
  });
});

describe("become", () => {
  it("hands the octets that came behind over to the next protocol, and tells both sessions of the end once", async () => {
    const lines: string[] = [];
    const ends: string[] = [];
    const { listener, next } = await serveLines((line, link) => {
      lines.push(`old ${line.text}`);
      if (line.text !== "switch") return;
      link.send("switching");
      link.become(
        "lines/2",
        new LineCore(),
        {
          on: (line, link) => {
            lines.push(`new ${line.text}`);
            link.send(`new ${line.text}`);
          },
          closed: (reason) => void ends.push(reason),
        },
        clocks.slow,
      );
    });
    const peer = await Peer.to(listener);
    peer.socket.write("a\nswitch\nb\nhal");
    await peer.until((got) => got.includes("new b\n"));
    peer.socket.end("f\n");
    expect(await peer.until((_, ended) => ended)).toBe("switching\nnew b\nnew half\n");
    expect(lines).toEqual(["old a", "old switch", "new b", "new half"]);
    const { reasons, over } = await next();
    await over;
    expect({ reasons, ends }).toEqual({ reasons: ["peer-ended"], ends: ["peer-ended"] });
  });
});

describe("converse", () => {
  it("pulls events in order, and says undefined at the end", async () => {
    const { listener } = await serveLines((line, link) => {
      for (let i = 0; i < 40; i++) link.send(`${line.text}${i}`);
      link.send("quit");
    });
    const stream = await connectTcp({ ...listener.address, protocol: "lines", timeout: 60_000 });
    const dialogue = converse(stream, new LineCore(), clocks.slow);
    dialogue.send("go");
    const got: string[] = [];
    for (let line = await dialogue.next(); line !== undefined; line = await dialogue.next())
      got.push(line.text);
    expect(got).toEqual([...Array.from({ length: 40 }, (_, i) => `go${i}`), "quit"]);
    expect(dialogue.closed).toBe("peer-ended");
  });

  it("stops reading when sixteen events wait", async () => {
    const line = "x".repeat(1000);
    const { listener, next } = await serveLines((_, link) => {
      for (let i = 0; i < 20_000; i++) link.send(line);
    });
    const stream = await connectTcp({ ...listener.address, protocol: "lines", timeout: 60_000 });
    const dialogue = converse(stream, new LineCore(), clocks.slow);
    dialogue.send("go");
    const server = await next();
    while (server.stream.queued === 0) await turns(1);
    await turns(50);
    expect(server.stream.queued).toBeGreaterThan(4_000_000);
    for (let i = 0; i < 20_000; i++) expect((await dialogue.next())?.text.length).toBe(1000);
    stream.destroy("we-ended");
  });

  it("rejects with the peer's fault", async () => {
    const { listener } = await serveLines((_, link) => void link.send("BAD"));
    const stream = await connectTcp({ ...listener.address, protocol: "lines", timeout: 60_000 });
    const dialogue = converse(stream, new LineCore(), clocks.slow);
    dialogue.send("go");
    await expect(dialogue.next()).rejects.toMatchObject({ code: "LINE_BAD" });
    expect(dialogue.closed).toBe("protocol");
  });
});
