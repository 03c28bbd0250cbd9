/** What a client must understand, however the network cuts it; and what each action becomes on the wire. */
import { decodeLatin1, encodeLatin1, LocalError } from "@socketscope/wire";
import { feedEverySplit } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { clientLegality, HttpClient, type ClientAction, type ClientState } from "../../src/index.ts";
import { asked, sent, told } from "./told.ts";

const GET: ClientAction = { type: "request", method: "GET", target: "/" };
const HEAD: ClientAction = { type: "request", method: "HEAD", target: "/" };
const CONNECT: ClientAction = { type: "request", method: "CONNECT", target: "b:443" };
const UPGRADE: ClientAction = { ...GET, fields: ["Upgrade", "websocket"] };

/** Fed in every split to a client that asked; the events told, and where it came to rest. */
function understand(requests: readonly ClientAction[], text: string, end = false): readonly string[] {
  const outcome = feedEverySplit(
    () => asked(...requests),
    encodeLatin1(text),
    (actual, expected) => {
      expect(told(actual.events)).toEqual(told(expected.events));
      expect(actual.rest).toEqual(expected.rest);
    },
    { end },
  );
  return [...told(outcome.events), typeof outcome.rest === "string" ? outcome.rest : outcome.rest.error];
}

describe("responses", () => {
  it.each<
    readonly [
      section: string,
      what: string,
      requests: readonly ClientAction[],
      octets: string,
      events: readonly string[],
    ]
  >([
    ["§6.3 (6)", "a length", [GET], "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", ["200 1.1 2", "hi|"]],
    ["§6.3 (6)", "length 0", [GET], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ["200 1.1 0", "|"]],
    [
      "§6.3 (4)",
      "chunks and trailers",
      [GET],
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n",
      ["200 1.1 chunked", "hi!|A=b"],
    ],
    [
      "§6.3 (1)",
      "HEAD with a length",
      [HEAD],
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
      ["200 1.1 0", "|"],
    ],
    [
      "§6.3 (1)",
      "HEAD with chunked",
      [HEAD],
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      ["200 1.1 0", "|"],
    ],
    ["§6.3 (1)", "204", [GET], "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", ["204 1.1 0", "|"]],
    ["§6.3 (1)", "304", [GET], "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", ["304 1.1 0", "|"]],
    [
      "§6.3 (1)",
      "an interim response with a length",
      [GET],
      "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nLink: x\r\n\r\nHTTP/1.1 204 x\r\n\r\n",
      ["interim 103", "204 1.1 0", "|"],
    ],
    [
      "RFC 9110 §15.2",
      "interim responses nobody expects",
      [GET],
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102\r\n\r\nHTTP/1.1 204 x\r\n\r\n",
      ["interim 100", "interim 102", "204 1.1 0", "|"],
    ],
    ["§4", "no reason, no blank before it", [GET], "HTTP/1.1 204\r\n\r\n", ["204 1.1 0", "|"]],
    ["§4", "an empty reason", [GET], "HTTP/1.1 204 \r\n\r\n", ["204 1.1 0", "|"]],
    [
      "RFC 9110 §15",
      "a status nobody knows",
      [GET],
      "HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n",
      ["599 1.1 0", "|"],
    ],
    ["RFC 9110 §2.5", "a higher minor version", [GET], "HTTP/1.7 204 x\r\n\r\n", ["204 1.1 0", "|"]],
    [
      "§5.2",
      "a folded field line",
      [GET],
      "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\nX: a \r\n\t b\r\n\r\n0\r\n\r\n",
      ["200 1.1 chunked", "|"],
    ],
    [
      "§9.2",
      "empty lines between responses",
      [GET, GET],
      "\r\nHTTP/1.1 204 x\r\n\r\n\r\n\r\nHTTP/1.1 204 x\r\n\r\n\r\n",
      ["204 1.1 0", "|", "204 1.1 0", "|"],
    ],
    [
      "§9.3.2",
      "pipelined responses, each framed by its own request",
      [GET, HEAD, GET],
      "HTTP/1.1 200 a\r\nContent-Length: 1\r\n\r\na" +
        "HTTP/1.1 200 b\r\nContent-Length: 9\r\n\r\n" +
        "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 200 c\r\nContent-Length: 1\r\n\r\nc",
      ["200 1.1 1", "a|", "200 1.1 0", "|", "interim 100", "200 1.1 1", "c|"],
    ],
    [
      "§9.3",
      "HTTP/1.0 kept alive when it says so",
      [GET],
      "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx",
      ["200 1.0 1", "x|"],
    ],
    [
      "§3.2.3",
      "CONNECT refused",
      [CONNECT],
      "HTTP/1.1 403 x\r\nContent-Length: 1\r\n\r\nx",
      ["403 1.1 1", "x|"],
    ],
    [
      "RFC 9110 §7.8",
      "Upgrade not taken up",
      [UPGRADE],
      "HTTP/1.1 200 x\r\nContent-Length: 1\r\n\r\nx",
      ["200 1.1 1", "x|"],
    ],
  ])("RFC 9112 %s: %s", (_section, _what, requests, octets, expected) =>
    expect(understand(requests, octets)).toEqual([...expected, "need-data"]),
  );

  it.each<
    readonly [
      section: string,
      what: string,
      requests: readonly ClientAction[],
      octets: string,
      events: readonly string[],
    ]
  >([
    ["§6.3 (8)", "content until the end", [GET], "HTTP/1.1 200 OK\r\n\r\nhello", ["200 1.1 close", "hello|"]],
    ["§6.3 (8)", "no content until the end", [GET], "HTTP/1.0 200 OK\r\n\r\n", ["200 1.0 close", "|"]],
    [
      "§9.6",
      "Connection: close",
      [GET],
      "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\nx",
      ["200 1.1 1", "x|"],
    ],
    ["§9.3", "HTTP/1.0", [GET], "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", ["200 1.0 1", "x|"]],
    [
      "§9.6",
      "our own close",
      [{ ...GET, close: true }],
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
      ["200 1.1 1", "x|"],
    ],
    [
      "§9.6",
      "rubbish behind the last response",
      [GET],
      "HTTP/1.1 204 x\r\nConnection: close\r\n\r\nrubbish",
      ["204 1.1 0", "|"],
    ],
    ["§9.3", "an end between responses", [], "", []],
  ])("RFC 9112 %s: the connection is over behind %s", (_section, _what, requests, octets, expected) =>
    expect(understand(requests, octets, true)).toEqual([...expected, "closed"]),
  );

  it.each<readonly [section: string, what: string, request: ClientAction, octets: string, rest: string]>([
    [
      "§15.2.2",
      "101",
      UPGRADE,
      "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n\x81\x00",
      "\x81\x00",
    ],
    ["§9.3.6", "2xx to CONNECT", CONNECT, "HTTP/1.1 200 x\r\nContent-Length: 3\r\n\r\nHTTP/1.1", "HTTP/1.1"],
  ])(
    "RFC 9110 %s: behind %s the octets are the next protocol's",
    (_section, _what, request, octets, rest) => {
      const core = asked(request);
      core.receive(encodeLatin1(octets));
      expect(core.next()).toMatchObject({ type: "switched" });
      expect(core.state).toBe("switched");
      expect(core.next()).toBe("paused");
      expect(decodeLatin1(core.unread())).toBe(rest);
      expect(core.unread()).toHaveLength(0);
    },
  );

  it("RFC 9112 §5.2: a fold becomes one blank", () => {
    const core = asked(GET);
    core.receive(encodeLatin1("HTTP/1.1 204 x\r\nX: a \r\n \t b\r\nY:\r\n c\r\n\r\n"));
    const event = core.next();
    expect(event).toMatchObject({ head: { fields: { lines: ["X", "a b", "Y", "c"] } } });
  });
});

describe("requests", () => {
  it.each<readonly [section: string, what: string, action: ClientAction, wire: string]>([
    ["RFC 9112 §3.2", "Host of the origin", GET, "GET / HTTP/1.1\r\nHost: a:81\r\n\r\n"],
    [
      "RFC 9112 §3.2",
      "Host of the fields",
      { ...GET, fields: ["X", "y", "host", "b"] },
      "GET / HTTP/1.1\r\nX: y\r\nhost: b\r\n\r\n",
    ],
    [
      "RFC 9112 §3.2.2",
      "Host of an absolute-form",
      { ...GET, target: "http://c:82/x" },
      "GET http://c:82/x HTTP/1.1\r\nHost: c:82\r\n\r\n",
    ],
    [
      "RFC 9112 §3.2.3",
      "Host of an authority-form",
      CONNECT,
      "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n",
    ],
    [
      "RFC 9112 §3.2.4",
      "asterisk-form",
      { type: "request", method: "OPTIONS", target: "*" },
      "OPTIONS * HTTP/1.1\r\nHost: a:81\r\n\r\n",
    ],
    [
      "RFC 9110 §7.8",
      "Upgrade is listed in Connection",
      UPGRADE,
      "GET / HTTP/1.1\r\nHost: a:81\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ],
    [
      "RFC 9110 §10.1.4",
      "TE is listed in Connection",
      { ...GET, fields: ["TE", "trailers"], close: true },
      "GET / HTTP/1.1\r\nHost: a:81\r\nTE: trailers\r\nConnection: TE, close\r\n\r\n",
    ],
    [
      "RFC 9110 §8.6",
      "POST without content",
      { type: "request", method: "POST", target: "/" },
      "POST / HTTP/1.1\r\nHost: a:81\r\nContent-Length: 0\r\n\r\n",
    ],
    [
      "RFC 9110 §8.6",
      "content counted in octets",
      { type: "request", method: "PUT", target: "/", content: "\u20ac" },
      "PUT / HTTP/1.1\r\nHost: a:81\r\nContent-Length: 3\r\n\r\n\xe2\x82\xac",
    ],
  ])("%s: %s", (_section, _what, action, wire) =>
    expect(sent(new HttpClient({ host: "a:81" }), action)).toBe(wire),
  );

  it("RFC 9112 §7.1: content without a length goes out in chunks, with trailers", () => {
    const core = new HttpClient({ host: "a" });
    expect(sent(core, { type: "begin", method: "POST", target: "/" })).toBe(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    expect(sent(core, { type: "data", octets: encodeLatin1("hello") })).toBe("5\r\nhello\r\n");
    expect(sent(core, { type: "data", octets: new Uint8Array(0) })).toBe("");
    expect(sent(core, { type: "end", trailers: ["A", "b"] })).toBe("0\r\nA: b\r\n\r\n");
    expect(core.state).toBe("ready");
  });

  it.each<readonly [what: string, action: ClientAction, code: string]>([
    ["no Host at all", GET, "HTTP_HOST"],
    ["two Hosts", { ...GET, fields: ["Host", "a", "Host", "a"] }, "HTTP_HOST"],
    ["a Host with a path", { ...GET, fields: ["Host", "a/b"] }, "HTTP_HOST"],
    ["user information", { ...GET, target: "http://u:p@a/" }, "HTTP_HOST"],
    ["a Host that is not the target's", { ...GET, target: "http://a/", fields: ["Host", "b"] }, "HTTP_HOST"],
    ["a line end in the target", { ...GET, target: "/ HTTP/1.1\r\nX: y" }, "HTTP_REQUEST_LINE"],
    ["a blank in the method", { ...GET, method: "GET /x" }, "HTTP_REQUEST_LINE"],
    ["a line end in a value", { ...GET, fields: ["Host", "a", "X", "a\r\nY: b"] }, "HTTP_FIELD_VALUE"],
    ["a framing field", { ...GET, fields: ["Host", "a", "Content-Length", "3"] }, "HTTP_FRAMING_FIELD"],
    ["a Connection field", { ...GET, fields: ["Host", "a", "Connection", "x"] }, "HTTP_FRAMING_FIELD"],
    // RFC 9112 §7.4
    ["chunked in TE", { ...GET, fields: ["Host", "a", "TE", "trailers, Chunked;q=0.5"] }, "HTTP_TE"],
    ["TRACE with content", { ...GET, method: "TRACE", content: "x" }, "HTTP_CONTENT"],
    ["CONNECT with content", { type: "begin", method: "CONNECT", target: "a:1" }, "HTTP_CONTENT"],
    ["half an octet", { type: "begin", method: "PUT", target: "/", length: 0.5 }, "HTTP_LENGTH"],
  ])("what nobody could read is a LocalError: %s", (_what, action, code) =>
    expect(() => new HttpClient().send(action)).toThrow(
      expect.objectContaining({ name: "LocalError", code }),
    ),
  );

  it("RFC 9112 §6.2: content is held to its announced length", () => {
    const begun = (): HttpClient => asked({ type: "begin", method: "PUT", target: "/", length: 2 });
    expect(() => begun().send({ type: "data", octets: encodeLatin1("abc") })).toThrow(LocalError);
    expect(() => begun().send({ type: "end" })).toThrow(LocalError);
    const core = begun();
    expect(sent(core, { type: "data", octets: encodeLatin1("ab") })).toBe("ab");
    expect(sent(core, { type: "end" })).toBe("");
  });

  it("RFC 9112 §6.1: no chunks to a server of HTTP/1.0", () => {
    const core = asked(GET);
    core.receive(encodeLatin1("HTTP/1.0 200 x\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"));
    while (typeof core.next() !== "string");
    expect(() => core.send({ type: "begin", method: "PUT", target: "/" })).toThrow(LocalError);
    expect(sent(core, { type: "begin", method: "PUT", target: "/", length: 1 })).toContain(
      "Content-Length: 1",
    );
  });
});

describe("legality", () => {
  const begun: ClientAction = { type: "begin", method: "PUT", target: "/" };
  const states: Readonly<Record<ClientState, () => HttpClient>> = {
    ready: () => asked(),
    streaming: () => asked(begun),
    held: () => asked(UPGRADE),
    ending: () => asked({ ...GET, close: true }),
    switched: () => told101(asked(UPGRADE)),
    closed: () => {
      const core = asked();
      core.receive("end");
      core.next();
      return core;
    },
  };
  const actions: Readonly<Record<ClientAction["type"], ClientAction>> = {
    request: GET,
    begin: begun,
    data: { type: "data", octets: encodeLatin1("x") },
    end: { type: "end" },
  };
  for (const [state, make] of Object.entries(states)) {
    for (const action of Object.values(actions)) {
      const legal = clientLegality[action.type] === state;
      it(`${action.type} in ${state} is ${legal ? "legal" : "a LocalError"}`, () => {
        const core = make();
        expect(core.state).toBe(state);
        if (legal) expect(() => core.send(action)).not.toThrow();
        else expect(() => core.send(action)).toThrow(expect.objectContaining({ code: "HTTP_ILLEGAL_SEND" }));
      });
    }
  }

  function told101(core: HttpClient): HttpClient {
    core.receive(encodeLatin1("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n"));
    core.next();
    return core;
  }

  it.each<readonly [what: string, request: ClientAction]>([
    ["Upgrade", UPGRADE],
    ["CONNECT", CONNECT],
  ])(
    "a request may follow %s once it is answered otherwise, and not by the answer before it",
    (_what, request) => {
      const core = asked(GET, request);
      core.receive(encodeLatin1("HTTP/1.1 204 x\r\n\r\n"));
      while (typeof core.next() !== "string");
      expect(core.state).toBe("held");
      core.receive(encodeLatin1("HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"));
      while (typeof core.next() !== "string");
      expect(core.state).toBe("ready");
    },
  );
});
