/** What a server may not do to a client: each ends in a stable code, however the network cuts it. */
import { encodeLatin1, LimitError, RemoteError } from "@socketscope/wire";
import { feedEverySplit } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { HttpClient, type ClientAction } from "../../src/index.ts";
import { asked } from "./told.ts";

const GET: ClientAction = { type: "request", method: "GET", target: "/" };
const UPGRADE: ClientAction = { ...GET, fields: ["Upgrade", "websocket"] };
const UPLOAD: ClientAction = {
  type: "begin",
  method: "POST",
  target: "/",
  fields: ["Upgrade", "websocket"],
};
const ok = (fields: string, content = ""): string => `HTTP/1.1 200 OK\r\n${fields}\r\n${content}`;
const chunked = (content: string): string => ok("Transfer-Encoding: chunked\r\n", content);

describe("faults", () => {
  const cases: readonly (readonly [
    section: string,
    what: string,
    octets: string,
    code: string,
    requests?: readonly ClientAction[],
  ])[] = [
    ["§4", "no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP_STATUS_LINE"],
    ["§4", "an SMTP greeting before anything was asked", "220 hello\r\n", "HTTP_UNASKED", []],
    ["§4", "a TLS alert", "\x15\x03\x01\x00\x02\x02\x16", "HTTP_STATUS_LINE"],
    ["§4", "HTTP/2", "HTTP/2 200\r\n\r\n", "HTTP_STATUS_LINE"],
    ["§4", "HTTP/0.9", "<html>hello</html>", "HTTP_STATUS_LINE"],
    ["§4", "a status that is no number", "HTTP/1.1 5x0 x\r\n\r\n", "HTTP_STATUS_LINE"],
    ["§4", "a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "HTTP_STATUS_LINE"],
    ["§4", "a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP_STATUS_LINE"],
    ["§4", "a status below 100", "HTTP/1.1 099 x\r\n\r\n", "HTTP_STATUS_LINE"],
    ["§4", "no status", "HTTP/1.1\r\n\r\n", "HTTP_STATUS_LINE"],
    ["§2.2", "a bare LF", "HTTP/1.1 200 OK\n\r\n", "HTTP_LINE_END"],
    ["§2.2", "a bare CR in a value", ok("X: a\rb\r\n"), "HTTP_LINE_END"],
    ["§2.2", "empty lines without end", "\r\n\r\n\r\n\r\n\r\n\r\n", "HTTP_STATUS_LINE"],
    ["§5.1", "a blank before the colon", ok("Content-Length : 1\r\n"), "HTTP_FIELD_LINE"],
    ["§5.2", "a fold before the first field", ok(" X: y\r\n"), "HTTP_FIELD_LINE"],
    ["RFC 9110 §5.5", "NUL in a value", ok("X: a\0b\r\n"), "HTTP_FIELD_LINE"],
    [
      "§6.1",
      "Transfer-Encoding in HTTP/1.0",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP_TRANSFER_ENCODING",
    ],
    [
      "§6.3 (3)",
      "a length beside chunked",
      ok("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
      "HTTP_TRANSFER_ENCODING",
    ],
    ["§6.3 (4)", "a coding that is not chunked", ok("Transfer-Encoding: gzip\r\n"), "HTTP_TRANSFER_ENCODING"],
    ["§6.3 (4)", "chunked not last", ok("Transfer-Encoding: chunked, gzip\r\n"), "HTTP_TRANSFER_ENCODING"],
    ["§7", "chunked twice", ok("Transfer-Encoding: chunked, chunked\r\n"), "HTTP_TRANSFER_ENCODING"],
    [
      "§7",
      "a coding we did not ask for",
      ok("Transfer-Encoding: gzip, chunked\r\n"),
      "HTTP_TRANSFER_ENCODING",
    ],
    ["§6.3 (5)", "unequal lengths", ok("Content-Length: 1\r\nContent-Length: 2\r\n"), "HTTP_CONTENT_LENGTH"],
    ["§6.3 (5)", "a list of lengths", ok("Content-Length: 1, 2\r\n"), "HTTP_CONTENT_LENGTH"],
    ["§6.3 (5)", "a negative length", ok("Content-Length: -1\r\n"), "HTTP_CONTENT_LENGTH"],
    [
      "§6.3 (5)",
      "a length above what can be counted",
      ok(`Content-Length: ${"9".repeat(20)}\r\n`),
      "HTTP_CONTENT_LENGTH",
    ],
    ["§6.3 (5)", "an empty length", ok("Content-Length:\r\n"), "HTTP_CONTENT_LENGTH"],
    ["§7.1", "a chunk size that is no number", chunked("x\r\n"), "HTTP_CHUNK"],
    ["§7.1", "a chunk size that overflows", chunked("fffffffffffffffff\r\n"), "HTTP_CHUNK"],
    ["§7.1", "a chunk longer than its size", chunked("1\r\nab\r\n"), "HTTP_CHUNK"],
    ["§7.1.2", "a framing field as trailer", chunked("0\r\nContent-Length: 1\r\n\r\n"), "HTTP_TRAILER"],
    [
      "§9.2",
      "a second response to one request",
      "HTTP/1.1 204 x\r\n\r\nHTTP/1.1 204 x\r\n\r\n",
      "HTTP_UNASKED",
    ],
    ["§9.2", "content longer than its length", ok("Content-Length: 1\r\n", "ab"), "HTTP_UNASKED"],
    [
      "RFC 9110 §15.2.2",
      "101 nobody asked for",
      "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n",
      "HTTP_SWITCH",
    ],
    [
      "RFC 9110 §7.8",
      "101 to another protocol",
      "HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n",
      "HTTP_SWITCH",
      [UPGRADE],
    ],
    ["RFC 9110 §7.8", "101 that names no protocol", "HTTP/1.1 101 x\r\n\r\n", "HTTP_SWITCH", [UPGRADE]],
    [
      "RFC 9110 §7.8",
      "101 before the request is whole",
      "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n",
      "HTTP_SWITCH",
      [UPLOAD],
    ],
    [
      "RFC 9110 §7.8",
      "101 to a request before the one that offers",
      "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n",
      "HTTP_SWITCH",
      [GET, UPGRADE],
    ],
  ];
  for (const [section, what, octets, code, requests = [GET]] of cases) {
    it(`RFC 9112 ${section}: ${what}`, () => {
      const outcome = feedEverySplit(
        () => asked(...requests),
        encodeLatin1(octets),
        (actual, expected) => expect(actual.rest).toEqual(expected.rest),
      );
      expect(outcome.rest).toEqual({ error: code });
    });
  }

  it.each<readonly [what: string, octets: string, code: string]>([
    ["before anything", "", "HTTP_NO_RESPONSE"],
    ["behind an interim response", "HTTP/1.1 100 x\r\n\r\n", "HTTP_NO_RESPONSE"],
    ["within the status line", "HTTP/1.1 20", "HTTP_INCOMPLETE"],
    ["within a field", "HTTP/1.1 200 OK\r\nX: y\r\n", "HTTP_INCOMPLETE"],
    ["within its length", ok("Content-Length: 3\r\n", "ab"), "HTTP_INCOMPLETE"],
    ["before its content", ok("Content-Length: 3\r\n"), "HTTP_INCOMPLETE"],
    ["within a chunk", chunked("3\r\nab"), "HTTP_INCOMPLETE"],
    ["before the last chunk", chunked("3\r\nabc\r\n"), "HTTP_INCOMPLETE"],
    ["within the trailers", chunked("3\r\nabc\r\n0\r\nX: y\r\n"), "HTTP_INCOMPLETE"],
  ])("RFC 9112 §8: an end %s is told from a whole response", (_what, octets, code) => {
    for (const input of ["end", "timeout"] as const) {
      const core = asked(GET);
      core.receive(encodeLatin1(octets));
      while (typeof core.next() !== "string");
      core.receive(input);
      expect(() => core.next()).toThrow(
        expect.objectContaining({ code: input === "end" ? code : "HTTP_TIMEOUT", answer: undefined }),
      );
      expect(core.next()).toBe("closed");
    }
  });

  it("a fault has no answer: there is no word for it to a server", () => {
    const core = asked(GET);
    core.receive(encodeLatin1(ok("Content-Length: x\r\n")));
    try {
      core.next();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(RemoteError);
      expect(error).toMatchObject({ answer: undefined });
    }
  });
});

describe("limits", () => {
  it.each<readonly [what: string, octets: string, allowed: boolean]>([
    ["a status line of 16 KiB", `HTTP/1.1 204 ${"x".repeat(16 * 1024 - 13)}\r\n\r\n`, true],
    ["a status line above 16 KiB", `HTTP/1.1 204 ${"x".repeat(16 * 1024)}`, false],
    ["a head above 64 KiB", `HTTP/1.1 204 x\r\nX: ${"x".repeat(65 * 1024)}`, false],
    ["200 fields", `HTTP/1.1 204 x\r\n${"X: y\r\n".repeat(200)}\r\n`, true],
    ["201 fields", `HTTP/1.1 204 x\r\n${"X: y\r\n".repeat(201)}\r\n`, false],
    ["endless trailers", chunked(`0\r\n${"X: y\r\n".repeat(300)}`), false],
    ["a chunk's size line above 1 KiB", chunked(`1;${"x".repeat(1100)}`), false],
    ["32 interim responses", `${"HTTP/1.1 100 x\r\n\r\n".repeat(32)}HTTP/1.1 204 x\r\n\r\n`, true],
    ["33 interim responses", "HTTP/1.1 103 x\r\n\r\n".repeat(33), false],
  ])("%s", (_what, octets, allowed) => {
    const core = asked(GET);
    core.receive(encodeLatin1(octets));
    const read = (): void => {
      while (typeof core.next() !== "string");
    };
    if (allowed) expect(read).not.toThrow();
    else expect(read).toThrow(LimitError);
  });

  it("interim responses are counted for each request anew", () => {
    const core = asked(GET, GET);
    const answer = `${"HTTP/1.1 100 x\r\n\r\n".repeat(20)}HTTP/1.1 204 x\r\n\r\n`;
    core.receive(encodeLatin1(answer + answer));
    expect(() => {
      while (typeof core.next() !== "string");
    }).not.toThrow();
  });

  it("no more requests are sent ahead than the limit says", () => {
    const core = new HttpClient({ host: "a", limits: { outstanding: 2 } });
    core.send(GET);
    core.send(GET);
    expect(() => core.send(GET)).toThrow(expect.objectContaining({ code: "HTTP_OUTSTANDING" }));
    core.receive(encodeLatin1("HTTP/1.1 204 x\r\n\r\n"));
    while (typeof core.next() !== "string");
    expect(core.outstanding).toBe(1);
    expect(() => core.send(GET)).not.toThrow();
  });
});
