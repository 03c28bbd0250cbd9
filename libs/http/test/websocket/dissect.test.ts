import { WebFlowDissector } from "@socketscope/http";
import { WebSocketDissector } from "@socketscope/http/websocket";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dissect, holes, lines, said, total, type Step } from "@socketscope/testkit";
import { join, raw } from "./frames.ts";

const ws = (...steps: readonly Step[]): readonly string[] => lines(dissect(new WebSocketDissector(), steps));
const fromClient = (first: number, payload: Uint8Array | string = ""): Step =>
  said("in", raw({ first, payload }));
const fromServer = (first: number, payload: Uint8Array | string = ""): Step =>
  said("out", raw({ first, payload, masked: false }));

const handshake = (extension: string, early = ""): readonly Step[] => [
  said("in", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
  said(
    "out",
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${extension}\r\n${early}`,
  ),
];

describe("frames", () => {
  it("are told with what is in them, pongs and closes with what they answer", () => {
    expect(
      ws(
        fromClient(0x81, "Hello"),
        fromServer(0x82, Uint8Array.of(1, 2, 3)),
        fromServer(0x89, "p"),
        fromClient(0x8a, "p"),
        fromClient(0x01, "one"),
        fromClient(0x80, "two"),
        fromClient(0x88, join(Uint8Array.of(0x03, 0xe8), Buffer.from("bye"))),
        fromServer(0x88, Uint8Array.of(0x03, 0xe8)),
      ),
    ).toEqual([
      "0 in text: 5 octets: Hello",
      "1 out binary: 3 octets",
      "2 out ping: 1 octets: p",
      "3 in pong: 1 octets: p ← 2",
      "4 in text: 3 octets, more follows: one",
      "5 in continuation: 3 octets: two",
      "6 in close: close 1000: bye",
      "7 out close: close 1000 ← 6",
    ]);
  });

  it("have their octets named", () => {
    const [text, close] = dissect(new WebSocketDissector(), [
      fromClient(0x81, "x".repeat(200)),
      fromClient(0x88, Uint8Array.of(3, 0xe8, 0x41)),
    ]);
    expect(text?.parts).toEqual([
      { name: "FIN, RSV, opcode", from: 0, to: 1 },
      { name: "mask bit, length", from: 1, to: 4 },
      { name: "masking key", from: 4, to: 8 },
      { name: "payload", from: 8, to: 208 },
    ]);
    expect(close?.parts.map(({ name }) => name)).toEqual([
      "FIN, RSV, opcode",
      "mask bit, length",
      "masking key",
      "close code",
      "close reason",
    ]);
  });

  it.each([
    ["an unmasked frame of a client", said("in", raw({ first: 0x81, masked: false })), "is not masked"],
    ["a masked frame of a server", said("out", raw({ first: 0x81 })), "is masked"],
    ["RSV1 without an extension", fromClient(0xc1), "reserved bit"],
    ["a reserved opcode", fromClient(0x83), "reserved"],
    ["a fragmented ping", fromClient(0x09), "fragmented"],
    ["a long ping", fromClient(0x89, new Uint8Array(126)), "125"],
    ["a length that is too wide", said("in", raw({ first: 0x82, extended: 8 })), "shortest"],
    ["a continuation of nothing", fromClient(0x80), "no message is open"],
    ["text that is not UTF-8", fromClient(0x81, Uint8Array.of(0xff)), "UTF-8"],
    ["text that ends in a character", fromClient(0x81, Uint8Array.of(0xe2)), "UTF-8"],
    ["a close of one octet", fromClient(0x88, Uint8Array.of(3)), "one octet"],
    ["close code 1005", fromClient(0x88, Uint8Array.of(3, 0xed)), "never sent"],
  ])("%s is read all the same, and flagged", (_, step, problem) => {
    expect(dissect(new WebSocketDissector(), [step])[0]?.problem).toContain(problem);
  });

  it("a message inside a message and a frame after Close are flagged by their order", () => {
    const told = ws(fromClient(0x01, "a"), fromClient(0x81, "b"), fromClient(0x88), fromClient(0x81, "c"));
    expect(told[1]).toContain("a new message inside a fragmented one");
    expect(told[3]).toContain("a frame after Close");
  });
});

describe("gaps", () => {
  it("inside a payload nothing is lost", () => {
    const long = raw({ first: 0x82, payload: new Uint8Array(500) });
    const steps = [
      said("in", long.slice(0, 50)),
      { gap: "in", count: 400 } as const,
      said("in", long.slice(450)),
      fromClient(0x81, "x"),
    ];
    const messages = dissect(new WebSocketDissector(), steps);
    expect(lines(messages)).toEqual([
      "0 in binary: 500 octets ! 400 octets were not recorded",
      "1 in text: 1 octets: x",
    ]);
    expect(holes(messages, "in", total(steps, "in"))).toEqual([]);
  });

  it("between frames the direction is silent from there on: a frame has no mark to find it by", () => {
    const steps = [
      fromClient(0x81, "x"),
      { gap: "in", count: 9 } as const,
      fromClient(0x81, "y"),
      { end: "in" } as const,
    ];
    const messages = dissect(new WebSocketDissector(), steps);
    expect(lines(messages)).toEqual([
      "0 in text: 1 octets: x",
      "1 in unparsed: 16 octets ! octets were not recorded before",
    ]);
    expect(holes(messages, "in", total(steps, "in"))).toEqual([]);
  });

  it("a stream that ends in a frame", () => {
    expect(ws(said("in", raw({ first: 0x82, payload: "abc" }).slice(0, -1)), { end: "in" })).toEqual([
      "0 in binary: 3 octets ! the stream ends 1 octets early",
    ]);
    expect(ws(said("in", Uint8Array.of(0x82)), { end: "in" })).toEqual([
      "0 in unparsed: 1 octets ! the stream ends in the head of a frame",
    ]);
  });
});

describe("a whole connection", () => {
  it("goes on from HTTP with the same ids and offsets, also with a frame in the 101's piece", () => {
    const early = Buffer.from(raw({ first: 0x81, payload: "now", masked: false })).toString("latin1");
    const steps = [...handshake("", early), fromClient(0x81, "then")];
    const messages = dissect(new WebFlowDissector(), steps);
    expect(lines(messages)).toEqual([
      "0 in request: GET / HTTP/1.1",
      "1 out response: 101 Switching Protocols ← 0",
      "2 out text: 3 octets: now",
      "3 in text: 4 octets: then",
    ]);
    expect(holes(messages, "in", total(steps, "in"))).toEqual([]);
    expect(holes(messages, "out", total(steps, "out"))).toEqual([]);
  });

  it("with permessage-deflate RSV1 has a meaning (RFC 7692 §6), and compressed text is no text to judge", () => {
    const steps = [
      ...handshake("Sec-WebSocket-Extensions: permessage-deflate\r\n"),
      fromClient(0xc1, Uint8Array.of(0xff, 0xfe)),
    ];
    expect(lines(dissect(new WebFlowDissector(), steps)).at(-1)).toBe("2 in text: 2 octets, compressed");
    const without = [...handshake(""), fromClient(0xc1, "x")];
    expect(lines(dissect(new WebFlowDissector(), without)).at(-1)).toContain("reserved bit");
  });
});

describe("whatever is fed", () => {
  it("never breaks, loses no octet, and cuts do not matter", () => {
    const octets = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 1, max: 9 }), (ins, outs, cut) => {
        const steps: readonly Step[] = [said("in", ins), said("out", outs), { end: "in" }, { end: "out" }];
        const whole = dissect(new WebSocketDissector(), steps);
        expect(holes(whole, "in", ins.length)).toEqual([]);
        expect(holes(whole, "out", outs.length)).toEqual([]);
        expect(dissect(new WebSocketDissector(), steps, cut)).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });
});
