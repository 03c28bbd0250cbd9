import { expect, describe, it, onTestFinished } from "vitest";
import { Intercept, listenTcp, TapPoint, type Stream } from "../src/index.ts";
import { Peer, withResolvers } from "./support/peer.ts";

const MiB = 1024 * 1024;
/** Every octet says where it stands. */
const upload = Buffer.alloc(3 * MiB).map((_, at) => (at * 31 + (at >> 8)) & 0xff);

/** Borrows where `takes` says so, and keeps all in the order in which it came. */
async function borrower(takes: (call: number) => boolean, more: { tap?: TapPoint; intercept?: Intercept }) {
  const got = { lent: 0, own: 0, octets: Buffer.alloc(0), memory: new Set<ArrayBufferLike>() };
  const { promise: ended, resolve } = withResolvers<Stream>();
  const pieces: Buffer[] = [];
  let calls = 0;
  const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "files", ...more }, (stream) =>
    stream.attach({
      borrow(octets) {
        if (!takes(calls++)) return false;
        got.lent += octets.length;
        got.memory.add(octets.buffer);
        pieces.push(Buffer.from(octets));
        return true;
      },
      data(octets) {
        got.own += octets.length;
        expect(got.memory.has(octets.buffer)).toBe(false);
        pieces.push(Buffer.from(octets));
      },
      ended() {
        got.octets = Buffer.concat(pieces);
        resolve(stream);
      },
      drain() {},
      late() {},
      finish() {},
      closed() {},
    }),
  );
  onTestFinished(async () => {
    await listener.drain(0);
  });
  return { listener, got, ended };
}

describe("octets that a receiver borrows", () => {
  it.each([
    ["always", true],
    ["never", false],
  ])("are all there, in their order, each in one way: %s", async (_, takes) => {
    const tap = new TapPoint();
    let tapped = 0;
    tap.attach({
      opened() {},
      refused() {},
      speaks() {},
      bytes: (_flow, direction, octets) => {
        if (direction === "in") tapped += octets.length;
      },
      secured() {},
      closed() {},
    });
    const { listener, got, ended } = await borrower(() => takes, { tap });
    const peer = await Peer.to(listener);
    peer.socket.end(upload);
    await ended;
    expect([got.lent, got.own, tapped]).toEqual([
      takes ? upload.length : 0,
      takes ? 0 : upload.length,
      upload.length,
    ]);
    expect(got.octets.equals(upload)).toBe(true);
    expect(got.memory.size).toBe(takes ? 1 : 0);
  });

  it("may be refused at any time: those are its own then", async () => {
    const { listener, got, ended } = await borrower((call) => call % 3 !== 1, {});
    const peer = await Peer.to(listener);
    peer.socket.end(upload);
    await ended;
    expect(got.own).toBeGreaterThan(0);
    expect(got.octets.equals(upload)).toBe(true);
  });

  it("are none behind an intercept, which holds what it likes", async () => {
    const intercept = new Intercept();
    intercept.add({ on: "in", action: { type: "delay", ms: 1 } });
    const { listener, got, ended } = await borrower(() => true, { intercept });
    const peer = await Peer.to(listener);
    peer.socket.end(upload.subarray(0, 100_000));
    await ended;
    expect([got.lent, got.own]).toEqual([0, 100_000]);
  });

  it("end with a FIN of ours where the peer has ended: nobody has to wait for more", async () => {
    const { listener, ended } = await borrower(() => true, {});
    const peer = await Peer.to(listener);
    const { promise: closed, resolve } = withResolvers<boolean>();
    peer.socket.on("close", resolve);
    peer.socket.end(upload);
    const stream = await ended;
    stream.linger("we-ended");
    expect(await closed).toBe(false);
    await expect.poll(() => listener.open.size).toBe(0);
  });
});
