/** Who was kept from running reads what came before it calls somebody late. */
import { connect } from "node:net";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { listenTcp } from "../src/index.ts";
import { Punctuality } from "../src/sweep.ts";

it.each<readonly [string, readonly (readonly [at: number, judges: boolean])[]]>([
  [
    "on time",
    [
      [250, true],
      [500, true],
      [999, true],
    ],
  ],
  [
    "late once",
    [
      [250, true],
      [751, false],
      [1001, true],
    ],
  ],
  [
    "late all the time",
    [
      [600, false],
      [1200, true],
      [1800, false],
      [2400, true],
    ],
  ],
])("a sweep that comes %s", (_, sweeps) => {
  const own = new Punctuality(0);
  expect(sweeps.map(([at]) => [at, own.judges(at)])).toEqual(sweeps);
});

it("a server that did not run for longer than a peer may be silent hears what the peer said in time", async () => {
  let heard = "";
  let why = "";
  const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "lines" }, (stream) => {
    stream.attach({
      data: (octets) => {
        heard += Buffer.from(octets).toString();
        stream.deadline = Infinity;
      },
      ended: () => undefined,
      drain: () => undefined,
      late: () => (why = "late"),
      finish: () => undefined,
      closed: () => undefined,
    });
    stream.deadline = performance.now() + 300;
    // The octets are there long before the deadline; only nobody runs to read them.
    peer.write("in time", () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 900));
  });
  onTestFinished(async () => void (await listener.drain(0)));
  const peer = connect(listener.address.port, "127.0.0.1");
  onTestFinished(() => void peer.destroy());
  await once(peer, "connect");
  await expect.poll(() => heard + why, { interval: 5 }).not.toBe("");
  expect([heard, why]).toEqual(["in time", ""]);
});
