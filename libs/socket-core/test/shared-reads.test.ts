import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import * as tls from "node:tls";
import { makeCertificates, type Certificate } from "@socketscope/testkit";
import { expect, describe, it, onTestFinished } from "vitest";
import { formatProxyV1, listenTcp, TapPoint, type Link, type Stream } from "../src/index.ts";
import { readShared } from "../src/shared-reads.ts";
import { clocks, LineCore } from "./support/line-core.ts";
import { Peer, serveLines, turns, withResolvers } from "./support/peer.ts";

const { ca, certificates } = makeCertificates(["localhost"]);
const [certificate] = certificates as [Certificate];
const shared = { sharedReads: true } as const;

/** Keeps every chunk as it was given, and tells when the peer has ended. */
async function keepingChunks() {
  const streams: { readonly stream: Stream; readonly chunks: Uint8Array[]; readonly ended: Promise<void> }[] =
    [];
  const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "lines", ...shared }, (stream) => {
    const chunks: Uint8Array[] = [];
    const { promise: ended, resolve } = withResolvers<void>();
    streams.push({ stream, chunks, ended });
    stream.attach({
      data: (octets) => void chunks.push(octets),
      ended: () => resolve(),
      drain() {},
      late() {},
      finish() {},
      closed() {},
    });
  });
  onTestFinished(async () => {
    await listener.drain(0);
  });
  return { listener, streams };
}

describe("reads through one buffer", () => {
  it("give every connection octets that are its own, and stay as they are", async () => {
    const { listener, streams } = await keepingChunks();
    const peers = await Promise.all([0, 1, 2, 3].map(() => Peer.to(listener)));
    const lengths = [1, 47, 48, 49, 4095, 4097, 16_384, 16_385, 9000, 9001, 70_000, 3];
    const said = peers.map((peer, which) => {
      const pieces = lengths.map((length, at) => Buffer.alloc(length, which * 16 + at));
      return { peer, pieces };
    });
    for (let at = 0; at < lengths.length; at++) {
      for (const { peer, pieces } of said) peer.socket.write(pieces[at] ?? "");
      await turns(2);
    }
    for (const { peer } of said) peer.socket.end();
    await expect.poll(() => streams.length).toBe(4);
    await Promise.all(streams.map(({ ended }) => ended));
    const got = streams.map(({ chunks }) => Buffer.concat(chunks)).toSorted((a, b) => Buffer.compare(a, b));
    expect(got.map((octets) => octets.toString("hex"))).toEqual(
      said.map(({ pieces }) => Buffer.concat(pieces).toString("hex")),
    );
    expect(streams.every(({ stream }) => stream.unread === 0)).toBe(true);
  });

  it("stop while the session is busy, and go on behind it", async () => {
    const { promise: release, resolve } = withResolvers<void>();
    const lines: string[] = [];
    const { listener, next } = await serveLines(async ({ text }, link) => {
      lines.push(text.slice(0, 9));
      if (text === "wait") await release;
      link.send(text.slice(0, 9));
    }, shared);
    const peer = await Peer.to(listener);
    peer.socket.write("wait\n");
    const { stream } = await next();
    // More than what is read ahead: the rest stays with the kernel.
    for (let line = 0; line < 300; line++) peer.socket.write(`${line}${" ".repeat(1000)}\n`);
    await turns(10);
    expect([lines, stream.unread]).toEqual([["wait"], 0]);
    resolve();
    await peer.until((got) => got.endsWith("299      \n"));
    expect(lines.length).toBe(301);
    peer.socket.destroy();
  });

  it("see the end of a peer that was held back", async () => {
    const { listener, streams } = await keepingChunks();
    const peer = await Peer.to(listener);
    await expect.poll(() => streams.length).toBe(1);
    const [one] = streams;
    one?.stream.pause();
    peer.socket.end("bye");
    await turns();
    expect(one?.chunks.length).toBe(0);
    one?.stream.resume();
    await one?.ended;
    expect(String(Buffer.concat(one?.chunks ?? []))).toBe("bye");
  });

  it.each([
    ["TLS itself", {}],
    ["a tapped wire", { wireTap: new TapPoint() }],
  ])("give way to %s behind STARTTLS", async (_, options) => {
    const session = {
      on: async ({ text }: { text: string }, link: Link<string>) => {
        if (text === "STARTTLS") await link.startTls("go", certificate, new LineCore(), session, clocks.slow);
        else link.send(`${text}!`);
      },
    };
    const { listener } = await serveLines((line, link) => session.on(line, link), { ...shared, ...options });
    const peer = await Peer.to(listener);
    peer.socket.write("STARTTLS\n");
    await peer.until((got) => got === "go\n");
    peer.socket.removeAllListeners("data");
    const secured = new Peer(tls.connect({ socket: peer.socket, servername: "localhost", ca }));
    await once(secured.socket, "secureConnect");
    const long = "a".repeat(1000);
    for (let line = 0; line < 200; line++) secured.socket.write(`${long}\n`);
    expect(await secured.until((got) => got.length >= 200 * 1002)).toBe(`${long}!\n`.repeat(200));
    secured.socket.destroy();
  });

  it("leave what a PROXY header brought with it in its place", async () => {
    const { listener } = await serveLines(({ text }, link) => void link.send(`${text}!`), {
      ...shared,
      proxyFrom: ["127.0.0.0/8"],
    });
    const peer = await Peer.to(listener);
    const ends = {
      source: { host: "203.0.113.7", port: 1 },
      destination: { host: "198.51.100.1", port: 2 },
    };
    peer.socket.write(Buffer.concat([formatProxyV1(ends), Buffer.from("first\n")]));
    await peer.until((got) => got === "first!\n");
    peer.socket.write("second\n");
    expect(await peer.until((got) => got.endsWith("second!\n"))).toBe("first!\nsecond!\n");
    peer.socket.destroy();
  });

  it("are refused where this Node has no such thing, or has read already", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const accepted: Promise<[Socket]> = new Promise((resolve) => {
      server.once("connection", (socket) => resolve([socket]));
    });
    const peer = connect(port, "127.0.0.1");
    const [socket] = await accepted;
    const handle: unknown = Reflect.get(socket, "_handle");
    if (typeof handle !== "object" || handle === null) throw new Error("no handle");
    Reflect.set(handle, "useUserBuffer", undefined);
    expect(readShared(socket, () => true)).toBe(false);
    Reflect.deleteProperty(handle, "useUserBuffer");
    peer.write("already");
    await once(socket, "readable");
    expect(readShared(socket, () => true)).toBe(false);
    expect(String(socket.read())).toBe("already");
    // And with nothing read it is there in the Node that runs this.
    expect(readShared(socket, () => true)).toBe(true);
    peer.destroy();
    socket.destroy();
  });
});
