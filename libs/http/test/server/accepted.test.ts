/** What must be understood, however the network cuts it; and what each action becomes on the wire. */
import { decodeLatin1, encodeLatin1, LocalError } from "@socketscope/wire";
import { feedEverySplit } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { HttpServer, serverLegality, type ServerAction, type ServerEvent } from "../../src/index.ts";

const make = (): HttpServer => new HttpServer({ date: () => "Thu, 01 Jan 1970 00:00:00 GMT" });
const DATE = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";

/** A request and its content as one line of text; the network's cuts through the content do not show. */
function told(events: readonly ServerEvent[]): readonly string[] {
  const lines: string[] = [];
  let content = "";
  for (const event of events) {
    if (event.type === "request") {
      const { method, target, version } = event.head;
      lines.push(`${method} ${target} ${version} ${event.content}${event.expectsContinue ? " expects" : ""}`);
    } else if (event.type === "data") content += decodeLatin1(event.octets);
    else {
      lines.push(`${content}|${event.trailers.lines.join("=")}`);
      content = "";
    }
  }
  return lines;
}

function understand(text: string): readonly string[] {
  const outcome = feedEverySplit(
    make,
    encodeLatin1(text),
    (actual, expected) => expect(told(actual.events)).toEqual(told(expected.events)),
    {
      answer: (event): ServerAction | undefined =>
        event.type === "end" ? { type: "respond", status: 404 } : undefined,
    },
  );
  return told(outcome.events);
}

const H = "Host: a\r\n";

describe("requests", () => {
  it.each<readonly [section: string, what: string, octets: string, events: readonly string[]]>([
    ["§3.2.1", "origin-form", `GET /a?b=c HTTP/1.1\r\n${H}\r\n`, ["GET /a?b=c 1.1 0", "|"]],
    ["§3.2.2", "absolute-form", `GET http://a/b HTTP/1.1\r\n${H}\r\n`, ["GET http://a/b 1.1 0", "|"]],
    ["§3.2.3", "authority-form", `CONNECT a:443 HTTP/1.1\r\n${H}\r\n`, ["CONNECT a:443 1.1 0", "|"]],
    ["§3.2.4", "asterisk-form", `OPTIONS * HTTP/1.1\r\n${H}\r\n`, ["OPTIONS * 1.1 0", "|"]],
    ["§2.2", "an empty line before the request", `\r\nGET / HTTP/1.1\r\n${H}\r\n`, ["GET / 1.1 0", "|"]],
    ["§2.3", "HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", ["GET / 1.0 0", "|"]],
    ["RFC 9110 §2.5", "a higher minor version", `GET / HTTP/1.9\r\n${H}\r\n`, ["GET / 1.1 0", "|"]],
    ["§3.2", "an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", ["GET / 1.1 0", "|"]],
    ["§3.2", "an IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", ["GET / 1.1 0", "|"]],
    ["§5.1", "blanks around a value", `GET / HTTP/1.1\r\nHost: \t a \t\r\n\r\n`, ["GET / 1.1 0", "|"]],
    ["§5", "a Latin-1 octet in a value", `GET / HTTP/1.1\r\n${H}X: \xe9\r\n\r\n`, ["GET / 1.1 0", "|"]],
    ["§6.2", "a length", `POST / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello`, ["POST / 1.1 5", "hello|"]],
    [
      "§6.2",
      "a length with leading zeros",
      `POST / HTTP/1.1\r\n${H}Content-Length: 005\r\n\r\nhello`,
      ["POST / 1.1 5", "hello|"],
    ],
    [
      "§6.3",
      "a GET with content",
      `GET / HTTP/1.1\r\n${H}Content-Length: 2\r\n\r\nhi`,
      ["GET / 1.1 2", "hi|"],
    ],
    [
      "§7.1",
      "chunks",
      `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, world!!!\r\n0\r\n\r\n`,
      ["POST / 1.1 chunked", "hello, world!!!|"],
    ],
    [
      "§7",
      "coding names without case",
      `POST / HTTP/1.1\r\n${H}transfer-encoding: CHUNKED\r\n\r\n0\r\n\r\n`,
      ["POST / 1.1 chunked", "|"],
    ],
    [
      "§7.1.1",
      "chunk extensions",
      `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n5 ; a="b;c"\r\nhello\r\n0;x\r\n\r\n`,
      ["POST / 1.1 chunked", "hello|"],
    ],
    [
      "§7.1.2",
      "trailers",
      `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n`,
      ["POST / 1.1 chunked", "|A=b"],
    ],
    [
      "§9.3.2",
      "pipelining",
      `GET /1 HTTP/1.1\r\n${H}\r\nPOST /2 HTTP/1.1\r\n${H}Content-Length: 1\r\n\r\nxGET /3 HTTP/1.1\r\n${H}\r\n`,
      ["GET /1 1.1 0", "|", "POST /2 1.1 1", "x|", "GET /3 1.1 0", "|"],
    ],
    [
      "§9.3",
      "HTTP/1.0 kept alive when asked",
      `GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n`,
      ["GET /1 1.0 0", "|", "GET /2 1.0 0", "|"],
    ],
    [
      "RFC 9110 §10.1.1",
      "an expectation",
      `POST / HTTP/1.1\r\n${H}Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx`,
      ["POST / 1.1 1 expects", "x|"],
    ],
    [
      "RFC 9110 §10.1.1",
      "an expectation in HTTP/1.0 is ignored",
      "POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx",
      ["POST / 1.0 1", "x|"],
    ],
  ])("RFC 9112 %s: %s", (_section, _what, text, expected) => expect(understand(text)).toEqual(expected));

  it.each<readonly [what: string, octets: string]>([
    ["Connection: close", `GET / HTTP/1.1\r\n${H}Connection: Close\r\n\r\n`],
    ["close in a list", `GET / HTTP/1.1\r\n${H}Connection: x, close\r\n\r\n`],
    ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"],
  ])("RFC 9112 §9.6: %s ends the connection behind the response", (_what, text) => {
    const core = ask(text);
    expect(sent(core, { type: "respond", status: 200 })).toContain("Connection: close\r\n");
    expect(core.next()).toBe("closed");
  });
});

function ask(text: string): HttpServer {
  const core = make();
  core.receive(encodeLatin1(text));
  while (typeof core.next() !== "string");
  return core;
}

function sent(core: HttpServer, action: ServerAction): string {
  const pieces = core.send(action);
  return pieces instanceof Uint8Array
    ? decodeLatin1(pieces)
    : pieces.map((piece) => decodeLatin1(piece)).join("");
}

describe("responses", () => {
  const GET = `GET / HTTP/1.1\r\n${H}\r\n`;
  const HEAD = `HEAD / HTTP/1.1\r\n${H}\r\n`;

  it.each<
    readonly [section: string, what: string, asked: string, actions: readonly ServerAction[], wire: string]
  >([
    [
      "§6.2",
      "one piece",
      GET,
      [{ type: "respond", status: 200, content: "hi" }],
      `HTTP/1.1 200 OK\r\n${DATE}Content-Length: 2\r\n\r\nhi`,
    ],
    [
      "RFC 9110 §8.6",
      "octets, not characters, are counted",
      GET,
      [{ type: "respond", status: 200, content: "é" }],
      `HTTP/1.1 200 OK\r\n${DATE}Content-Length: 2\r\n\r\n\xc3\xa9`,
    ],
    [
      "RFC 9110 §9.3.2",
      "HEAD",
      HEAD,
      [{ type: "respond", status: 200, content: "hi" }],
      `HTTP/1.1 200 OK\r\n${DATE}Content-Length: 2\r\n\r\n`,
    ],
    [
      "RFC 9110 §15.3.5",
      "204",
      GET,
      [{ type: "respond", status: 204, content: "never" }],
      `HTTP/1.1 204 No Content\r\n${DATE}\r\n`,
    ],
    [
      "RFC 9110 §15.4.5",
      "304",
      GET,
      [{ type: "respond", status: 304, fields: ["ETag", '"a"'] }],
      `HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n${DATE}\r\n`,
    ],
    [
      "§4",
      "a status without a phrase",
      GET,
      [{ type: "respond", status: 299 }],
      `HTTP/1.1 299 \r\n${DATE}Content-Length: 0\r\n\r\n`,
    ],
    [
      "§7.1",
      "chunks and trailers",
      GET,
      [
        { type: "begin", status: 200 },
        { type: "data", octets: encodeLatin1("hello world") },
        { type: "end", trailers: ["A", "b"] },
      ],
      `HTTP/1.1 200 OK\r\n${DATE}Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\nA: b\r\n\r\n`,
    ],
    [
      "§7.1",
      "an empty piece is not the last chunk",
      GET,
      [{ type: "begin", status: 200 }, { type: "data", octets: encodeLatin1("") }, { type: "end" }],
      `HTTP/1.1 200 OK\r\n${DATE}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      "§6.3",
      "content of known length",
      GET,
      [
        { type: "begin", status: 200, length: 2 },
        { type: "data", octets: encodeLatin1("hi") },
        { type: "end" },
      ],
      `HTTP/1.1 200 OK\r\n${DATE}Content-Length: 2\r\n\r\nhi`,
    ],
    [
      "§6.1",
      "no chunks for HTTP/1.0",
      "GET / HTTP/1.0\r\n\r\n",
      [{ type: "begin", status: 200 }, { type: "data", octets: encodeLatin1("hi") }, { type: "end" }],
      `HTTP/1.1 200 OK\r\n${DATE}Connection: close\r\n\r\nhi`,
    ],
    [
      "RFC 9110 §15.2",
      "an interim response",
      GET,
      [
        { type: "informational", status: 103, fields: ["Link", "</a>"] },
        { type: "respond", status: 200 },
      ],
      `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n${DATE}Content-Length: 0\r\n\r\n`,
    ],
    [
      "RFC 9110 §15.2",
      "no interim response to HTTP/1.0",
      "GET / HTTP/1.0\r\n\r\n",
      [{ type: "informational", status: 103 }],
      "",
    ],
    [
      "§9.3",
      "keep-alive told to HTTP/1.0",
      "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      [{ type: "respond", status: 200 }],
      `HTTP/1.1 200 OK\r\n${DATE}Content-Length: 0\r\nConnection: keep-alive\r\n\r\n`,
    ],
    [
      "RFC 9110 §7.8",
      "101",
      `GET / HTTP/1.1\r\n${H}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
      [{ type: "switch", status: 101, fields: ["Upgrade", "websocket"] }],
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
    [
      "RFC 9110 §15.5.22",
      "426 lists Upgrade in Connection",
      GET,
      [{ type: "respond", status: 426, fields: ["Upgrade", "websocket"] }],
      `HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n${DATE}Content-Length: 0\r\nConnection: Upgrade\r\n\r\n`,
    ],
    [
      "RFC 9110 §15.5.22",
      "426 that closes",
      GET,
      [{ type: "respond", status: 426, fields: ["Upgrade", "websocket"], close: true }],
      `HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n${DATE}Content-Length: 0\r\nConnection: Upgrade, close\r\n\r\n`,
    ],
  ])("RFC 9112 %s: %s", (_section, _what, asked, actions, wire) => {
    const core = ask(asked);
    expect(actions.map((action) => sent(core, action)).join("")).toBe(wire);
  });

  it.each<readonly [what: string, fields: readonly string[]]>([
    ["CR LF in a value", ["X", "a\r\nSet-Cookie: b"]],
    ["LF in a value", ["X", "a\nb"]],
    ["NUL in a value", ["X", "a\0"]],
    ["a wide character", ["X", "→"]],
    ["a blank in a name", ["X Y", "a"]],
    ["a colon in a name", ["X:", "a"]],
    ["a framing of its own", ["Content-Length", "5"]],
    ["a coding of its own", ["transfer-encoding", "chunked"]],
  ])("RFC 9110 §5.5: %s never reaches the wire", (_what, fields) => {
    expect(() => ask(GET).send({ type: "respond", status: 200, fields })).toThrow(LocalError);
  });

  it.each([204, 304])("RFC 9112 §6.1: a streamed %i has no chunks", (status) => {
    const core = ask(GET);
    expect(sent(core, { type: "begin", status })).not.toMatch(/Transfer-Encoding|Content-Length/);
    expect(sent(core, { type: "data", octets: encodeLatin1("hi") })).toBe("");
    expect(sent(core, { type: "end" })).toBe("");
  });

  it.each<readonly [section: string, asked: string, status: number]>([
    ["RFC 9112 §6.1", `CONNECT a:1 HTTP/1.1\r\n${H}\r\n`, 200],
    ["RFC 9112 §6.1", `CONNECT a:1 HTTP/1.1\r\n${H}\r\n`, 204],
    ["RFC 9110 §15.2", GET, 103],
  ])("%s: to %j, %i is no answer that could be framed", (_section, asked, status) => {
    for (const action of [
      { type: "respond", status },
      { type: "begin", status },
    ] as const) {
      const core = ask(asked);
      expect(() => core.send(action)).toThrow(expect.objectContaining({ code: "HTTP_STATUS" }));
      expect(sent(core, { type: "respond", status: 405 })).toMatch(/^HTTP\/1\.1 405 /);
    }
  });

  it("RFC 9112 §6.2: refuses more and less content than announced", () => {
    const more = ask(GET);
    more.send({ type: "begin", status: 200, length: 1 });
    expect(() => more.send({ type: "data", octets: encodeLatin1("hi") })).toThrow(LocalError);
    const less = ask(GET);
    less.send({ type: "begin", status: 200, length: 3 });
    less.send({ type: "data", octets: encodeLatin1("hi") });
    expect(() => less.send({ type: "end" })).toThrow(LocalError);
  });

  it("RFC 9110 §10.1.1: closes when the client waits for a 100 that never came", () => {
    const core = ask(`POST / HTTP/1.1\r\n${H}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
    expect(sent(core, { type: "respond", status: 403 })).toContain("Connection: close\r\n");
    expect(core.next()).toBe("closed");
  });

  it("RFC 9110 §5.5: a bad field in a 101 leaves room for a 500", () => {
    const core = ask(`GET / HTTP/1.1\r\n${H}Connection: upgrade\r\nUpgrade: x\r\n\r\n`);
    expect(() => core.send({ type: "switch", status: 101, fields: ["X", "a\nb"] })).toThrow(LocalError);
    expect(sent(core, { type: "respond", status: 500 })).toMatch(/^HTTP\/1\.1 500 /);
  });

  it("leaves what comes behind 101 to the next protocol", () => {
    const core = ask(`GET / HTTP/1.1\r\n${H}Connection: upgrade\r\nUpgrade: x\r\n\r\nnext`);
    core.send({ type: "switch", status: 101 });
    expect(core.next()).toBe("paused");
    expect(decodeLatin1(core.unread())).toBe("next");
  });
});

describe("legality", () => {
  const samples: Readonly<Record<ServerAction["type"], ServerAction>> = {
    informational: { type: "informational", status: 100 },
    respond: { type: "respond", status: 200 },
    begin: { type: "begin", status: 200 },
    data: { type: "data", octets: encodeLatin1("x") },
    end: { type: "end" },
    switch: { type: "switch", status: 101 },
  };
  const GET = `GET / HTTP/1.1\r\n${H}\r\n`;
  const states: Readonly<Record<string, () => HttpServer>> = {
    idle: make,
    due: () => ask(GET),
    streaming: () => {
      const core = ask(GET);
      core.send(samples.begin);
      return core;
    },
    switched: () => {
      const core = ask(GET);
      core.send(samples.switch);
      return core;
    },
    closed: () => {
      const core = ask("GET / HTTP/1.0\r\n\r\n");
      core.send(samples.respond);
      return core;
    },
  };
  for (const [state, enter] of Object.entries(states)) {
    it.each(Object.values(samples))(`${state}: $type`, (action) => {
      const core = enter();
      expect(core.state).toBe(state);
      if (serverLegality[action.type] === state) expect(() => core.send(action)).not.toThrow();
      else expect(() => core.send(action)).toThrow(LocalError);
    });
  }
});
