import { readdirSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { once } from "node:events";
import { TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  connectTcp,
  converse,
  drive,
  listenTcp,
  nextFlowId,
  TapPoint,
  tapSocket,
  type Flow,
  type Listener,
  type Stream,
  type Tap,
} from "../src/index.ts";
import { clocks, LineCore } from "./support/line-core.ts";
import { Peer, serveLines, turns, withResolvers, type OnLine } from "./support/peer.ts";

const echo: OnLine = (line, link) => void link.send(`${line.text}!`);

function recorder(): { log: string[]; tap: TapPoint } {
  const log: string[] = [];
  const tap: Tap = {
    opened: (flow) => void log.push(`opened ${flow.remote.host}`),
    refused: (_remote, _local, rule) => void log.push(`refused ${rule}`),
    speaks: (_, protocol) => void log.push(`speaks ${protocol}`),
    bytes: (_, direction, octets) => void log.push(`${direction} ${Buffer.from(octets).toString()}`),
    secured: () => {},
    closed: (_, reason) => void log.push(`closed ${reason}`),
  };
  return { log, tap: new TapPoint(tap) };
}

async function ask(listener: Listener, text: string): Promise<string> {
  const peer = await Peer.to(listener);
  peer.socket.end(`${text}\n`);
  const answer = await peer.until((_, ended) => ended);
  peer.socket.destroy();
  return answer;
}

describe("a listener", () => {
  it("binds 127.0.0.1 and ::1 to one port number, and names each flow by its 4-tuple", async () => {
    const four = await serveLines(echo);
    const six = await serveLines(echo, { host: "::1", port: four.listener.address.port });
    expect(six.listener.address).toEqual({ host: "::1", port: four.listener.address.port });
    const peer = await Peer.to(six.listener);
    const { stream } = await six.next();
    expect(stream.flow).toMatchObject({
      transport: "tcp",
      local: six.listener.address,
      remote: { host: "::1", port: peer.socket.localPort },
    });
    expect([...six.listener.open]).toEqual([stream.flow]);
    peer.socket.destroy();
    expect(await ask(four.listener, "v4")).toBe("v4!\n");
  });

  it("names the port that is in use", async () => {
    const { listener } = await serveLines(echo);
    const again = listenTcp({ ...listener.address, protocol: "lines" }, () => {});
    await expect(again).rejects.toMatchObject({
      code: "ADDRESS_IN_USE",
      message: expect.stringContaining(`port ${listener.address.port}`),
    });
  });

  it("listens on a UNIX socket", async () => {
    using folder = new TemporaryFolder("unix");
    const path = join(folder.path, "test.sock");
    await serveLines(echo, { path });
    const stream = await connectTcp({ host: "", port: 0, path, protocol: "lines", timeout: 60_000 });
    const dialogue = converse(stream, new LineCore(), clocks.slow);
    dialogue.send("local");
    expect(await dialogue.next()).toEqual({ text: "local!" });
    stream.destroy("we-ended");
  });

  it("refuses connections over its cap, and says so", async () => {
    const { log, tap } = recorder();
    const { listener, next } = await serveLines(echo, { maxConnections: 1, tap });
    const first = await Peer.to(listener);
    await next();
    const second = await Peer.to(listener);
    await second.until((_, ended) => ended).catch(() => {});
    second.socket.destroy();
    while (!log.includes("refused max-connections 1")) await turns(1);
    first.socket.end("still served\n");
    expect(await first.until((_, ended) => ended)).toBe("still served!\n");
    first.socket.destroy();
  });

  it("resets who is rejected, keeps silent to who is dropped, and releases each who was let in once", async () => {
    const { log, tap } = recorder();
    const verdicts = [
      { action: "reject", rule: "no" },
      { action: "drop", rule: "hush" },
      { action: "allow" },
    ] as const;
    let admitted = 0;
    const released: string[] = [];
    const { listener } = await serveLines(echo, {
      tap,
      silentMs: 50,
      admission: {
        admit: () => verdicts[admitted++] ?? { action: "allow" },
        release: (remote) => void released.push(remote.host),
      },
    });
    // The RST may overtake the news that the connection stands.
    const [error] = await once(connect(listener.address.port, "127.0.0.1"), "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
    const dropped = await Peer.to(listener);
    dropped.socket.write("anybody?\n");
    await dropped.until((_, ended) => ended).catch(() => {});
    expect(dropped.received).toBe("");
    dropped.socket.destroy();
    expect(await ask(listener, "me")).toBe("me!\n");
    while (released.length === 0) await turns(1);
    expect({ released, refusals: log.filter((line) => line.startsWith("refused")) }).toEqual({
      released: ["127.0.0.1"],
      refusals: ["refused no", "refused hush"],
    });
  });

  it("survives a serve function that throws: that connection is cut, the next is served", async () => {
    let served = 0;
    const warned = once(process, "warning");
    const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "lines" }, (stream) => {
      if (++served === 1) throw new RangeError("bug in serve");
      drive(stream, new LineCore(), { on: (line, link) => void link.send(line.text) }, clocks.slow);
    });
    onTestFinished(async () => void (await listener.drain(0)));
    expect(await ask(listener, "x")).toBe("");
    expect(String((await warned)[0])).toContain("bug in serve");
    expect(await ask(listener, "y")).toBe("y\n");
  });
});

describe("drain", () => {
  it("stops accepting, lets the running exchange finish and ends the idle ones", async () => {
    const gate = withResolvers<void>();
    const { listener, next } = await serveLines(async (line, link) => {
      await gate.promise;
      link.send(`${line.text}!`);
    });
    const idle = await Peer.to(listener);
    const idleSeen = await next();
    const busy = await Peer.to(listener);
    busy.socket.write("work\n");
    const busySeen = await next();
    await turns(20);
    const drained = listener.drain(20_000);
    await idle.until((_, ended) => ended);
    idle.socket.end();
    await expect(Peer.to(listener)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(busy.received).toBe("");
    gate.resolve();
    expect(await busy.until((_, ended) => ended)).toBe("work!\n");
    busy.socket.end();
    expect(await drained).toBe(0);
    expect([idleSeen.reasons, busySeen.reasons]).toEqual([["drained"], ["drained"]]);
  });

  it("cuts at its deadline what does not end, and says how many; twice is once", async () => {
    const { listener, next } = await serveLines(() => new Promise(() => {}));
    const peer = await Peer.to(listener);
    peer.socket.write("for ever\n");
    const seen = await next();
    await turns(20);
    const [cut] = await Promise.all([listener.drain(50), listener.drain(60)]);
    expect(cut).toBe(1);
    expect(await seen.over).toBe("drained");
    peer.socket.destroy();
  });
});

describe("a listener that stops", () => {
  it("frees its port at once and keeps those who are there", async () => {
    const { listener, next } = await serveLines(echo);
    const peer = await Peer.to(listener);
    await next();
    listener.stop();
    listener.stop();
    await turns(20);
    await expect(Peer.to(listener)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    const again = await serveLines(echo, { port: listener.address.port });
    expect(await ask(again.listener, "new")).toBe("new!\n");
    peer.socket.write("old\n");
    expect(await peer.until((received) => received.endsWith("\n"))).toBe("old!\n");
    peer.socket.destroy();
    expect(await listener.drain(5_000)).toBe(0);
  });
});

describe("what is flushed", () => {
  it("is with the kernel, or the connection has gone", async () => {
    const accepted = withResolvers<Stream>();
    const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "bytes" }, (stream) =>
      accepted.resolve(stream),
    );
    onTestFinished(() => void listener.drain(0));
    const peer = await Peer.to(listener);
    const stream = await accepted.promise;
    await stream.flushed();
    peer.socket.pause();
    // More than loopback swallows.
    const octets = new Uint8Array(14 * 1024 * 1024);
    stream.write(octets);
    let flushed = false;
    const whole = stream.flushed().then(() => (flushed = true));
    await turns(20);
    expect([flushed, stream.queued > 0]).toEqual([false, true]);
    peer.socket.resume();
    await whole;
    expect(stream.queued).toBe(0);
    peer.socket.pause();
    stream.write(octets);
    const broken = stream.flushed();
    stream.destroy("we-ended");
    await broken;
    await stream.flushed();
    peer.socket.destroy();
  });
});

describe("a parent", () => {
  it("takes its children along, reason parent", async () => {
    const control = await serveLines(echo);
    const controlPeer = await Peer.to(control.listener);
    const parent = await control.next();
    const data = await serveLines(echo, { parent: parent.stream });
    const dataPeer = await Peer.to(data.listener);
    const child = await data.next();
    expect(child.stream.flow.parent).toBe(parent.stream.flow.id);
    controlPeer.socket.resetAndDestroy();
    expect(await child.over).toBe("parent");
    dataPeer.socket.destroy();
  });
});

describe("the tap", () => {
  it("sees what is opened, said and closed, in order", async () => {
    const { log, tap } = recorder();
    const { listener } = await serveLines(echo, { tap });
    await ask(listener, "a");
    while (listener.open.size > 0) await turns(1);
    expect(log).toEqual(["opened 127.0.0.1", "speaks lines", "in a\n", "out a!\n", "closed peer-ended"]);
  });

  it.each(["opened", "speaks", "bytes", "closed"] as const)(
    "that throws in %s is unplugged, and the flow is not hurt",
    async (where) => {
      let calls = 0;
      const { tap } = recorder();
      const point = new TapPoint(
        new Proxy({} as Tap, {
          get: (_, name) => () => {
            calls++;
            if (name === where) throw new Error("a bad tap");
          },
        }),
      );
      expect(tap.listening).toBe(true);
      const { listener } = await serveLines(echo, { tap: point });
      expect(await ask(listener, "a")).toBe("a!\n");
      while (listener.open.size > 0) await turns(1);
      expect(point.listening).toBe(false);
      const before = calls;
      await ask(listener, "b");
      expect(calls).toBe(before);
    },
  );
});

describe("tapSocket", () => {
  const flowOf = (port: number): Flow => ({
    id: nextFlowId(),
    transport: "tcp",
    local: { host: "127.0.0.1", port },
    remote: { host: "127.0.0.1", port: 1 },
  });

  it("sees both directions of node:http, whose parser reads from the handle", async () => {
    const { log, tap } = recorder();
    const server = createHttpServer((request, response) => {
      request.resume().on("end", () => response.end("world"));
    });
    server.on("connection", (socket) => tapSocket(socket, flowOf(0), tap, "http"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/x`, {
      method: "POST",
      body: "hello",
      headers: { connection: "close" },
    });
    expect(await answer.text()).toBe("world");
    server.close();
    const text = (direction: string) =>
      log
        .filter((line) => line.startsWith(direction))
        .map((line) => line.slice(direction.length + 1))
        .join("");
    expect(text("in")).toMatch(/^POST \/x HTTP\/1\.1\r\n[^]*hello$/);
    expect(text("out")).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*world/);
  });

  it("sees what a plain engine writes, its last words in end() as well", async () => {
    const { log, tap } = recorder();
    const server = createServer((socket) => {
      tapSocket(socket, flowOf(0), tap, "other");
      socket.write("220 hi\r\n", "latin1");
      socket.on("data", () => socket.end("221 bye\r\n"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const stream = await connectTcp({ host: "127.0.0.1", port, protocol: "lines", timeout: 60_000 });
    const dialogue = converse(stream, new LineCore(), clocks.slow);
    expect(await dialogue.next()).toEqual({ text: "220 hi\r" });
    dialogue.send("QUIT");
    expect(await dialogue.next()).toEqual({ text: "221 bye\r" });
    expect(await dialogue.next()).toBeUndefined();
    server.close();
    expect(log).toEqual(["out 220 hi\r\n", "in QUIT\n", "out 221 bye\r\n"]);
  });
});

describe("a client", () => {
  it("says that nobody listens", async () => {
    const { listener } = await serveLines(echo);
    await listener.drain(0);
    await expect(
      connectTcp({ ...listener.address, protocol: "lines", timeout: 60_000 }),
    ).rejects.toMatchObject({
      code: "REFUSED",
      message: expect.stringContaining(`port ${listener.address.port}`),
    });
  });

  it("gives up when the answer to its TLS handshake does not come in time", async () => {
    const { listener } = await serveLines(() => {});
    await expect(
      connectTcp({ ...listener.address, protocol: "lines", timeout: 50, tls: { servername: "localhost" } }),
    ).rejects.toMatchObject({ code: "TIMED_OUT" });
  });
});

describe("a thousand broken sessions", () => {
  it("leave no descriptor, no flow and no deadline behind", async () => {
    const { listener } = await serveLines((line, link) => {
      if (line.text === "end") link.end();
      if (line.text === "throw") throw new RangeError("bug");
      return line.text === "hang" ? new Promise<void>(() => {}) : undefined;
    });
    const descriptors = (): number => readdirSync("/proc/self/fd").length;
    await ask(listener, "warm up");
    while (listener.open.size > 0) await turns(1);
    const before = descriptors();
    const says = ["", "half a li", "end\n", "throw\n", "BAD\n", "hang\n", "x".repeat(5000)];
    for (let round = 0; round < 50; round++) {
      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const peer = await Peer.to(listener);
          peer.socket.write(says[(round + index) % says.length] ?? "");
          await turns(2);
          if (index % 2 === 0) peer.socket.resetAndDestroy();
          else peer.socket.destroy();
          await peer.closed;
        }),
      );
    }
    await listener.drain(50);
    await turns(10);
    expect(listener.open.size).toBe(0);
    // One less: the listener's own.
    expect(descriptors()).toBeLessThan(before);
  });
});
