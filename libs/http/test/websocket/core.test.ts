import { everySplit, feed } from "@socketscope/testkit";
import { RemoteError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import { WebSocketCore, type WebSocketAction, type WebSocketLimits } from "@socketscope/http/websocket";
import { hex, join, KEY, raw, story, type RawFrame } from "./frames.ts";

const server = (limits?: Partial<WebSocketLimits>): WebSocketCore =>
  new WebSocketCore({ role: "server", ...(limits === undefined ? {} : { limits }) });
const client = (): WebSocketCore => new WebSocketCore({ role: "client", maskKey: () => KEY });

/** Feeds every split and asserts that all tell one story; returns it with where the core came to rest. */
function told(make: () => WebSocketCore, octets: Uint8Array, end = false): readonly string[] {
  let first: readonly string[] | undefined;
  // A long recording is cut at fewer points: what matters is in its first and last octets.
  const splits =
    octets.length <= 400 ? everySplit(octets) : [[octets], [octets.slice(0, 3), octets.slice(3)]];
  for (const chunks of splits) {
    const outcome = feed(make(), chunks, { end });
    const rest = typeof outcome.rest === "string" ? outcome.rest : outcome.rest.error;
    const lines = [...story(outcome.events), rest];
    first ??= lines;
    expect(lines).toEqual(first);
  }
  return first ?? [];
}

const write = (core: WebSocketCore, action: WebSocketAction): Uint8Array => join(...core.send(action));

const fragments = (...sizes: readonly number[]): Uint8Array =>
  join(...sizes.map((size, i) => raw({ first: i === 0 ? 0x02 : 0x00, payload: new Uint8Array(size) })));

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const TEXT = 0x81;
const CLOSE = 0x88;

describe("the examples of RFC 6455 §5.7", () => {
  it.each([
    [
      "an unmasked text",
      client,
      "81 05 48 65 6c 6c 6f",
      ["message text 5", 'data "Hello"', "end", "need-data"],
    ],
    [
      "a masked text",
      server,
      "81 85 37 fa 21 3d 7f 9f 4d 51 58",
      ["message text 5", 'data "Hello"', "end", "need-data"],
    ],
    [
      "a fragmented text",
      client,
      "01 03 48 65 6c 80 02 6c 6f",
      ["message text ?", 'data "Hello"', "end", "need-data"],
    ],
    ["a ping", client, "89 05 48 65 6c 6c 6f", ['ping "Hello"', "need-data"]],
    ["a masked pong", server, "8a 85 37 fa 21 3d 7f 9f 4d 51 58", ['pong "Hello"', "need-data"]],
  ] as const)("reads %s", (_, make, recorded, expected) => {
    expect(told(make, hex(recorded))).toEqual(expected);
  });

  it("writes the same octets", () => {
    expect(write(server(), { type: "text", content: "Hello" })).toEqual(hex("81 05 48 65 6c 6c 6f"));
    expect(write(client(), { type: "text", content: "Hello" })).toEqual(
      hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"),
    );
    expect(write(server(), { type: "ping", octets: Buffer.from("Hello") })).toEqual(
      hex("89 05 48 65 6c 6c 6f"),
    );
  });

  it.each([
    [256, "82 7e 01 00"],
    [65_536, "82 7f 00 00 00 00 00 01 00 00"],
  ])("reads and writes a binary message of %i octets", (size, head) => {
    const octets = join(hex(head), new Uint8Array(size));
    expect(told(client, octets)).toEqual([
      `message binary ${size}`,
      `data ${size} octets`,
      "end",
      "need-data",
    ]);
    expect(join(...server().send({ type: "binary", content: new Uint8Array(size) }))).toEqual(octets);
  });
});

describe("what a server takes", () => {
  const cases: readonly (readonly [string, readonly RawFrame[], readonly string[]])[] = [
    ["an empty text", [{ first: TEXT }], ["message text 0", "end", "need-data"]],
    [
      "a binary of 125 octets",
      [{ first: 0x82, payload: new Uint8Array(125) }],
      ["message binary 125", "data 125 octets", "end", "need-data"],
    ],
    [
      "a binary of 126 octets",
      [{ first: 0x82, payload: new Uint8Array(126) }],
      ["message binary 126", "data 126 octets", "end", "need-data"],
    ],
    ["an unasked pong", [{ first: 0x8a, payload: "x" }], ['pong "x"', "need-data"]],
    [
      "a ping of 125 octets",
      [{ first: 0x89, payload: new Uint8Array(125) }],
      ["ping 125 octets", "need-data"],
    ],
    [
      "a ping between fragments",
      [
        { first: 0x01, payload: "a" },
        { first: 0x89, payload: "p" },
        { first: 0x80, payload: "b" },
      ],
      ["message text ?", 'data "a"', 'ping "p"', 'data "b"', "end", "need-data"],
    ],
    [
      "empty fragments",
      [{ first: 0x02 }, { first: 0x00 }, { first: 0x80 }],
      ["message binary ?", "end", "need-data"],
    ],
    [
      "a character cut by fragments",
      [
        { first: 0x01, payload: bytes(0xe2, 0x82) },
        { first: 0x80, payload: bytes(0xac) },
      ],
      ["message text ?", 'data "â\u0082¬"', "end", "need-data"],
    ],
    ["a close without a code", [{ first: CLOSE }], ['close 1005 ""', "paused"]],
    [
      "a close with a reason",
      [{ first: CLOSE, payload: join(bytes(0x03, 0xe8), Buffer.from("bye ✓")) }],
      ['close 1000 "bye ✓"', "paused"],
    ],
    [
      "what follows a close is discarded",
      [{ first: CLOSE }, { first: TEXT, payload: "late" }],
      ['close 1005 ""', "paused"],
    ],
    [
      "a close inside a message",
      [{ first: 0x01, payload: "half" }, { first: CLOSE }],
      ["message text ?", 'data "half"', 'close 1005 ""', "paused"],
    ],
  ];
  it.each(cases)("%s", (_, frames, expected) => {
    expect(told(server, join(...frames.map(raw)))).toEqual(expected);
  });

  it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    "close code %i, which its answer repeats",
    (code) => {
      const core = server();
      core.receive(raw({ first: CLOSE, payload: bytes(code >> 8, code & 0xff) }));
      expect(core.next()).toEqual({ type: "close", code, reason: "", answer: { type: "close", code } });
    },
  );
});

describe("what fails the connection", () => {
  const head = (first: number, second: number): Uint8Array => bytes(first, second);
  const closing = (...payload: readonly number[]): Uint8Array =>
    raw({ first: CLOSE, payload: bytes(...payload) });
  const cases: readonly (readonly [string, Uint8Array, string, number])[] = [
    // RFC 6455 §5.2
    ["RSV1", head(0xc1, 0x80), "WS_RESERVED_BIT", 1002],
    ["RSV2", head(0xa1, 0x80), "WS_RESERVED_BIT", 1002],
    ["RSV3", head(0x91, 0x80), "WS_RESERVED_BIT", 1002],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
      (opcode) => [`opcode ${opcode}`, head(0x80 | opcode, 0x80), "WS_RESERVED_OPCODE", 1002] as const,
    ),
    [
      "125 octets said in 2",
      raw({ first: 0x82, payload: new Uint8Array(125), extended: 2 }),
      "WS_LENGTH_NOT_MINIMAL",
      1002,
    ],
    [
      "65535 octets said in 8",
      raw({ first: 0x82, extended: 8, claims: 65_535n }),
      "WS_LENGTH_NOT_MINIMAL",
      1002,
    ],
    ["0 octets said in 8", raw({ first: 0x82, extended: 8 }), "WS_LENGTH_NOT_MINIMAL", 1002],
    ["a length of 2^63", raw({ first: 0x82, claims: 1n << 63n }), "WS_LENGTH_TOP_BIT", 1002],
    ["a length of 2^63-1", raw({ first: 0x82, claims: (1n << 63n) - 1n }), "WS_FRAME_TOO_BIG", 1009],
    // RFC 6455 §5.1
    ["a frame without a mask", raw({ first: TEXT, payload: "x", masked: false }), "WS_NOT_MASKED", 1002],
    // RFC 6455 §5.4
    ["a continuation of nothing", raw({ first: 0x80, payload: "x" }), "WS_NOTHING_TO_CONTINUE", 1002],
    [
      "a text inside a text",
      join(raw({ first: 0x01 }), raw({ first: TEXT })),
      "WS_MESSAGE_INTERRUPTED",
      1002,
    ],
    [
      "a binary inside a text",
      join(raw({ first: 0x01 }), raw({ first: 0x82 })),
      "WS_MESSAGE_INTERRUPTED",
      1002,
    ],
    // RFC 6455 §5.5
    ["a fragmented ping", raw({ first: 0x09 }), "WS_CONTROL_FRAGMENTED", 1002],
    ["a ping of 126 octets", head(0x89, 0xfe), "WS_CONTROL_TOO_LONG", 1002],
    ["a close of 126 octets", head(CLOSE, 0xfe), "WS_CONTROL_TOO_LONG", 1002],
    ["a close of one octet", closing(3), "WS_CLOSE_SHORT", 1002],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
      (code) => [`close code ${code}`, closing(code >> 8, code & 0xff), "WS_CLOSE_CODE", 1002] as const,
    ),
    ["a reason that is not UTF-8", closing(0x03, 0xe8, 0xff), "WS_NOT_UTF8", 1007],
    // RFC 6455 §8.1
    ["text with C3 28", raw({ first: TEXT, payload: bytes(0x41, 0xc3, 0x28) }), "WS_NOT_UTF8", 1007],
    ["text that ends in a character", raw({ first: TEXT, payload: bytes(0xe2, 0x82) }), "WS_NOT_UTF8", 1007],
    ["a surrogate in UTF-8", raw({ first: TEXT, payload: bytes(0xed, 0xa0, 0x80) }), "WS_NOT_UTF8", 1007],
    [
      "a bad octet in an unfinished frame",
      raw({ first: 0x01, payload: bytes(0xff, 0x41), claims: 100n }),
      "WS_NOT_UTF8",
      1007,
    ],
  ];
  it.each(cases)("%s", (_, octets, code, closeCode) => {
    expect(told(server, octets).at(-1)).toBe(code);
    const core = server();
    core.receive(octets);
    const error = fault(core);
    expect(error.code).toBe(code);
    expect(error.answer).toMatchObject({ type: "close", code: closeCode });
    // The answer is still taken; then the conversation is over, and nothing that comes is looked at.
    expect(core.state).toBe("answering");
    expect(core.send(error.answer as WebSocketAction)[0]?.[0]).toBe(CLOSE);
    core.receive(raw({ first: TEXT, payload: "late" }));
    expect(core.next()).toBe("closed");
  });

  it("a masked frame from a server (RFC 6455 §5.1)", () => {
    expect(told(client, raw({ first: TEXT, payload: "x" }))).toEqual(["WS_MASKED"]);
  });

  it("passes on what was good before the bad octet, however it is cut", () => {
    const octets = raw({ first: TEXT, payload: bytes(0x41, 0x42, 0xff, 0x43) });
    expect(told(server, octets)).toEqual(["message text 4", 'data "AB"', "WS_NOT_UTF8"]);
  });

  it("has no answer once our Close is gone", () => {
    const core = server();
    core.send({ type: "close", code: 1000 });
    core.receive(raw({ first: 0x80 }));
    expect(fault(core).answer).toBeUndefined();
    expect(core.next()).toBe("closed");
  });
});

describe("limits", () => {
  it.each([
    ["maxFrame", { maxFrame: 10 }, fragments(10), fragments(11), "WS_FRAME_TOO_BIG"],
    ["maxMessage", { maxMessage: 10 }, fragments(6, 4), fragments(6, 5), "WS_MESSAGE_TOO_BIG"],
    ["maxFragments", { maxFragments: 3 }, fragments(0, 0, 0), fragments(0, 0, 0, 0), "WS_TOO_MANY_FRAGMENTS"],
  ])("%s", (_, limits, within, beyond, code) => {
    expect(told(() => server(limits), within).at(-1)).toBe("need-data");
    expect(told(() => server(limits), beyond).at(-1)).toBe(code);
  });

  it("count each message anew", () => {
    const message = raw({ first: 0x82, payload: new Uint8Array(8) });
    const octets = join(message, message, message);
    expect(told(() => server({ maxMessage: 10, maxFragments: 1 }), octets).at(-1)).toBe("need-data");
  });

  it("a frame is judged by its head, before its payload is there", () => {
    const core = server({ maxFrame: 100 });
    core.receive(raw({ first: 0x82, claims: 101n }));
    expect(fault(core).code).toBe("WS_FRAME_TOO_BIG");
  });
});

function fault(core: WebSocketCore): RemoteError {
  try {
    for (let i = 0; i < 100; i++) core.next();
  } catch (error) {
    if (error instanceof RemoteError) return error;
    throw error;
  }
  throw new Error("no fault");
}
