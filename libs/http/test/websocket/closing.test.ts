import { LocalError, RemoteError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  WebSocketCore,
  stepOf,
  WRITING,
  type WebSocketAction,
  type Writing,
} from "@socketscope/http/websocket";
import { join, KEY, raw } from "./frames.ts";

const server = (): WebSocketCore => new WebSocketCore({ role: "server" });
const client = (): WebSocketCore => new WebSocketCore({ role: "client", maskKey: () => KEY });
const CLOSE = raw({ first: 0x88 });
const CLOSE_UNMASKED = raw({ first: 0x88, masked: false });

describe("the closing handshake (RFC 6455 §5.5.1, §7.1)", () => {
  it("the peer begins: we answer, a server then ends TCP at once", () => {
    const core = server();
    core.receive(CLOSE);
    expect(core.next()).toEqual({ type: "close", code: 1005, reason: "", answer: { type: "close" } });
    expect([core.state, core.waitingFor, core.next()]).toEqual(["answering", "us", "paused"]);
    expect(join(...core.send({ type: "close" }))).toEqual(Uint8Array.of(0x88, 0x00));
    expect([core.state, core.next()]).toEqual(["closed", "closed"]);
  });

  it("we begin: messages still come until the peer's Close", () => {
    const core = server();
    core.send({ type: "close", code: 1000, reason: "done" });
    expect([core.state, core.waitingFor, core.next()]).toEqual(["closing", "close", "need-data"]);
    core.receive(raw({ first: 0x82, payload: "x" }));
    expect(core.next()).toMatchObject({ type: "message" });
    expect(core.next()).toMatchObject({ type: "data" });
    expect(core.next()).toEqual({ type: "end" });
    core.receive(CLOSE);
    expect(core.next()).toMatchObject({ type: "close", code: 1005 });
    expect(core.next()).toBe("closed");
  });

  it('a client waits for the server\'s FIN, under the clock "close" (§7.1.1)', () => {
    const core = client();
    core.send({ type: "close", code: 1000 });
    core.receive(CLOSE_UNMASKED);
    expect(core.next()).toMatchObject({ type: "close" });
    expect([core.state, core.waitingFor, core.next()]).toEqual(["closed", "close", "need-data"]);
    core.receive("end");
    expect(core.next()).toBe("closed");
    const other = client();
    other.receive(CLOSE_UNMASKED);
    other.next();
    other.send({ type: "close" });
    other.receive("timeout");
    expect(other.next()).toBe("closed");
  });

  it("a peer that does not answer our Close is left when the clock says so", () => {
    const core = server();
    core.send({ type: "close", code: 1000 });
    core.receive("timeout");
    expect(core.next()).toMatchObject({ type: "close", code: 1006 });
    expect(core.next()).toBe("closed");
  });

  it.each([
    ["between messages", new Uint8Array(0)],
    ["in a head", Uint8Array.of(0x81)],
    ["in a payload", raw({ first: 0x82, payload: "x", claims: 9n })],
    ["in a message", raw({ first: 0x02, payload: "x" })],
  ])("a FIN %s without a Close is 1006 (§7.1.5)", (_, octets) => {
    const core = server();
    core.receive(octets);
    core.receive("end");
    const events: unknown[] = [];
    for (let event = core.next(); event !== "closed"; event = core.next()) events.push(event);
    expect(events.at(-1)).toEqual({ type: "close", code: 1006, reason: "", answer: undefined });
    expect(() => core.send({ type: "close" })).toThrow(LocalError);
  });

  it("what came before the FIN is read first", () => {
    const core = server();
    core.receive(join(raw({ first: 0x81, payload: "x" }), CLOSE));
    core.receive("end");
    const types = [core.next(), core.next(), core.next(), core.next()].map((event) =>
      typeof event === "string" ? event : event.type,
    );
    expect(types).toEqual(["message", "data", "end", "close"]);
  });
});

describe("the clocks", () => {
  it("idle asks for a ping; without any answer the peer is given up", () => {
    const core = server();
    expect(core.waitingFor).toBe("idle");
    core.receive("timeout");
    expect(core.next()).toEqual({ type: "idle", answer: { type: "ping" } });
    expect(core.waitingFor).toBe("pong");
    core.receive("timeout");
    expect(() => core.next()).toThrow(expect.objectContaining({ code: "WS_PONG_TIMEOUT" }));
  });

  it("any octet shows that the peer is there", () => {
    const core = server();
    core.receive("timeout");
    core.next();
    core.receive(raw({ first: 0x8a }));
    expect(core.next()).toMatchObject({ type: "pong" });
    expect(core.waitingFor).toBe("idle");
  });

  it("a frame that stops half-way is cut", () => {
    const core = server();
    core.receive(raw({ first: 0x82, payload: "x", claims: 9n }));
    core.next();
    core.next();
    core.next();
    expect(core.waitingFor).toBe("frame");
    core.receive("timeout");
    expect(() => core.next()).toThrow(RemoteError);
  });

  it("drain asks for 1001, once, and only while open (§7.4.1)", () => {
    const core = server();
    core.receive("drain");
    expect(core.next()).toEqual({ type: "drain", answer: { type: "close", code: 1001 } });
    core.send({ type: "close", code: 1001 });
    core.receive("drain");
    expect(core.next()).toBe("need-data");
  });
});

describe("what we may send", () => {
  const actions: readonly WebSocketAction[] = [
    { type: "text", content: "x" },
    { type: "binary", content: Uint8Array.of(1) },
    { type: "begin", kind: "text" },
    { type: "begin", kind: "binary" },
    { type: "data", octets: Uint8Array.of(0x41) },
    { type: "end" },
    { type: "ping" },
    { type: "pong" },
    { type: "close", code: 1000 },
  ];
  const lead: Readonly<Record<Writing, readonly WebSocketAction[]>> = {
    between: [],
    text: [{ type: "begin", kind: "text" }],
    binary: [{ type: "begin", kind: "binary" }],
    ended: [{ type: "close" }],
  };
  const states: readonly Writing[] = ["between", "text", "binary", "ended"];
  const table = states.flatMap((writing) => actions.map((action) => [writing, action] as const));
  it.each(table)("in %s: %j", (writing, action) => {
    const core = server();
    for (const first of lead[writing]) core.send(first);
    const legal = WRITING[writing][stepOf(action)] !== undefined;
    expect(accepts(core, action)).toBe(legal);
  });

  it("in fragments: the first frame has the opcode, the last is empty with FIN", () => {
    const core = server();
    const pieces = [
      ...core.send({ type: "begin", kind: "text" }),
      ...core.send({ type: "data", octets: Uint8Array.of(0xe2, 0x82) }),
      ...core.send({ type: "ping" }),
      ...core.send({ type: "data", octets: Uint8Array.of(0xac) }),
      ...core.send({ type: "end" }),
    ];
    expect(join(...pieces)).toEqual(Uint8Array.of(0x01, 2, 0xe2, 0x82, 0x89, 0, 0x00, 1, 0xac, 0x80, 0));
  });

  it.each([
    ["text that is not UTF-8", [{ type: "text", content: Uint8Array.of(0xff) }]],
    ["text that ends in a character", [{ type: "text", content: Uint8Array.of(0xe2) }]],
    [
      "a fragment that is not UTF-8",
      [
        { type: "begin", kind: "text" },
        { type: "data", octets: Uint8Array.of(0xff) },
      ],
    ],
    [
      "an end in a character",
      [{ type: "begin", kind: "text" }, { type: "data", octets: Uint8Array.of(0xe2) }, { type: "end" }],
    ],
    ["a ping of 126 octets", [{ type: "ping", octets: new Uint8Array(126) }]],
    ["close code 1005", [{ type: "close", code: 1005 }]],
    ["close code 1006", [{ type: "close", code: 1006 }]],
    ["a reason without a code", [{ type: "close", reason: "x" }]],
    ["a reason of 124 octets", [{ type: "close", code: 1000, reason: "x".repeat(124) }]],
  ] as const)("never %s", (_, steps) => {
    const core = server();
    expect(() => {
      for (const step of steps) core.send(step);
    }).toThrow(LocalError);
  });

  it("a refused action leaves the core where it was", () => {
    const core = server();
    expect(() => core.send({ type: "close", code: 1005 })).toThrow(LocalError);
    expect(core.state).toBe("open");
    expect(() => core.send({ type: "close", code: 1000 })).not.toThrow();
  });
});

function accepts(core: WebSocketCore, action: WebSocketAction): boolean {
  try {
    core.send(action);
    return true;
  } catch (error) {
    if (error instanceof LocalError && error.code === "WS_ILLEGAL_SEND") return false;
    throw error;
  }
}
