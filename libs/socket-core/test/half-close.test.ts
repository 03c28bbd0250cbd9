/** FIN without going deaf: both halves of a connection end by themselves (RFC 9293 §3.6). */
import { createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectTcp, Intercept, listenTcp, parseFault, type Receiver, type Stream } from "../src/index.ts";
import { FakeTime } from "./support/fake-time.ts";
import { Peer, turns, withResolvers } from "./support/peer.ts";

/** What a stream gives to its receiver. */
function collect(stream: Stream) {
  const { promise: ended, resolve: end } = withResolvers<string>();
  const { promise: over, resolve: close } = withResolvers<string>();
  let received = "";
  const receiver: Receiver = {
    data: (octets) => void (received += Buffer.from(octets).toString("latin1")),
    ended: () => end(received),
    drain() {},
    late() {},
    finish() {},
    closed: close,
  };
  stream.attach(receiver);
  return { ended, over, received: () => received };
}

describe("halfClose()", () => {
  it("lets a client ask, end its side and still read the whole answer", async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let asked = "";
      socket.on("data", (octets: Buffer) => (asked += octets.toString()));
      socket.on("end", () => socket.end(`you said ${asked}`));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const stream = await connectTcp({ host: "127.0.0.1", port, protocol: "lines", timeout: 60_000 });
    const { ended, over } = collect(stream);
    stream.write(Buffer.from("hello"));
    stream.halfClose();
    expect(stream.write(Buffer.from("too late"))).toBe(true);
    expect(await ended).toBe("you said hello");
    expect(await over).toBe("peer-ended");
  });

  it("keeps no descriptor when the stream is reset while the FIN is on its way", async () => {
    const server = createServer((socket) => void socket.on("error", () => undefined).resume());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
    const before = sockets();
    const stream = await connectTcp({ host: "127.0.0.1", port, protocol: "lines", timeout: 60_000 });
    const { over } = collect(stream);
    stream.halfClose();
    stream.reset("we-ended");
    expect(await over).toBe("we-ended");
    await expect.poll(sockets).toBeLessThanOrEqual(before);
  });

  it("comes behind what an intercept holds", async () => {
    const time = new FakeTime();
    const intercept = new Intercept({}, time);
    intercept.add(parseFault({ on: "out", action: { type: "delay", ms: 500 } }));
    const arrived = withResolvers<Stream>();
    const listener = await listenTcp(
      { host: "127.0.0.1", port: 0, protocol: "lines", intercept },
      arrived.resolve,
    );
    onTestFinished(() => listener[Symbol.asyncDispose]());
    const peer = await Peer.to(listener);
    const stream = await arrived.promise;
    const { received } = collect(stream);
    stream.write(Buffer.from("last"));
    stream.halfClose();
    await turns(20);
    expect([peer.received, peer.ended]).toEqual(["", false]);
    time.advance(500);
    expect(await peer.until((_, ended) => ended)).toBe("last");
    peer.socket.write("still there");
    while (received() !== "still there") await turns(1);
    peer.socket.end();
    await peer.closed;
  });
});
