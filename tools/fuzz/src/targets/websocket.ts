import {
  formatFrame,
  WebSocketCore,
  type Opcode,
  type WebSocketAction,
  type WebSocketEvent,
  type WebSocketLimits,
} from "@socketscope/http/websocket";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

/** Gives the answers that the protocol asks for, nothing else. */
const obedient: Policy<WebSocketEvent, WebSocketAction> = {
  tell(event) {
    switch (event.type) {
      case "data":
        return event.octets;
      case "message":
        return `message ${event.kind} ${event.length}`;
      case "ping":
      case "pong":
        return `${event.type} ${Buffer.from(event.octets).toString("hex")}`;
      case "close":
        return `close ${event.code} ${event.reason}`;
      case "end":
      case "idle":
      case "drain":
        return event.type;
    }
  },
  answers(event) {
    return "answer" in event && event.answer !== undefined ? [event.answer] : [];
  },
};

const key = Uint8Array.of(1, 2, 3, 4);
const text = (content: string): Uint8Array => Buffer.from(content);

/** Conversations as a client (masked) or a server (not) sends them. */
function seeds(mask: Uint8Array | undefined): readonly string[] {
  const frame = (...[opcode, fin, payload]: readonly [Opcode, boolean, Uint8Array]): string =>
    formatFrame(opcode, fin, payload, mask)
      .map((piece) => Buffer.from(piece).toString("latin1"))
      .join("");
  return [
    frame("text", true, text("hé")),
    frame("binary", false, text("a")) +
      frame("ping", true, text("p")) +
      frame("continuation", true, text("b")),
    frame("text", false, text("h\u{1f600}").subarray(0, 3)) +
      frame("continuation", true, text("\u{1f600}").subarray(2)),
    frame("binary", true, new Uint8Array(130)) + frame("pong", true, new Uint8Array(0)),
    frame("close", true, Uint8Array.of(3, 232, 98, 121, 101)),
    frame("close", true, new Uint8Array(0)),
  ];
}

const words = [
  "\x81\x80\x01\x02\x03\x04",
  "\x80\x00",
  "\x01\x01a",
  "\x88\x02\x03\xe8",
  "\x89\x00",
  "\xfe",
  "\xff",
].concat([
  "\x82\x7e\x00\x7e",
  "\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00",
  "\x88\x82\x01\x02\x03\x04\x02\xea",
  "\xed\xa0\x80",
  "\xf4\x8f\xbf\xbf",
]);

const code = /\/libs\/http\/(?:src|dist)\/websocket\/(?!dissect|explain|story)/;

/** Every second input meets limits that it can reach. */
const limitsFor = (input: Uint8Array): Partial<WebSocketLimits> =>
  input.length % 2 === 0 ? {} : { maxFrame: 16, maxMessage: 24, maxFragments: 3 };

export const webSocketServer: Target = {
  name: "websocket-server",
  code,
  words,
  seeds: seeds(key),
  run: (input, cut) =>
    walk(new WebSocketCore({ role: "server", limits: limitsFor(input) }), obedient, input, cut),
};

export const webSocketClient: Target = {
  name: "websocket-client",
  code,
  words,
  seeds: seeds(undefined),
  run: (input, cut) =>
    walk(
      new WebSocketCore({ role: "client", maskKey: () => key, limits: limitsFor(input) }),
      obedient,
      input,
      cut,
    ),
};
