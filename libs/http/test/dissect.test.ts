import { HttpDissector, WebFlowDissector } from "@socketscope/http";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dissect, holes, lines, recording, said, total, type Step } from "@socketscope/testkit";

const recorded = (name: string): ReturnType<typeof recording> =>
  recording(new URL(`recordings/${name}.ndjson`, import.meta.url));

const RECORDINGS = [
  "nginx-curl",
  "nginx-curl-upload",
  "nginx-pipelined",
  "nginx-faults",
  "nginx-chromium",
  "chromium-websocket",
];
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const http = (...steps: readonly Step[]): readonly string[] => lines(dissect(new HttpDissector(), steps));

describe("recordings of other people's programs", () => {
  const connections = RECORDINGS.flatMap((name) =>
    recorded(name).map((steps, i) => [`${name} ${i}`, steps] as const),
  );

  it.each(connections)("%s: every octet belongs to one part of one message", (_, steps) => {
    const messages = dissect(new WebFlowDissector(), steps);
    expect(holes(messages, "in", total(steps, "in"))).toEqual([]);
    expect(holes(messages, "out", total(steps, "out"))).toEqual([]);
  });

  it.each(connections)("%s: how it was cut does not matter", (_, steps) => {
    const whole = dissect(new WebFlowDissector(), steps);
    for (const cut of [1, 2, 3, 7, 100]) expect(dissect(new WebFlowDissector(), steps, cut)).toEqual(whole);
  });

  it("nginx and curl keep to the grammar: no problem is seen, every response has its request", () => {
    for (const steps of [
      ...recorded("nginx-curl"),
      ...recorded("nginx-chromium"),
      ...recorded("nginx-pipelined"),
    ]) {
      const messages = dissect(new WebFlowDissector(), steps);
      expect(messages.filter((message) => message.problem !== undefined)).toEqual([]);
      const requests = messages.filter((message) => message.kind === "request").map((message) => message.id);
      const answered = messages
        .filter((message) => message.kind === "response")
        .map((message) => message.answers);
      expect(answered).toEqual(requests);
    }
  });
});

it("RFC 9110 §4.2.2: HTTP over TLS begins with TLS; that it is secured changes nothing of what was read", () => {
  const dissector = new HttpDissector();
  dissector.feed("in", Buffer.from(GET.slice(0, 9)));
  dissector.secured();
  expect(lines(dissector.feed("in", Buffer.from(GET.slice(9))))).toEqual(["0 in request: GET / HTTP/1.1"]);
});

describe("framing (RFC 9112 §2.1, §6.3)", () => {
  it.each([
    ["HEAD has no content whatever the length", "HEAD", "200 OK\r\nContent-Length: 5", "", []],
    ["204", "GET", "204 No Content", "", []],
    ["304 with a length", "GET", "304 Not Modified\r\nContent-Length: 5", "", []],
    ["a length", "GET", "200 OK\r\nContent-Length: 5", "hello", ["content: 5 octets"]],
    ["a length of 0", "GET", "200 OK\r\nContent-Length: 0", "", []],
    [
      "chunks and a trailer",
      "GET",
      "200 OK\r\nTransfer-Encoding: chunked",
      "5;a=b\r\nhello\r\n0\r\nDigest: x\r\n\r\n",
      ["chunk: 5 octets", "last chunk: the end, 1 trailer field"],
    ],
    [
      "chunked as the last of two codings",
      "GET",
      "200 OK\r\nTransfer-Encoding: gzip, Chunked",
      "0\r\n\r\n",
      ["last chunk: the end"],
    ],
  ] as const)("%s, and the next response begins where it ends", (_, method, head, content, told) => {
    const messages = http(
      said("in", `${method} / HTTP/1.1\r\nHost: a\r\n\r\n${GET}`),
      said("out", `HTTP/1.1 ${head}\r\n\r\n${content}HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n`),
    );
    const between = told.map((line, i) => `${i + 3} out ${line}`);
    expect(messages.slice(3)).toEqual([...between, `${told.length + 3} out response: 404 Not Found ← 1`]);
  });

  it("a response without a length lasts until the end", () => {
    const head = "HTTP/1.0 200 OK\r\n\r\n";
    expect(http(said("in", GET), said("out", `${head}some`), said("out", " more"), { end: "out" })).toEqual([
      "0 in request: GET / HTTP/1.1",
      "1 out response: 200 OK ← 0",
      "2 out content: 9 octets",
    ]);
  });

  it("long content comes as several messages, cut at the same place however it was fed", () => {
    const steps = [
      said("in", GET),
      said("out", `HTTP/1.1 200 OK\r\nContent-Length: 250\r\n\r\n${"x".repeat(250)}`),
    ];
    for (const cut of [1, 30, 100, Infinity]) {
      const messages = dissect(new HttpDissector({ limits: { piece: 100 } }), steps, cut);
      expect(lines(messages).slice(2)).toEqual([
        "2 out content: 100 octets",
        "3 out content: 100 octets",
        "4 out content: 50 octets",
      ]);
    }
  });

  it("so do long chunks", () => {
    const steps = [
      said("in", GET),
      said("out", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFA\r\n${"x".repeat(250)}\r\n`),
    ];
    for (const cut of [1, 30, Infinity]) {
      const messages = dissect(new HttpDissector({ limits: { piece: 100 } }), steps, cut);
      expect(messages.slice(2).map(({ parts }) => parts.map(({ name }) => name))).toEqual([
        ["chunk size", "chunk data"],
        ["chunk data"],
        ["chunk data", "chunk end"],
      ]);
    }
  });
});

describe("which request a response answers", () => {
  it("interim responses answer the same one (RFC 9110 §15.2)", () => {
    expect(
      http(
        said("in", GET + GET),
        said(
          "out",
          "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        ),
      ).slice(2),
    ).toEqual([
      "2 out response: 103 Early Hints ← 0",
      "3 out response: 204 No Content ← 0",
      "4 out response: 204 No Content ← 1",
    ]);
  });

  it("a response nobody asked for has none", () => {
    expect(http(said("out", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"))).toEqual([
      "0 out response: 408 Request Timeout",
    ]);
  });

  it("not more requests are remembered than the limit says", () => {
    const dissector = new HttpDissector({ limits: { maxOutstanding: 2 } });
    const messages = dissect(dissector, [
      said("in", GET.repeat(3)),
      said("out", "HTTP/1.1 204 No Content\r\n\r\n"),
    ]);
    expect(lines(messages).at(-1)).toBe("3 out response: 204 No Content");
  });

  it("at a client's tap the directions are the other way round", () => {
    const dissector = new HttpDissector({ client: "out" });
    expect(
      lines(dissect(dissector, [said("out", GET), said("in", "HTTP/1.1 204 No Content\r\n\r\n")])),
    ).toEqual(["0 out request: GET / HTTP/1.1", "1 in response: 204 No Content ← 0"]);
  });
});

describe("leaving HTTP", () => {
  const upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n";

  it.each([
    ["101", upgrade, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: Chat\r\n\r\n", "chat"],
    [
      "2xx to CONNECT",
      "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
      "tunnel",
    ],
  ])("%s hands over the octets that are not HTTP", (_, request, response, protocol) => {
    const dissector = new HttpDissector();
    dissector.feed("in", Buffer.from(`${request}early`));
    expect(dissector.switched).toBe(false);
    dissector.feed("out", Buffer.from(`${response}late`));
    expect(dissector.switched).toBe(true);
    const { offsets, unread, nextId, ...rest } = dissector.handover() ?? {
      offsets: { in: 0, out: 0 },
      unread: {},
    };
    expect(rest).toMatchObject({ protocol });
    expect(offsets).toEqual({ in: request.length, out: response.length });
    expect(unread).toEqual({ in: Buffer.from("early"), out: Buffer.from("late") });
    expect(nextId).toBe(2);
  });

  it("what is refused goes on as HTTP, also what was sent ahead", () => {
    expect(
      http(
        said("in", upgrade + GET),
        said("out", "HTTP/1.1 204 No Content\r\n\r\n"),
        said("out", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
      ),
    ).toEqual([
      "0 in request: GET / HTTP/1.1",
      "1 out response: 204 No Content ← 0",
      "2 in request: GET / HTTP/1.1",
      "3 out response: 404 Not Found ← 2",
    ]);
  });

  it("an unanswered Upgrade holds back no more than the limit", () => {
    const dissector = new HttpDissector({ limits: { maxHead: 100 } });
    dissector.feed("in", Buffer.from(upgrade));
    for (let i = 0; i < 100; i++) dissector.feed("in", new Uint8Array(50));
    expect(lines(dissector.end("in"))).toEqual(["1 in unparsed: 5000 octets ! another protocol"]);
  });
});

describe("what a strict reader would refuse", () => {
  it.each([
    [
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      /Content-Length.*Transfer-Encoding/,
    ],
    ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", /Content-Length/],
    ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", /Content-Length/],
    ["POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", /HTTP\/1.0/],
    ["GET / HTTP/1.1\r\n\r\n", /Host/],
    ["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", /Host/],
    ["GET / HTTP/1.1\r\nHost : a\r\n\r\n", /blank before the colon/],
    ["GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n", /fold/],
    ["GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", /colon/],
    ["GET / HTTP/1.1\nHost: a\n\n", /LF/],
    ["GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", /CR/],
    ["GET  / HTTP/1.1\r\nHost: a\r\n\r\n", /./],
    ["GET / HTTP/3.7\r\nHost: a\r\n\r\n", /./],
  ])("%j is read all the same, and flagged", (request, problem) => {
    const [message] = dissect(new HttpDissector(), [said("in", request)]);
    expect(message?.kind).toBe("request");
    expect(message?.problem).toMatch(problem);
  });

  it.each([
    ["\x16\x03\x01\x02\x00 a ClientHello\n", "no request line"],
    ["GET /\r\n\r\n", "no request line"],
    ["GET / HTTP/1.1\r\nHost: a\r\nX: ".padEnd(70_000, "x"), "longer than 65536"],
    [
      `${GET.replace("GET", "POST").replace("Host", "Transfer-Encoding: chunked\r\nHost")}zz\r\n`,
      "no chunk size",
    ],
    [
      `${GET.replace("GET", "POST").replace("Host", "Transfer-Encoding: chunked\r\nHost")}2\r\nabc\r\n`,
      "no line end",
    ],
    ["GET / HTTP/1.1\r\nHo", "the stream ends in a head"],
  ])("%j is not read on", (request, problem) => {
    const messages = dissect(new HttpDissector(), [said("in", request), { end: "in" }]);
    expect(messages.at(-1)).toMatchObject({ kind: "unparsed", problem: expect.stringContaining(problem) });
    expect(holes(messages, "in", request.length)).toEqual([]);
  });

  it("content that ends early", () => {
    const messages = http(said("in", GET), said("out", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour"), {
      end: "out",
    });
    expect(messages.at(-1)).toBe("2 out content: 4 octets ! the stream ends 5 octets early");
  });
});

describe("gaps in a recording", () => {
  const long = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";

  it("inside content of a known length nothing is lost", () => {
    expect(
      http(
        said("in", GET + GET),
        said("out", `${long}begin`),
        { gap: "out", count: 990 },
        said("out", "final"),
        said("out", "HTTP/1.1 204 No Content\r\n\r\n"),
      ).slice(2),
    ).toEqual([
      "2 out response: 200 OK ← 0",
      "3 out content: 1000 octets ! 990 octets were not recorded",
      "4 out response: 204 No Content ← 1",
    ]);
  });

  it("beyond it reading stops until a start line begins a piece", () => {
    const steps = [
      said("in", GET),
      said("out", `${long}begin`),
      { gap: "out", count: 2000 } as const,
      said("out", "the tail of something"),
      said("out", "HTTP/1.1 204 No Content\r\n\r\n"),
    ];
    const messages = dissect(new HttpDissector(), steps);
    expect(lines(messages).slice(2)).toEqual([
      "2 out content: 1000 octets ! 995 octets were not recorded",
      "3 out unparsed: 1026 octets ! octets were not recorded",
      "4 out response: 204 No Content",
    ]);
    expect(holes(messages, "out", total(steps, "out"))).toEqual([]);
  });

  it("after lost requests no response is linked until the client has waited for one", () => {
    const answer = said("out", "HTTP/1.1 204 No Content\r\n\r\n");
    expect(http({ gap: "in", count: 500 }, said("in", GET), answer, said("in", GET), answer)).toEqual([
      "0 in unparsed: 500 octets ! octets were not recorded",
      "1 in request: GET / HTTP/1.1",
      "2 out response: 204 No Content",
      "3 in request: GET / HTTP/1.1",
      "4 out response: 204 No Content ← 3",
    ]);
  });
});

describe("whatever is fed", () => {
  const noise = fc.array(
    fc.oneof(
      fc.constantFrom(
        GET,
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
        "abc",
        "\r\n",
        "\n",
        "3\r\nabc\r\n",
        "0\r\n\r\n",
      ),
      fc.constantFrom(
        "Transfer-Encoding: chunked\r\n",
        "HTTP/1.1 101 x\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 12 },
  );
  it("never breaks, and every octet told of is told of once, in order", () => {
    fc.assert(
      fc.property(noise, noise, (ins, outs) => {
        const dissector = new HttpDissector();
        const steps = [...ins.map((text) => said("in", text)), ...outs.map((text) => said("out", text))];
        const messages = dissect(dissector, [...steps, { end: "in" }, { end: "out" }]);
        const left = dissector.handover()?.unread;
        expect(holes(messages, "in", total(steps, "in") - (left?.in.length ?? 0))).toEqual([]);
        expect(holes(messages, "out", total(steps, "out") - (left?.out.length ?? 0))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
