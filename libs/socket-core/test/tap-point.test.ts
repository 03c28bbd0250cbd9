/** Several taps at one point: each is told everything in order, and none can harm the flow or another. */
import { describe, expect, it } from "vitest";
import { nextFlowId, TapPoint, type Flow, type Intercepted, type Tap } from "../src/index.ts";

const flow: Flow = {
  id: nextFlowId(),
  transport: "tcp",
  local: { host: "127.0.0.1", port: 1 },
  remote: { host: "127.0.0.1", port: 2 },
};
const octets = new Uint8Array([1, 2, 3]);
const held: Intercepted = {
  chunk: 1,
  direction: "in",
  faults: ["hold"],
  outcome: "held",
  before: octets,
  after: octets,
};

/** Everything a tap can be told, in the order of a connection. */
const happenings = {
  opened: (tap) => tap.opened(flow),
  refused: (tap) => tap.refused(flow.remote, flow.local, "rule 1"),
  speaks: (tap) => tap.speaks(flow, "lines"),
  bytes: (tap) => tap.bytes(flow, "in", octets),
  secured: (tap) => tap.secured(flow, "TLSv1.3", "TLS_AES_128_GCM_SHA256", undefined),
  intercepted: (tap) => tap.intercepted?.(flow, held),
  cleared: (tap) => tap.cleared?.(flow),
  keys: (tap) => tap.keys?.(flow, "CLIENT_RANDOM 00 11"),
  closed: (tap) => tap.closed(flow, "we-ended"),
} satisfies { readonly [Name in keyof Required<Tap>]: (tap: Tap) => void };

type Name = keyof typeof happenings;
const names = Object.keys(happenings) as Name[];

function tellAll(tap: Tap): void {
  for (const name of names) happenings[name](tap);
}

/** Writes down what it is told; `during` runs within the call. */
function listener(log: string[], who: string, during: (name: Name) => void = () => {}): Tap {
  const told =
    (name: Name) =>
    (...about: readonly unknown[]): void => {
      log.push(`${who} ${name} ${JSON.stringify(about)}`);
      during(name);
    };
  return {
    opened: told("opened"),
    refused: told("refused"),
    speaks: told("speaks"),
    bytes: told("bytes"),
    secured: told("secured"),
    cleared: told("cleared"),
    intercepted: told("intercepted"),
    keys: told("keys"),
    closed: told("closed"),
  };
}

const said = (log: readonly string[], who: string): string[] =>
  log.filter((line) => line.startsWith(`${who} `)).map((line) => line.slice(who.length + 1));

describe("a point with several taps", () => {
  it("tells each of them all that it is told, in the order in which they came", () => {
    const log: string[] = [];
    const alone: string[] = [];
    tellAll(new TapPoint(listener(alone, "a")));
    const point = new TapPoint(listener(log, "a"));
    point.attach(listener(log, "b"));
    point.attach(listener(log, "c"));
    tellAll(point);
    for (const who of ["a", "b", "c"]) expect(said(log, who)).toEqual(said(alone, "a"));
    expect(log.slice(0, 4).map((line) => line.slice(0, 8))).toEqual([
      "a opened",
      "b opened",
      "c opened",
      "a refuse",
    ]);
  });

  it.each(names)("unplugs one that throws in %s, and no other misses a word", (where) => {
    const log: string[] = [];
    const alone: string[] = [];
    tellAll(new TapPoint(listener(alone, "a")));
    const point = new TapPoint(listener(log, "before"));
    const unplugBad = point.attach(
      listener(log, "bad", (name) => {
        if (name === where) throw new RangeError("a bad tap");
      }),
    );
    point.attach(listener(log, "behind"));
    tellAll(point);
    expect(said(log, "before")).toEqual(said(alone, "a"));
    expect(said(log, "behind")).toEqual(said(alone, "a"));
    expect(said(log, "bad")).toHaveLength(names.indexOf(where) + 1);
    unplugBad();
    expect(point.listening).toBe(true);
  });

  it("unplugs one within its own call, and goes on with those behind it", () => {
    const log: string[] = [];
    const point = new TapPoint();
    const unplug = point.attach(listener(log, "once", () => unplug()));
    const unplugSecond = point.attach(listener(log, "second"));
    tellAll(point);
    expect(said(log, "once")).toHaveLength(1);
    expect(said(log, "second")).toHaveLength(names.length);
    unplugSecond();
    expect(point.listening).toBe(false);
  });

  it("tells one that is plugged in twice twice, and unplugs each for itself, once", () => {
    const log: string[] = [];
    const tap = listener(log, "a");
    const point = new TapPoint(tap);
    const unplug = point.attach(tap);
    point.opened(flow);
    unplug();
    unplug();
    point.opened(flow);
    expect(log).toHaveLength(3);
    expect(point.listening).toBe(true);
  });

  it("tells one that is plugged in meanwhile from the next happening on", () => {
    const log: string[] = [];
    const point = new TapPoint();
    point.attach(
      listener(log, "a", (name) => {
        if (name === "opened") point.attach(listener(log, "late"));
      }),
    );
    tellAll(point);
    expect(said(log, "late").map((line) => line.split(" ")[0])).toEqual(names.slice(1));
  });
});
