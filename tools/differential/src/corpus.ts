/** What is asked. Each case is a whole thought of RFC 9110 or 9112; the octets are latin1. */

export interface Case {
  /** Unique: the table and the reasons go by it. */
  readonly name: string;
  readonly section: string;
  readonly octets: string;
}

const CRLF = "\r\n";
/** A request from its first line and fields; Host is added unless a field line begins with it. */
function request(line: string, fields: readonly string[] = [], content = ""): string {
  const host = fields.some((field) => /^host/i.test(field)) ? [] : ["Host: localhost"];
  return [line, ...host, ...fields, "", content].join(CRLF);
}
const get = (...fields: string[]): string => request("GET /a.txt HTTP/1.1", fields);
const line = (first: string): string => request(first);
const put = (name: string, fields: readonly string[], content: string): string =>
  request(`PUT /inbox/${name} HTTP/1.1`, fields, content);
const chunked = (name: string, content: string, ...fields: string[]): string =>
  put(name, ["Transfer-Encoding: chunked", ...fields], content);
/** What a smuggler hides where one reader sees content and another a request. */
const INSIDE = "GET /inside.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

const table: readonly (readonly [section: string, cases: Readonly<Record<string, string>>])[] = [
  [
    "RFC 9112 §2.2",
    {
      "a plain GET": get(),
      "an empty line before the request": `${CRLF}${get()}`,
      "three empty lines before the request": `${CRLF.repeat(3)}${get()}`,
      "a bare LF as line end": "GET /a.txt HTTP/1.1\nHost: localhost\n\n",
      "a bare LF after a field line": "GET /a.txt HTTP/1.1\r\nHost: localhost\nX: 1\r\n\r\n",
      "a bare CR inside a field value": get("X: a\rb"),
      "a blank line of spaces before the request": `  ${CRLF}${get()}`,
      "whitespace before the first field": "GET /a.txt HTTP/1.1\r\n Host: localhost\r\n\r\n",
      "NUL in a field value": get("X: a\0b"),
      "a TLS ClientHello": "\x16\x03\x01\x00\x05hello",
    },
  ],
  [
    "RFC 9112 §3",
    {
      "two spaces in the request line": line("GET  /a.txt HTTP/1.1"),
      "a tab in the request line": line("GET\t/a.txt HTTP/1.1"),
      "a space at the request line's end": line("GET /a.txt HTTP/1.1 "),
      "a request line without version": "GET /a.txt\r\n\r\n",
      "an unknown method": line("BREW /a.txt HTTP/1.1"),
      "a method in lower case": line("get /a.txt HTTP/1.1"),
      "a method that is no token": line("GE(T /a.txt HTTP/1.1"),
      "HTTP/1.2": line("GET /a.txt HTTP/1.2"),
      "HTTP/2.0": line("GET /a.txt HTTP/2.0"),
      "HTTP/0.9 as version": line("GET /a.txt HTTP/0.9"),
      "http in lower case": line("GET /a.txt http/1.1"),
      "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "a target of 10,000 octets": line(`GET /${"a".repeat(10_000)} HTTP/1.1`),
      "an octet above 0x7F in the target": line("GET /caf\xe9 HTTP/1.1"),
      "a fragment in the target": line("GET /a.txt#x HTTP/1.1"),
      HEAD: request("HEAD /a.txt HTTP/1.1"),
      TRACE: line("TRACE /a.txt HTTP/1.1"),
    },
  ],
  [
    "RFC 9112 §3.2",
    {
      "no Host": "GET /a.txt HTTP/1.1\r\n\r\n",
      "no Host in HTTP/1.0": "GET /a.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "two Hosts": get("Host: localhost", "Host: localhost"),
      "an empty Host": get("Host:"),
      "a Host with a path": get("Host: localhost/a"),
      "a Host with a space": get("Host: local host"),
      "a Host with user information": get("Host: ann@localhost"),
      "a port that is no number": get("Host: localhost:http"),
      "absolute-form": line("GET http://localhost/a.txt HTTP/1.1"),
      "absolute-form with another Host": request("GET http://localhost/a.txt HTTP/1.1", [
        "Host: elsewhere.example",
      ]),
      "absolute-form of another scheme": line("GET ftp://localhost/a.txt HTTP/1.1"),
      "authority-form with GET": line("GET localhost:80 HTTP/1.1"),
      CONNECT: line("CONNECT localhost:80 HTTP/1.1"),
      "OPTIONS *": line("OPTIONS * HTTP/1.1"),
      "GET *": line("GET * HTTP/1.1"),
      "a target without a slash": line("GET a.txt HTTP/1.1"),
    },
  ],
  [
    "RFC 9112 §5",
    {
      "a blank before the colon": get("X : 1"),
      "a folded line": get("X: a\r\n b"),
      "a field name that is no token": get("X(Y: 1"),
      "an empty field name": get(": 1"),
      "a line without a colon": get("X"),
      "an octet above 0x7F in a value": get("X: caf\xe9"),
      "a value of 10,000 octets": get(`X: ${"a".repeat(10_000)}`),
      "a head of 100,000 octets": get(
        ...Array.from({ length: 100 }, (_, at) => `X${at}: ${"a".repeat(1000)}`),
      ),
      "150 fields": get(...Array.from({ length: 150 }, (_, at) => `X${at}: a`)),
    },
  ],
  [
    "RFC 9112 §6",
    {
      "Content-Length": put("length", ["Content-Length: 5"], "hello"),
      "Content-Length and Transfer-Encoding": chunked(
        "both",
        `0${CRLF}${CRLF}${INSIDE}`,
        "Content-Length: 5",
      ),
      "two equal Content-Lengths": put("equal", ["Content-Length: 5", "Content-Length: 5"], "hello"),
      "a list of equal Content-Lengths": put("list", ["Content-Length: 5, 5"], "hello"),
      "two unequal Content-Lengths": put("unequal", ["Content-Length: 5", "Content-Length: 6"], "hello"),
      "Content-Length with a plus": put("plus", ["Content-Length: +5"], "hello"),
      "a negative Content-Length": put("minus", ["Content-Length: -5"], "hello"),
      "a hexadecimal Content-Length": put("hex", ["Content-Length: 0x5"], "hello"),
      "an empty Content-Length": put("empty", ["Content-Length:"], "hello"),
      "a Content-Length above 2^64": put("huge", ["Content-Length: 18446744073709551621"], "hello"),
      "a GET with content": request("GET /a.txt HTTP/1.1", [`Content-Length: ${INSIDE.length}`], INSIDE),
      "Transfer-Encoding in HTTP/1.0": `${request("PUT /inbox/old HTTP/1.0", ["Transfer-Encoding: chunked"])}5${CRLF}hello${CRLF}0${CRLF}${CRLF}`,
      "an unknown transfer coding": put("coding", ["Transfer-Encoding: rot13"], ""),
      "chunked, then gzip": put("order", ["Transfer-Encoding: chunked, gzip"], `0${CRLF}${CRLF}`),
      "gzip, then chunked": put("gzip", ["Transfer-Encoding: gzip, chunked"], `0${CRLF}${CRLF}`),
      "chunked twice": put("twice", ["Transfer-Encoding: chunked, chunked"], `0${CRLF}${CRLF}`),
      "Chunked with a capital": put(
        "capital",
        ["Transfer-Encoding: Chunked"],
        `5${CRLF}hello${CRLF}0${CRLF}${CRLF}`,
      ),
      "chunked behind a tab": put(
        "tab",
        ["Transfer-Encoding:\tchunked"],
        `5${CRLF}hello${CRLF}0${CRLF}${CRLF}`,
      ),
      xchunked: put("xchunked", ["Transfer-Encoding: xchunked"], `0${CRLF}${CRLF}`),
    },
  ],
  [
    "RFC 9112 §7.1",
    {
      chunks: chunked("chunks", `5${CRLF}hello${CRLF}0${CRLF}${CRLF}`),
      "chunks with trailers": chunked("trailers", `5${CRLF}hello${CRLF}0${CRLF}X: 1${CRLF}${CRLF}`),
      "a chunk extension": chunked("extension", `5;a="b"${CRLF}hello${CRLF}0${CRLF}${CRLF}`),
      "a bare LF in a chunk extension": chunked("lf-extension", `5;a\nhello${CRLF}0${CRLF}${CRLF}`),
      "a chunk size with leading zeros": chunked("zeros", `000005${CRLF}hello${CRLF}0${CRLF}${CRLF}`),
      "a chunk size with 0x": chunked("0x", `0x5${CRLF}hello${CRLF}0${CRLF}${CRLF}`),
      "a chunk size that overflows": chunked(
        "overflow",
        `FFFFFFFFFFFFFFFFF${CRLF}hello${CRLF}0${CRLF}${CRLF}`,
      ),
      "a negative chunk size": chunked("negative", `-5${CRLF}hello${CRLF}0${CRLF}${CRLF}`),
      "a blank behind the chunk size": chunked("blank", `5 ${CRLF}hello${CRLF}0${CRLF}${CRLF}`),
      "an empty chunk size": chunked("none", `${CRLF}hello${CRLF}0${CRLF}${CRLF}`),
      "a bare LF behind the chunk size": chunked("lf", `5\nhello${CRLF}0${CRLF}${CRLF}`),
      "a bare LF behind the chunk's data": chunked("lf-data", `5${CRLF}hello\n0${CRLF}${CRLF}`),
      "more data than the chunk size says": chunked("more", `5${CRLF}hello!!${CRLF}0${CRLF}${CRLF}`),
      "a trailer that is no field": chunked("bad-trailer", `0${CRLF}X${CRLF}${CRLF}`),
    },
  ],
  [
    "RFC 9112 §9",
    {
      "two pipelined requests": `${get()}${INSIDE}`,
      "Connection: close": get("Connection: close"),
      "Connection: close in a list": get("Connection: x, Close"),
      "HTTP/1.0 without keep-alive": "GET /a.txt HTTP/1.0\r\n\r\n",
      "HTTP/1.0 with keep-alive": "GET /a.txt HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n",
      "an error by the site, not by the wire": line("GET /none.txt HTTP/1.1"),
      "a malformed escape": line("GET /%zz HTTP/1.1"),
    },
  ],
  [
    "RFC 9110 §10.1.1",
    {
      "Expect: 100-continue": put("expect", ["Content-Length: 5", "Expect: 100-continue"], "hello"),
      "an unknown expectation": put("unknown", ["Content-Length: 5", "Expect: wonders"], "hello"),
      "Expect: 100-continue in HTTP/1.0": request(
        "PUT /inbox/expect-old HTTP/1.0",
        ["Content-Length: 5", "Expect: 100-continue", "Connection: keep-alive"],
        "hello",
      ),
      "Upgrade to what we do not speak": get("Upgrade: telepathy", "Connection: Upgrade"),
      "Upgrade to h2c": get(
        "Upgrade: h2c",
        "Connection: Upgrade, HTTP2-Settings",
        "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
      ),
    },
  ],
];

export const corpus: readonly Case[] = table.flatMap(([section, cases]) =>
  Object.entries(cases).map(([name, octets]) => ({ name, section, octets })),
);
