import { createHash } from "node:crypto";
import { Fields, type RequestHead, type ResponseHead } from "@socketscope/http";
import {
  acceptHandshake,
  acceptValue,
  handshakeFields,
  verifyHandshake,
  type HandshakeOffer,
} from "@socketscope/http/websocket";
import { RemoteError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";

const sha1 = (octets: Uint8Array): Uint8Array => new Uint8Array(createHash("sha1").update(octets).digest());
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const GOOD: readonly (readonly [string, string])[] = [
  ["Host", "server.example.com"],
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
  ["Sec-WebSocket-Key", KEY],
  ["Sec-WebSocket-Version", "13"],
];

/** The good request with some fields replaced (several values: several lines) or, with none, left out. */
function request(
  changes: Readonly<Record<string, readonly string[]>>,
  over: Partial<RequestHead> = {},
): RequestHead {
  const names = new Set([...GOOD.map(([name]) => name), ...Object.keys(changes)]);
  const lines = [...names].flatMap((name) =>
    (changes[name] ?? GOOD.filter(([known]) => known === name).map(([, value]) => value)).flatMap((v) => [
      name,
      v,
    ]),
  );
  return { method: "GET", target: "/chat", version: "1.1", fields: new Fields(lines), ...over };
}

describe("the server's half (RFC 6455 §4.2)", () => {
  it("answers the RFC's own example (§1.3)", () => {
    expect(acceptValue(KEY, sha1)).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    expect(
      acceptHandshake(request({ "Sec-WebSocket-Protocol": ["chat, superchat"] }), {
        sha1,
        protocols: ["chat"],
      }),
    ).toEqual({
      status: 101,
      protocol: "chat",
      fields: [
        "Upgrade",
        "websocket",
        "Sec-WebSocket-Accept",
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "Sec-WebSocket-Protocol",
        "chat",
      ],
    });
  });

  it.each([
    ["Firefox's Connection", { Connection: ["keep-alive, Upgrade"] }],
    ["another case", { Upgrade: ["WebSocket"], Connection: ["upgrade"] }],
    ["several protocols of Upgrade", { Upgrade: ["h2c, websocket"] }],
    [
      "an extension, which is not taken up",
      { "Sec-WebSocket-Extensions": ["permessage-deflate; client_max_window_bits"] },
    ],
  ] as const)("takes %s", (_, changes) => {
    const answer = acceptHandshake(request(changes), { sha1 });
    expect(answer.status).toBe(101);
    expect(new Fields(answer.fields).has("sec-websocket-extensions")).toBe(false);
  });

  it.each([
    [["superchat, chat"], ["chat", "superchat"], "superchat"],
    [["a", "b"], ["b"], "b"],
    [["a"], [], undefined],
    [["a"], ["z"], undefined],
  ] as const)("of %j and our %j chooses %j, the client's first", (asked, ours, chosen) => {
    const answer = acceptHandshake(request({ "Sec-WebSocket-Protocol": asked }), { sha1, protocols: ours });
    expect(answer).toMatchObject({ status: 101, protocol: chosen });
    expect(new Fields(answer.fields).get("sec-websocket-protocol")).toBe(chosen);
  });

  const refusals: readonly (readonly [string, number, RequestHead])[] = [
    ["POST", 405, request({}, { method: "POST" })],
    ["HTTP/1.0", 426, request({}, { version: "1.0" })],
    ["no Upgrade", 426, request({ Upgrade: [] })],
    ["Upgrade to something else", 426, request({ Upgrade: ["h2c"] })],
    ["no Connection: Upgrade", 426, request({ Connection: ["keep-alive"] })],
    ["no version", 426, request({ "Sec-WebSocket-Version": [] })],
    ["version 8", 426, request({ "Sec-WebSocket-Version": ["8"] })],
    ["version 013", 426, request({ "Sec-WebSocket-Version": ["013"] })],
    ["the version twice", 400, request({ "Sec-WebSocket-Version": ["13", "13"] })],
    ["no key", 400, request({ "Sec-WebSocket-Key": [] })],
    ["two keys", 400, request({ "Sec-WebSocket-Key": [KEY, KEY] })],
    ["a key of 15 octets", 400, request({ "Sec-WebSocket-Key": ["AAAAAAAAAAAAAAAAAAAA"] })],
    ["a key of 17 octets", 400, request({ "Sec-WebSocket-Key": ["AAAAAAAAAAAAAAAAAAAAAAA="] })],
    ["a key without padding", 400, request({ "Sec-WebSocket-Key": [KEY.slice(0, -2)] })],
    ["a key that is not base64", 400, request({ "Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25j!Q=="] })],
    ["a subprotocol twice", 400, request({ "Sec-WebSocket-Protocol": ["a, a"] })],
    ["a subprotocol that is no token", 400, request({ "Sec-WebSocket-Protocol": ["a b"] })],
  ];
  it.each(refusals)("refuses %s with %i", (_, status, head) => {
    const answer = acceptHandshake(head, { sha1 });
    expect(answer.status).toBe(status);
    const fields = new Fields(answer.fields);
    // RFC 9110 §15.5.22: 426 names the protocol in Upgrade; §15.5.6: 405 has Allow.
    expect(fields.get("upgrade")).toBe(status === 426 ? "websocket" : undefined);
    expect(fields.get("allow")).toBe(status === 405 ? "GET" : undefined);
  });

  it("names the version it speaks (RFC 6455 §4.4)", () => {
    const answer = acceptHandshake(request({ "Sec-WebSocket-Version": ["25"] }), { sha1 });
    expect(new Fields(answer.fields).get("sec-websocket-version")).toBe("13");
  });
});

describe("the client's half (RFC 6455 §4.1)", () => {
  const offer: HandshakeOffer = { key: KEY, protocols: ["chat", "superchat"], origin: "http://example.com" };
  const answerOf = (asked: HandshakeOffer, protocols: readonly string[]): ResponseHead => {
    const head: RequestHead = {
      method: "GET",
      target: "/",
      version: "1.1",
      fields: new Fields(["Connection", "Upgrade", ...handshakeFields(asked)]),
    };
    const answer = acceptHandshake(head, { sha1, protocols });
    return {
      status: answer.status,
      reason: "",
      version: "1.1",
      fields: new Fields(["Connection", "Upgrade", ...answer.fields]),
    };
  };

  it("is understood by the server's, and understands its answer", () => {
    expect(verifyHandshake(answerOf(offer, ["superchat"]), offer, sha1)).toBe("superchat");
    expect(verifyHandshake(answerOf({ key: KEY }, ["superchat"]), { key: KEY }, sha1)).toBeUndefined();
  });

  const change = (name: string, value: string | undefined): ResponseHead => {
    const good = answerOf(offer, ["chat"]);
    const lines = [...good.fields].filter(([known]) => known !== name).flat();
    return { ...good, fields: new Fields(value === undefined ? lines : [...lines, name, value]) };
  };
  it.each([
    ["WS_HANDSHAKE_STATUS", { ...answerOf(offer, []), status: 200 }],
    ["WS_HANDSHAKE_UPGRADE", change("Upgrade", undefined)],
    ["WS_HANDSHAKE_UPGRADE", change("Upgrade", "h2c")],
    ["WS_HANDSHAKE_CONNECTION", change("Connection", "close")],
    ["WS_HANDSHAKE_ACCEPT", change("Sec-WebSocket-Accept", undefined)],
    ["WS_HANDSHAKE_ACCEPT", change("Sec-WebSocket-Accept", acceptValue("AAAAAAAAAAAAAAAAAAAAAA==", sha1))],
    ["WS_HANDSHAKE_EXTENSION", change("Sec-WebSocket-Extensions", "permessage-deflate")],
    ["WS_HANDSHAKE_PROTOCOL", change("Sec-WebSocket-Protocol", "mqtt")],
  ] as const)("fails with %s", (code, response) => {
    expect(() => verifyHandshake(response, offer, sha1)).toThrow(RemoteError);
    expect(() => verifyHandshake(response, offer, sha1)).toThrow(expect.objectContaining({ code }));
  });
});
