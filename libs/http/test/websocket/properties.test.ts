import { feed } from "@socketscope/testkit";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WebSocketCore, type WebSocketAction, type WebSocketEvent } from "@socketscope/http/websocket";
import { join, KEY, story } from "./frames.ts";

const server = (): WebSocketCore => new WebSocketCore({ role: "server" });
const client = (): WebSocketCore => new WebSocketCore({ role: "client", maskKey: () => KEY });

const octets = fc.uint8Array({ maxLength: 300 });
/** One message, or a control frame, as the actions that send it. */
const turn: fc.Arbitrary<readonly WebSocketAction[]> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 200 }).map((content) => [{ type: "text", content }] as const),
  octets.map((content) => [{ type: "binary", content }] as const),
  fc
    .array(octets, { minLength: 1, maxLength: 4 })
    .map((pieces) => [
      { type: "begin", kind: "binary" } as const,
      ...pieces.flatMap((octets) => [{ type: "data", octets } as const, { type: "ping" } as const]),
      { type: "end" } as const,
    ]),
  fc.uint8Array({ maxLength: 125 }).map((octets) => [{ type: "pong", octets }] as const),
);

/** What the other side should tell of these actions. */
function expected(actions: readonly WebSocketAction[]): readonly string[] {
  const events: WebSocketEvent[] = [];
  for (const action of actions) {
    if (action.type === "text" || action.type === "binary") {
      const content = new Uint8Array(Buffer.from(action.content));
      events.push({ type: "message", kind: action.type, length: content.length });
      events.push({ type: "data", octets: content }, { type: "end" });
    } else if (action.type === "begin")
      events.push({ type: "message", kind: action.kind, length: undefined });
    else if (action.type === "ping") events.push({ type: "ping", octets: new Uint8Array(0), answer: action });
    else if (action.type === "pong")
      events.push({ type: "pong", octets: action.octets ?? new Uint8Array(0) });
    else if (action.type !== "close") events.push(action);
  }
  return story(events);
}

function cut(whole: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(whole.slice(at, at + size));
    at += size;
  }
  return [...chunks, whole.slice(at)];
}

describe("whatever one side says", () => {
  it.each([
    ["client", client, server],
    ["server", server, client],
  ] as const)("from the %s, in any cut, the other side hears", (_, from, to) => {
    fc.assert(
      fc.property(
        fc.array(turn, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 90 })),
        (turns, sizes) => {
          const sender = from();
          const actions = turns.flat();
          const wire = join(...actions.flatMap((action) => sender.send(action)));
          const outcome = feed(to(), cut(wire, sizes));
          expect(story(outcome.events)).toEqual(expected(actions));
          expect(outcome.rest).toBe("need-data");
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("whatever octets come", () => {
  it("the core never breaks, and how they were cut does not matter", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(0x01, 0x81, 0x02, 0x80, 0x88, 0x89, 0xfe, 0xff), fc.nat(255)), {
          maxLength: 60,
        }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (values, sizes) => {
          const wire = Uint8Array.from(values);
          const whole = feed(server(), [wire]);
          const parts = feed(server(), cut(wire, sizes));
          expect(story(parts.events)).toEqual(story(whole.events));
          expect(parts.rest).toEqual(whole.rest);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
