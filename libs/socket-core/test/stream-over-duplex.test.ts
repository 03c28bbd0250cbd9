/** A Node duplex as a stream: what is written leaves in one piece, who is full is told of room, every end is told once. */
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { DuplexOverStream, nextFlowId, StreamOverDuplex, TapPoint, type CloseReason } from "../src/index.ts";

/** Keeps what is written; a write is done when the test says so. */
class Sink extends Duplex {
  readonly chunks: string[] = [];
  #done: (() => void) | undefined;
  held = false;

  override _read(): void {
    // the test pushes
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk.toString());
    if (this.held) this.#done = done;
    else done();
  }
  release(): void {
    this.held = false;
    this.#done?.();
  }
}

function over(sink: Sink, more: Partial<ConstructorParameters<typeof StreamOverDuplex>[1]> = {}) {
  const told: string[] = [];
  const here = { host: "here", port: 0 };
  const stream = new StreamOverDuplex(sink, {
    flow: { id: nextFlowId(), transport: "tcp", local: here, remote: here },
    protocol: "test",
    tap: new TapPoint(),
    ...more,
  });
  stream.attach({
    data: (octets) => told.push(`data ${Buffer.from(octets).toString()}`),
    ended: () => told.push("ended"),
    drain: () => told.push("drain"),
    late: () => told.push("late"),
    finish: () => told.push("finish"),
    closed: (reason: CloseReason) => told.push(`closed ${reason}`),
  });
  return { stream, told };
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe("a stream over a duplex", () => {
  it("writes the pieces of a message as one", () => {
    const sink = new Sink();
    const { stream } = over(sink);
    expect(stream.write([Buffer.from("head "), Buffer.from("body")])).toBe(true);
    stream.write(Buffer.from("alone"));
    stream.write([]);
    expect(sink.chunks).toEqual(["head body", "alone"]);
  });

  it("passes on one write at once through what lies below", () => {
    const calls: string[] = [];
    const below = { queued: 0, cork: () => calls.push("cork"), uncork: () => calls.push("uncork") };
    const { stream } = over(new Sink(), { below });
    stream.write(Buffer.from("x"));
    expect(calls).toEqual(["cork", "uncork"]);
  });

  it("is full above its mark, counts what lies below, and tells of room once", async () => {
    const sink = new Sink();
    const below = { queued: 0, cork: () => undefined, uncork: () => undefined };
    const { stream, told } = over(sink, { limits: { highWaterMark: 10 }, below });
    sink.held = true;
    expect(stream.write(Buffer.from("0123456789"))).toBe(false);
    below.queued = 20;
    sink.release();
    await turn();
    expect(told).toEqual([]);
    below.queued = 0;
    stream.room();
    stream.room();
    expect(told).toEqual(["drain"]);
  });

  it("ends with its last words, and reads on into the void", async () => {
    const sink = new Sink();
    const { stream, told } = over(sink, { bye: () => void sink.write("bye") });
    sink.push("before");
    await turn();
    stream.linger("we-ended");
    sink.push("behind");
    sink.push(null);
    await turn();
    await turn();
    expect(sink.chunks).toEqual(["bye"]);
    expect(told).toEqual(["data before", "closed we-ended"]);
    expect(stream.write(Buffer.from("late"))).toBe(true);
  });

  it("is cut by its parent, by an error, by who queues too much: each is told once", async () => {
    for (const [act, reason] of [
      [(one: StreamOverDuplex) => one.destroy("parent"), "closed parent"],
      [(_: StreamOverDuplex, sink: Sink) => sink.destroy(new Error("broken")), "closed io"],
      [
        (one: StreamOverDuplex) => {
          one.write(Buffer.alloc(30));
          one.write(Buffer.alloc(1));
        },
        "closed limit",
      ],
    ] as const) {
      const sink = new Sink();
      sink.held = true;
      const { stream, told } = over(sink, { limits: { maxQueuedOctets: 20 } });
      act(stream, sink);
      await turn();
      stream.destroy("internal");
      expect(told).toEqual([reason]);
    }
  });
});

it("what a library answers to one piece leaves in one write, and not before it has answered all", async () => {
  const sink = new Sink();
  const here = { host: "here", port: 0 };
  const stream = new StreamOverDuplex(sink, {
    flow: { id: nextFlowId(), transport: "tcp", local: here, remote: here },
    protocol: "test",
    tap: new TapPoint(),
  });
  const nothing = (): void => undefined;
  const library = new DuplexOverStream(stream, {
    late: nothing,
    finish: nothing,
    room: nothing,
    closed: nothing,
  });
  library.on("data", (octets: Buffer) => {
    for (const octet of octets.toString()) library.write(octet);
  });
  // Its octets flow from the next turn on.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  sink.push("abc");
  await expect.poll(() => sink.chunks).toEqual(["abc"]);
  library.write("d");
  await expect.poll(() => sink.chunks).toEqual(["abc", "d"]);
});
