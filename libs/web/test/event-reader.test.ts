import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeEvent, EventReader, type ReceivedEvent } from "../src/index.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

function read(text: string, cuts: readonly number[] = []): readonly ReceivedEvent[] {
  const reader = new EventReader();
  const octets = bytes(text);
  let from = 0;
  return [...cuts, octets.length].flatMap((to) => {
    const events = reader.push(octets.slice(from, to));
    from = to;
    return events;
  });
}

const message = (data: string, event = "message", id = ""): ReceivedEvent => ({ event, data, id });

// WHATWG HTML §9.2.6, its examples among them.
const cases: readonly (readonly [name: string, text: string, events: readonly ReceivedEvent[]])[] = [
  ["one line", "data: a\n\n", [message("a")]],
  ["two lines", "data: YHOO\ndata: +2\ndata: 10\n\n", [message("YHOO\n+2\n10")]],
  [
    "a comment, an id, an empty id",
    ": c\n\ndata: 1\nid: 1\n\ndata:2\nid\n\ndata:  3\n\n",
    [message("1", "message", "1"), message("2"), message(" 3")],
  ],
  [
    "data without a value, and an event that is not dispatched",
    "data\n\ndata\ndata\n\ndata:",
    [message(""), message("\n")],
  ],
  [
    "one blank after the colon belongs to the format",
    "data:test\n\ndata: test\n\n",
    [message("test"), message("test")],
  ],
  ["a type", "event: add\ndata: 7\n\n", [message("7", "add")]],
  ["a type without data is forgotten", "event: add\n\ndata: 7\n\n", [message("7")]],
  ["CRLF and CR", "data: a\r\n\r\ndata: b\r\rdata: c\n\n", [message("a"), message("b"), message("c")]],
  ["a byte order mark", "\ufeffdata: a\n\n", [message("a")]],
  ["an id with NUL is ignored", "id: a\0b\ndata: 1\n\n", [message("1")]],
  ["unknown fields", "more: x\ndata: 1\nDATA: 2\n\n", [message("1")]],
  ["characters of many octets", "data: \u{1f600}é\n\n", [message("\u{1f600}é")]],
];

describe("an event reader", () => {
  it.each(cases)("reads %s", (_name, text, events) => {
    expect(read(text)).toEqual(events);
  });

  it.each(cases)("reads %s however it is cut", (_name, text, events) => {
    const { length } = bytes(text);
    expect(
      read(
        text,
        Array.from({ length }, (_, at) => at),
      ),
    ).toEqual(events);
    for (let at = 0; at < length; at++) expect(read(text, [at])).toEqual(events);
  });

  it("reads what our own server writes", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(fc.record({ data: fc.string(), event: word, id: word }), { maxLength: 5 }),
        (events) => {
          const text = events.map(encodeEvent).join("");
          const lines = (data: string): string => data.replaceAll(/\r\n|\r/g, "\n");
          expect(read(text)).toEqual(events.map(({ data, event, id }) => message(lines(data), event, id)));
        },
      ),
    );
  });

  it("tells when to come again, and from where", () => {
    const reader = new EventReader();
    reader.push(bytes("retry: 500\nid: 7\ndata: 1\n\nretry: soon\n\n"));
    expect([reader.retry, reader.lastEventId]).toEqual([500, "7"]);
  });

  it("holds no more than it was told to", () => {
    const reader = new EventReader({ maxEvent: 16 });
    reader.push(bytes("data: 1234567890\n\n"));
    expect(() => reader.push(bytes("data: 12345678901"))).toThrow(
      expect.objectContaining({ code: "SSE_TOO_LARGE" }),
    );
    const lines = new EventReader({ maxEvent: 16 });
    expect(() => lines.push(bytes("data: 123456\n".repeat(9)))).toThrow(/longer than 16/);
  });
});
