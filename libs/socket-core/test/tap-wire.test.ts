/** The wire layer: what TCP carries, below TLS, beside the plaintext above it. */
import { once } from "node:events";
import * as tls from "node:tls";
import { makeCertificates, type Certificate } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { connectTcp, converse, TapPoint, type Link } from "../src/index.ts";
import { clocks, LineCore } from "./support/line-core.ts";
import { Peer, serveLines, turns, type OnLine } from "./support/peer.ts";

const { ca, certificates } = makeCertificates(["localhost"]);
const [certificate] = certificates as [Certificate];
const echo: OnLine = (line, link) => void link.send(`${line.text}!`);

/** Notes what a tap is told, octets apart by direction. */
function noted() {
  const events: string[] = [];
  const seen = { in: Buffer.alloc(0), out: Buffer.alloc(0) };
  const flows = new Set<number>();
  const tap = new TapPoint({
    opened(flow) {
      flows.add(flow.id);
      events.push("opened");
    },
    refused() {},
    speaks: (_, protocol) => void events.push(`speaks ${protocol}`),
    secured: () => void events.push("secured"),
    bytes(flow, direction, octets) {
      flows.add(flow.id);
      seen[direction] = Buffer.concat([seen[direction], octets]);
    },
    closed: (_, reason) => void events.push(`closed ${reason}`),
  });
  return { tap, events, seen, flows };
}

/** RFC 8446 §5.1: type, version 0x0303 (0x0301 in a first ClientHello), length; whole records and nothing else. */
function recordTypes(octets: Buffer): number[] {
  const types: number[] = [];
  let at = 0;
  while (at < octets.length) {
    expect(octets[at + 1]).toBe(3);
    types.push(octets[at] ?? 0);
    at += 5 + octets.readUInt16BE(at + 3);
  }
  expect(at).toBe(octets.length);
  return types;
}

const HANDSHAKE = 22;
const APPLICATION_DATA = 23;

describe("the wire layer of the tap", () => {
  it("shows TLS records where the tap shows the plaintext, both ways and on both ends, and of the same flow", async () => {
    const [plain, wire, far] = [noted(), noted(), noted()];
    const { listener, next } = await serveLines(echo, {
      tls: certificate,
      tap: plain.tap,
      wireTap: wire.tap,
    });
    const stream = await connectTcp({
      ...listener.address,
      protocol: "lines",
      timeout: 60_000,
      tls: { servername: "localhost", ca },
      wireTap: far.tap,
    });
    const dialogue = converse(stream, new LineCore(), clocks.slow);
    dialogue.send("hello");
    expect(await dialogue.next()).toEqual({ text: "hello!" });
    dialogue.link.end();
    await (
      await next()
    ).over;
    expect([plain.seen.in.toString(), plain.seen.out.toString()]).toEqual(["hello\n", "hello!\n"]);
    for (const way of ["in", "out"] as const) {
      const types = recordTypes(wire.seen[way]);
      expect([types[0], types.includes(APPLICATION_DATA)]).toEqual([HANDSHAKE, true]);
      expect(wire.seen[way].includes("hello")).toBe(false);
    }
    expect([far.seen.out.equals(wire.seen.in), wire.flows]).toEqual([true, plain.flows]);
    expect(wire.events).toEqual(["opened", "speaks tls", expect.stringContaining("closed")]);
    expect(plain.events.slice(0, 3)).toEqual(["opened", "secured", "speaks lines"]);
  });

  it("shows what was said in the clear before STARTTLS, and records after it", async () => {
    const wire = noted();
    const session = {
      on: async ({ text: said }: { text: string }, link: Link<string>) => {
        if (said === "STARTTLS") await link.startTls("go", certificate, new LineCore(), session, clocks.slow);
        else link.send(`${said}!`);
      },
    };
    const { listener } = await serveLines((line, link) => session.on(line, link), { wireTap: wire.tap });
    const peer = await Peer.to(listener);
    peer.socket.write("STARTTLS\n");
    await peer.until((got) => got === "go\n");
    peer.socket.removeAllListeners("data");
    const secured = new Peer(tls.connect({ socket: peer.socket, servername: "localhost", ca }));
    await once(secured.socket, "secureConnect");
    secured.socket.write("a\n");
    await secured.until((got) => got === "a!\n");
    expect(wire.events).toEqual(["opened", "speaks lines", "speaks tls"]);
    expect(wire.seen.in.toString("latin1", 0, 9)).toBe("STARTTLS\n");
    expect(wire.seen.out.toString("latin1", 0, 3)).toBe("go\n");
    expect(recordTypes(wire.seen.in.subarray(9))[0]).toBe(HANDSHAKE);
    expect(recordTypes(wire.seen.out.subarray(3)).includes(APPLICATION_DATA)).toBe(true);
    secured.socket.destroy();
  });

  it("carries megabytes unchanged, and holds a writer whose peer does not read", async () => {
    const wire = noted();
    const { listener, next } = await serveLines(echo, { tls: certificate, wireTap: wire.tap });
    const client = tls.connect({ ...listener.address, servername: "localhost", ca });
    await once(client, "secureConnect");
    const { link, stream } = await next();
    const line = "x".repeat(1000);
    let sent = 0;
    // nobody reads: at some time the mark is passed
    while (link.send(line)) {
      sent += 1;
      if (sent % 100 === 0) await turns(1);
    }
    sent += 1;
    const peer = new Peer(client);
    await link.drained();
    expect(stream.queued).toBeLessThan(stream.highWaterMark);
    expect((await peer.until((got) => got.length === sent * 1001)) === `${line}\n`.repeat(sent)).toBe(true);
    client.destroy();
  });

  it("lets each end go as without it: a FIN, a cut, a reset", async () => {
    const wire = noted();
    const { listener, next } = await serveLines(echo, { tls: certificate, wireTap: wire.tap });
    const open = async () => {
      const client = tls.connect({ ...listener.address, servername: "localhost", ca });
      client.on("error", () => {});
      await once(client, "secureConnect");
      return { peer: new Peer(client), seen: await next() };
    };
    const ended = await open();
    ended.peer.socket.end("last\n");
    expect(await ended.peer.until((_, end) => end)).toBe("last!\n");
    expect(await ended.seen.over).toBe("peer-ended");
    const cut = await open();
    cut.seen.stream.destroy("limit");
    await cut.peer.closed;
    expect(await cut.seen.over).toBe("limit");
    const reset = await open();
    reset.peer.socket.write("a\n");
    await reset.peer.until((got) => got === "a!\n");
    const failed = new Promise((resolve) => reset.peer.socket.once("error", resolve));
    reset.seen.stream.reset("limit");
    expect(await failed).toMatchObject({ code: "ECONNRESET" });
    expect(await reset.seen.over).toBe("limit");
    const gone = await open();
    gone.peer.socket.destroy();
    await gone.seen.over;
    expect(wire.events.filter((event) => event.startsWith("closed")).length).toBe(4);
  });

  it("in the clear shows what the tap shows", async () => {
    const [plain, wire] = [noted(), noted()];
    const { listener } = await serveLines(echo, { tap: plain.tap, wireTap: wire.tap });
    const peer = await Peer.to(listener);
    peer.socket.write("a\n");
    while (plain.seen.out.length < 3) await turns(1);
    expect([wire.seen, wire.events]).toEqual([plain.seen, plain.events]);
    peer.socket.destroy();
  });
});
