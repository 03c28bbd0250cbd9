/** Whom the firewall drops: TCP has accepted him already, so he is held without a word, within bounds. */
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { TapPoint, type Verdict } from "../src/index.ts";
import { serveLines, turns } from "./support/peer.ts";

/** A listener that drops everybody, and what its tap was told. */
async function deaf(options: { readonly maxSilent?: number; readonly silentMs?: number }) {
  const refused: string[] = [];
  const tap = new TapPoint({
    opened() {},
    refused: (_, __, rule) => void refused.push(rule),
    speaks() {},
    bytes() {},
    secured() {},
    closed() {},
  });
  const admission = { admit: (): Verdict => ({ action: "drop", rule: "hush" }), release() {} };
  const { listener } = await serveLines(() => {}, { tap, admission, ...options });
  const knock = (): { readonly socket: Socket; readonly end: Promise<unknown> } => {
    const socket = connect(listener.address.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {});
    socket.resume();
    return { socket, end: new Promise((resolve) => socket.once("close", resolve)) };
  };
  return { listener, refused, knock };
}

describe("a dropped connection", () => {
  it("is cut after silentMs, without a word", async () => {
    const { knock, refused } = await deaf({ silentMs: 20 });
    const { socket, end } = knock();
    let said = 0;
    socket.on("data", () => said++);
    socket.write("anybody?\n");
    await end;
    expect([said, refused]).toEqual([0, ["hush"]]);
  });

  it("is held as long as there are no more than maxSilent; the next is cut at once", async () => {
    const { knock, refused, listener } = await deaf({ maxSilent: 2, silentMs: 3_600_000 });
    const gone: number[] = [];
    const held = [0, 1].map((name) => {
      const one = knock();
      void one.end.then(() => gone.push(name));
      return one;
    });
    while (refused.length < 2) await turns(1);
    await knock().end;
    await turns(20);
    expect([gone, refused.length]).toEqual([[], 3]);
    await listener.drain(0);
    await Promise.all(held.map(({ end }) => end));
    expect(gone.toSorted()).toEqual([0, 1]);
  });
});
