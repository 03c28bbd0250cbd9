/** Every framing that two readers could understand differently ends in an error and a closed connection. */
import { encodeLatin1, RemoteError } from "@socketscope/wire";
import { everySplit } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { HttpServer, type ServerAction } from "../../src/index.ts";

const HOST = "Host: a\r\n";
const post = (fields: string, content = ""): string => `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${content}`;
const chunked = (content: string): string => post("Transfer-Encoding: chunked\r\n", content);
const get = (fields: string): string => `GET / HTTP/1.1\r\n${fields}\r\n`;

/** Section of RFC 9112 (or as named), what it is, the octets, the status it is answered with. */
const refused: readonly (readonly [section: string, what: string, octets: string, status: number])[] = [
  ["§2.2", "a bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400],
  ["§2.2", "a bare LF after a field line", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400],
  ["§2.2", "a bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400],
  ["§2.2", "a bare CR in a value", get("Host: a\r\nX: a\rb\r\n"), 400],
  ["§2.2", "a bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§2.2", "a bare CR before CRLF", get("Host: a\r\nX: a\r\r\n"), 400],
  ["§2.2", "a blank before the first field", get(" Host: a\r\n"), 400],
  ["§2.2", "only empty lines", "\r\n\r\n\r\n\r\n\r\n\r\n", 400],
  ["§3", "lower-case http in the version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3", "no version (HTTP/0.9)", "GET /\r\n\r\n", 400],
  ["§3", "no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3", "two blanks before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3", "two blanks before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3", "a tab as separator", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3", "a blank inside the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3", "a blank behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400],
  ["§3", "a leading blank", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3", "a version with two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400],
  ["§3", "a version without a minor", "GET / HTTP/1\r\nHost: a\r\n\r\n", 400],
  ["§3", "a version with a sign", "GET / HTTP/+1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.1", "a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.1", "a method with a colon", "GET: / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["RFC 9110 §2.5", "HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505],
  ["RFC 9110 §2.5", "HTTP/0.9 with a version", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505],
  ["RFC 9113 §3.4", "the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  ["§3", "a TLS ClientHello on the plain port", "\x16\x03\x01\x02\x00\x01\x00", 400],
  ["§3", "an octet above 126 first", "\xffGET / HTTP/1.1\r\n\r\n", 400],
  ["§3.2", "a fragment in the target", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2", "a raw octet above 127 in the target", "GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2", "a control in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2", "NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2", "a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2.2", "an absolute-form without authority", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2.2", "an absolute-form of another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2.3", "CONNECT with an origin-form", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2.3", "CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2.3", "authority-form with GET", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2.4", "asterisk-form with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["§3.2", "no Host in HTTP/1.1", "GET / HTTP/1.1\r\n\r\n", 400],
  ["§3.2", "two Host fields", get("Host: a\r\nHost: b\r\n"), 400],
  ["§3.2", "two equal Host fields", get("Host: a\r\nhost: a\r\n"), 400],
  ["§3.2", "two Host fields in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400],
  ["§3.2", "a Host with a path", get("Host: a/b\r\n"), 400],
  ["§3.2", "a Host with user information", get("Host: u@a\r\n"), 400],
  ["§3.2", "a Host with a blank", get("Host: a b\r\n"), 400],
  ["§3.2", "a Host list", get("Host: a, b\r\n"), 400],
  ["§3.2", "a Host with a port that is no number", get("Host: a:b\r\n"), 400],
  ["§3.2", "no Host beside an absolute-form", "GET http://a/ HTTP/1.1\r\n\r\n", 400],
  ["§5.1", "a blank before the colon", get("Host : a\r\n"), 400],
  ["§5.1", "a tab before the colon", get("Host: a\r\nX\t: b\r\n"), 400],
  ["§5.1", "a blank before the colon of Content-Length", post("Content-Length : 5\r\n", "hello"), 400],
  ["§5", "a field line without a colon", get("Host: a\r\nnonsense\r\n"), 400],
  ["§5", "an empty field name", get("Host: a\r\n: b\r\n"), 400],
  ["§5", "a field name with a blank", get("Host: a\r\nX Y: b\r\n"), 400],
  ["§5", "a field name with a bracket", get("Host: a\r\nX[: b\r\n"), 400],
  ["§5", "a field name above ASCII", get("Host: a\r\nX\xe9: b\r\n"), 400],
  ["§5.2", "obs-fold with a blank", get("Host: a\r\nX: a\r\n b\r\n"), 400],
  ["§5.2", "obs-fold with a tab", get("Host: a\r\nX: a\r\n\tb\r\n"), 400],
  ["RFC 9110 §5.5", "NUL in a value", get("Host: a\r\nX: a\0b\r\n"), 400],
  ["RFC 9110 §5.5", "a bell in a value", get("Host: a\r\nX: \x07\r\n"), 400],
  ["RFC 9110 §5.5", "DEL in a value", get("Host: a\r\nX: \x7f\r\n"), 400],
  [
    "§6.1",
    "Transfer-Encoding in HTTP/1.0",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["§6.1", "an unknown coding", post("Transfer-Encoding: gzip\r\n"), 501],
  ["§6.1", "an unknown coding before chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 501],
  ["§6.1", "identity", post("Transfer-Encoding: identity\r\n"), 501],
  ["§6.3", "chunked not last", post("Transfer-Encoding: chunked, gzip\r\n"), 400],
  ["§7.1", "chunked twice", post("Transfer-Encoding: chunked, chunked\r\n"), 400],
  [
    "§7.1",
    "chunked twice on two lines",
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
    400,
  ],
  ["§6.3", "an empty Transfer-Encoding", post("Transfer-Encoding:\r\n"), 501],
  ["§6.3", "chunked with a vertical tab", post("Transfer-Encoding: \x0bchunked\r\n"), 400],
  ["§6.3", "xchunked", post("Transfer-Encoding: xchunked\r\n"), 501],
  ["§6.3", "quoted chunked", post('Transfer-Encoding: "chunked"\r\n'), 501],
  ["§6.3", "chunked with a parameter", post("Transfer-Encoding: chunked;a=b\r\n"), 501],
  [
    "§6.3",
    "both framings, length first",
    post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    400,
  ],
  [
    "§6.3",
    "both framings, coding first",
    post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
    400,
  ],
  [
    "§6.3",
    "both framings, length 0",
    post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"),
    400,
  ],
  ["§6.3", "two unequal lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400],
  ["§6.3", "two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400],
  ["§6.3", "a list of unequal lengths", post("Content-Length: 5, 6\r\n", "hello"), 400],
  ["§6.3", "a negative length", post("Content-Length: -1\r\n"), 400],
  ["§6.3", "a signed length", post("Content-Length: +5\r\n", "hello"), 400],
  ["§6.3", "a hexadecimal length", post("Content-Length: 0x5\r\n", "hello"), 400],
  ["§6.3", "a decimal fraction", post("Content-Length: 5.0\r\n", "hello"), 400],
  ["§6.3", "an exponent", post("Content-Length: 1e1\r\n", "hello"), 400],
  ["§6.3", "a length with a blank inside", post("Content-Length: 1 0\r\n", "hello"), 400],
  ["§6.3", "a length with an underscore", post("Content-Length: 1_0\r\n", "hello"), 400],
  ["§6.3", "an empty length", post("Content-Length:\r\n"), 400],
  ["§6.3", "a length of words", post("Content-Length: five\r\n"), 400],
  ["§6.3", "a length above 2^53", post("Content-Length: 99999999999999999999\r\n"), 400],
  ["§6.3", "a length in other digits", post("Content-Length: \xb2\r\n"), 400],
  ["§7.1", "a chunk size that is no number", chunked("x\r\n"), 400],
  ["§7.1", "an empty chunk size", chunked("\r\n"), 400],
  ["§7.1", "a chunk size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a signed chunk size", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a negative chunk size", chunked("-5\r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a chunk size with a blank before", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a chunk size with a blank behind", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a chunk size with an underscore", chunked("1_0\r\n"), 400],
  ["§7.1", "a chunk size that overflows", chunked("fffffffffffffffff\r\n"), 400],
  ["§7.1", "a chunk size that wraps 64 bits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a chunk size ending in LF alone", chunked("5\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a chunk size ending in CR alone", chunked("5\rhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a chunk shorter than its size", chunked("6\r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a chunk longer than its size", chunked("4\r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1", "a chunk's data ending in LF alone", chunked("5\r\nhello\n0\r\n\r\n"), 400],
  ["§7.1", "a chunk's data ending in two octets that are not CRLF", chunked("5\r\nhelloXX0\r\n\r\n"), 400],
  ["§7.1.1", "a chunk extension with a control", chunked("5;a=\x01\r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1.1", "a chunk extension with a bare CR", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1.1", "a chunk extension ending in LF alone", chunked("5;a\nhello\r\n0\r\n\r\n"), 400],
  ["§7.1.1", "a chunk extension without end", chunked(`5;${"a".repeat(1100)}`), 400],
  ["§7.1.2", "a trailer without a colon", chunked("0\r\nnonsense\r\n\r\n"), 400],
  ["§7.1.2", "a folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n"), 400],
  ["§7.1.2", "a trailer ending in LF alone", chunked("0\r\nA: b\n\r\n"), 400],
  ["§7.1.2", "the last empty line ending in LF alone", chunked("0\r\n\n"), 400],
  ["RFC 9110 §6.5.1", "Content-Length as a trailer", chunked("0\r\nContent-Length: 5\r\n\r\n"), 400],
  [
    "RFC 9110 §6.5.1",
    "Transfer-Encoding as a trailer",
    chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    400,
  ],
  ["RFC 9110 §6.5.1", "Host as a trailer", chunked("0\r\nHost: b\r\n\r\n"), 400],
  [
    "RFC 9110 §10.1.1",
    "an unknown expectation",
    post("Expect: the-unexpected\r\nContent-Length: 5\r\n"),
    417,
  ],
];

function run(chunks: readonly Uint8Array[]): {
  readonly status: number | undefined;
  readonly closes: boolean;
} {
  const core = new HttpServer({ date: () => "Thu, 01 Jan 1970 00:00:00 GMT" });
  try {
    for (const chunk of chunks) {
      core.receive(chunk);
      while (typeof core.next() !== "string");
    }
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const answer = error.answer as ServerAction;
    core.send(answer);
    return {
      status: answer.type === "respond" ? answer.status : undefined,
      closes: core.next() === "closed",
    };
  }
  return { status: undefined, closes: false };
}

describe("ambiguous or wrong framing", () => {
  it.each(refused)("RFC 9112 %s: %s", (_section, _what, text, status) => {
    for (const chunks of everySplit(encodeLatin1(text)))
      expect(run(chunks)).toEqual({ status, closes: true });
  });
});
