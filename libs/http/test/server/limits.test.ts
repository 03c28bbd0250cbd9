/** Limits, ends, drains; and whatever a hostile peer may send. */
import { decodeLatin1, encodeLatin1, RemoteError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HttpServer, type ServerAction } from "../../src/index.ts";

const make = (): HttpServer => new HttpServer({ date: () => "Thu, 01 Jan 1970 00:00:00 GMT" });
const H = "Host: a\r\n";

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

describe("limits and ends", () => {
  const answered = (text: string, input?: "end" | "timeout"): number | undefined => {
    const core = make();
    try {
      core.receive(encodeLatin1(text));
      if (input !== undefined) core.receive(input);
      while (typeof core.next() !== "string");
      return undefined;
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      return (error.answer as { status: number }).status;
    }
  };

  it.each<readonly [section: string, what: string, text: string, status: number | undefined]>([
    ["§3", "a request line of 16 KiB", `GET /${"a".repeat(16 * 1024 - 14)} HTTP/1.1\r\n${H}\r\n`, undefined],
    ["§3", "a request line above 16 KiB", `GET /${"a".repeat(16 * 1024)} HTTP/1.1\r\n${H}\r\n`, 414],
    ["§3", "a request line without end", "G".repeat(17 * 1024), 414],
    [
      "RFC 6585 §5",
      "a head above 64 KiB",
      `GET / HTTP/1.1\r\n${H}${`X: ${"a".repeat(1000)}\r\n`.repeat(70)}\r\n`,
      431,
    ],
    ["RFC 6585 §5", "200 field lines", `GET / HTTP/1.1\r\n${H}${"X: a\r\n".repeat(199)}\r\n`, undefined],
    ["RFC 6585 §5", "201 field lines", `GET / HTTP/1.1\r\n${H}${"X: a\r\n".repeat(200)}\r\n`, 431],
    ["RFC 6585 §5", "endless trailers", chunkedPost(`0\r\n${"X: a\r\n".repeat(300)}\r\n`), 431],
  ])("RFC 9112 %s: %s", (_section, _what, text, status) => expect(answered(text)).toBe(status));

  it.each<readonly [what: string, text: string, input: "end" | "timeout", status: number | undefined]>([
    ["an idle connection that ends", "", "end", undefined],
    ["an idle connection that is late", "", "timeout", undefined],
    ["a head that ends too early", "GET / HT", "end", 400],
    ["a head that is late", "GET / HT", "timeout", 408],
    ["content that ends too early", `POST / HTTP/1.1\r\n${H}Content-Length: 9\r\n\r\nx`, "end", 400],
    ["content that is late", `POST / HTTP/1.1\r\n${H}Content-Length: 9\r\n\r\nx`, "timeout", 408],
  ])("RFC 9112 §8: %s", (_what, text, input, status) => expect(answered(text, input)).toBe(status));

  it("a half-closed client still gets its answer, and the connection ends behind it", () => {
    const core = make();
    core.receive(encodeLatin1(`GET / HTTP/1.1\r\n${H}\r\n`));
    core.receive("end");
    while (typeof core.next() !== "string");
    expect(sent(core, { type: "respond", status: 200, content: "hi" })).toContain("\r\n\r\nhi");
    expect(core.next()).toBe("closed");
  });

  it("drains: an idle connection ends, a running exchange says close", () => {
    const idle = make();
    idle.receive("drain");
    expect(idle.next()).toBe("closed");
    const busy = ask(`GET / HTTP/1.1\r\n${H}\r\n`);
    busy.receive("drain");
    expect(sent(busy, { type: "respond", status: 200 })).toContain("Connection: close\r\n");
    expect(busy.next()).toBe("closed");
  });

  it("discards content nobody read, but not without bound", () => {
    const core = ask(`POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n`);
    core.send({ type: "respond", status: 200 });
    const chunk = encodeLatin1(`10000\r\n${"x".repeat(65_536)}\r\n`);
    let rest: unknown = "need-data";
    for (let i = 0; i < 8 && rest === "need-data"; i++) {
      core.receive(chunk);
      rest = core.next();
    }
    expect(rest).toBe("closed");
  });
});

function chunkedPost(content: string): string {
  return `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n${content}`;
}

describe("whatever comes", () => {
  const seeds = [
    `GET / HTTP/1.1\r\n${H}\r\n`,
    chunkedPost("5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n"),
    `POST / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n`,
  ];
  it("a mutated request throws nothing but RemoteError, and never runs on", () => {
    const mutation = fc.record({
      seed: fc.constantFrom(...seeds),
      at: fc.nat(80),
      cut: fc.nat(3),
      put: fc.string({
        unit: fc.constantFrom("\r", "\n", "\0", " ", ":", ",", "0", "F", "a", "\xff", "\t", ";"),
        maxLength: 4,
      }),
      split: fc.nat(120),
    });
    fc.assert(
      fc.property(mutation, ({ seed, at, cut, put, split }) => {
        const octets = encodeLatin1(seed.slice(0, at) + put + seed.slice(at + cut));
        const core = make();
        try {
          for (const chunk of [octets.slice(0, split), octets.slice(split)]) {
            core.receive(chunk);
            for (let turns = 0; ; turns++) {
              expect(turns).toBeLessThan(100);
              const event = core.next();
              if (typeof event === "string") break;
              if (event.type === "end") core.send({ type: "respond", status: 200 });
            }
          }
        } catch (error) {
          if (!(error instanceof RemoteError)) throw error;
          core.send(error.answer as ServerAction);
          expect(core.next()).toBe("closed");
        }
      }),
      { numRuns: 3000 },
    );
  });
});
