/** Whatever faults that only hold things up come and go: no octet is lost, none is doubled, none overtakes another. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Intercept, type Fault, type FaultAction } from "../src/index.ts";
import type { Interception, InterceptedStream } from "../src/interception.ts";
import { FakeTime } from "./support/fake-time.ts";

/** A stream without a socket: notes what each side was given. */
class NotedStream implements InterceptedStream {
  readonly flow = {
    id: 1,
    transport: "tcp",
    local: { host: "127.0.0.1", port: 1 },
    remote: { host: "127.0.0.1", port: 2 },
  } as const;
  paused = false;
  reading = true;
  interception: Interception | undefined;
  readonly given = { in: "", out: "" };
  readonly ended = { in: false, out: false };
  faults = 0;

  intercept(by: Interception | undefined): void {
    this.interception = by;
  }
  passIn(octets: Uint8Array): void {
    // while the receiver is paused, or after the end, nothing may come
    if (this.paused || this.ended.in) this.faults += 1;
    this.given.in += Buffer.from(octets).toString("latin1");
  }
  endIn(): void {
    this.ended.in = true;
  }
  passOut(octets: Uint8Array): void {
    if (this.ended.out) this.faults += 1;
    this.given.out += Buffer.from(octets).toString("latin1");
  }
  endOut(): void {
    this.ended.out = true;
  }
  read(on: boolean): void {
    this.reading = on;
  }
  cut(): void {
    this.faults += 1;
  }
  roomAgain(): void {}
  tellIntercepted(): void {}

  /** As TcpStream does. */
  arrive(octets: Uint8Array): void {
    if (this.interception === undefined) this.passIn(octets);
    else this.interception.in.push(octets);
  }
  say(octets: Uint8Array): void {
    if (this.interception === undefined) this.passOut(octets);
    else this.interception.out.push(octets);
  }
  pause(): void {
    this.paused = true;
    this.reading = false;
    this.interception?.pause();
  }
  resume(): void {
    this.paused = false;
    if (this.interception === undefined) this.reading = true;
    else this.interception.resume();
  }
}

const action: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.record({ type: fc.constant("delay" as const), ms: fc.integer({ min: 0, max: 50 }) }),
  fc.record({
    type: fc.constant("split" as const),
    octets: fc.integer({ min: 1, max: 4 }),
    ms: fc.integer({ min: 0, max: 20 }),
  }),
  fc.constant({ type: "hold" as const }),
);
const fault: fc.Arbitrary<Fault> = fc.record({
  on: fc.constantFrom("in" as const, "out" as const),
  match: fc.oneof(
    fc.constant({}),
    fc.record({ nth: fc.integer({ min: 1, max: 3 }) }),
    fc.constant({ contains: Buffer.from("a") }),
  ),
  action,
});

type Step =
  | { readonly do: "in" | "out"; readonly text: string }
  | { readonly do: "faults"; readonly faults: readonly Fault[] }
  | { readonly do: "time"; readonly ms: number }
  | { readonly do: "pause" | "resume" | "release" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("in" as const, "out" as const),
      text: fc.constantFrom("a", "bc", "defa", "ghijklm"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("faults" as const), faults: fc.array(fault, { maxLength: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("time" as const), ms: fc.integer({ min: 0, max: 60 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("pause" as const, "resume" as const, "release" as const) }),
  },
);

describe("faults that only hold up", () => {
  it("change nothing of what passes, and leave nothing behind", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const time = new FakeTime();
        const intercept = new Intercept({}, time);
        const stream = new NotedStream();
        intercept.watch([stream]);
        const sent = { in: "", out: "" };
        for (const each of steps) {
          switch (each.do) {
            case "in":
              // a socket that rests brings nothing
              if (!stream.reading) break;
              sent.in += each.text;
              stream.arrive(Buffer.from(each.text));
              break;
            case "out":
              sent.out += each.text;
              stream.say(Buffer.from(each.text));
              break;
            case "faults":
              intercept.replace(each.faults);
              break;
            case "time":
              time.advance(each.ms);
              break;
            case "pause":
              stream.pause();
              break;
            case "resume":
              stream.resume();
              break;
            case "release":
              for (const { chunk } of intercept.held()) intercept.release(chunk);
              break;
          }
          for (const way of ["in", "out"] as const)
            expect(sent[way].startsWith(stream.given[way])).toBe(true);
          // a chunk that goes on in pieces counts until its last one
          const missing = sent.in.length + sent.out.length - stream.given.in.length - stream.given.out.length;
          expect(intercept.waiting).toBeGreaterThanOrEqual(missing);
        }
        stream.resume();
        intercept.replace([]);
        expect(stream.given).toEqual(sent);
        expect([stream.faults, stream.reading, stream.interception]).toEqual([0, true, undefined]);
        expect([intercept.waiting, intercept.held(), time.armed]).toEqual([0, [], 0]);
      }),
      { numRuns: 500 },
    );
  });
});
