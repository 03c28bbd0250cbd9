/** What there is to read of the server core, a file for each subject. */
import { encodeLatin1 } from "@socketscope/wire";
import type { ServerAction } from "../../src/index.ts";
import type { Conversation, Step } from "./conversation.ts";

const H = "Host: a\r\n";
const client = (octets: string): Step => ({ client: octets });
const server = (action: ServerAction): Step => ({ server: action });
const ok = server({
  type: "respond",
  status: 200,
  fields: ["Content-Type", "text/plain"],
  content: "hello\n",
});
const data = (text: string): Step => server({ type: "data", octets: encodeLatin1(text) });

/** A fault that the core answers by itself. */
const fault = (
  title: string,
  prose: string,
  octets: string,
  more: Partial<Conversation> = {},
): Conversation => ({
  title,
  prose,
  steps: [client(octets)],
  ...more,
});

export const subjects: Readonly<
  Record<string, { readonly about: string; readonly conversations: readonly Conversation[] }>
> = {
  requests: {
    about: "One request, one response, and what keeps a connection open (RFC 9112 §9.3).",
    conversations: [
      {
        title: "GET",
        prose:
          "A head is one line, fields and an empty line (§2.1). A request without content ends with its head (§6.3).",
        steps: [client(`GET /a?b=c HTTP/1.1\r\n${H}\r\n`), ok],
      },
      {
        title: "HEAD",
        prose: "The same head as for GET, and no content: the length is that of the GET (RFC 9110 §9.3.2).",
        steps: [client(`HEAD / HTTP/1.1\r\n${H}\r\n`), ok],
      },
      {
        title: "Two requests, one after the other",
        prose: "HTTP/1.1 keeps a connection unless one side says `close` (§9.3).",
        steps: [
          client(`GET /1 HTTP/1.1\r\n${H}\r\n`),
          ok,
          client(`GET /2 HTTP/1.1\r\n${H}Connection: close\r\n\r\n`),
          ok,
        ],
      },
      {
        title: "Two requests in one piece",
        prose:
          "Pipelining (§9.3.2): the second is read when the first is answered, so the answers keep their order.",
        steps: [client(`GET /1 HTTP/1.1\r\n${H}\r\nGET /2 HTTP/1.1\r\n${H}\r\n`), ok, ok],
      },
      {
        title: "HTTP/1.0",
        prose:
          "No Host is needed (§3.2), and the connection ends with the response unless the client asks otherwise (§9.3).",
        steps: [client("GET / HTTP/1.0\r\n\r\n"), ok],
      },
      {
        title: "HTTP/1.0 that asks to keep the connection",
        prose: "Then it is told that it is kept (§9.3, appendix C.2.2).",
        steps: [client("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), ok],
      },
      {
        title: "OPTIONS *",
        prose: "The asterisk asks about the server, not about one of its resources (§3.2.4).",
        steps: [
          client(`OPTIONS * HTTP/1.1\r\n${H}\r\n`),
          server({ type: "respond", status: 204, fields: ["Allow", "GET, HEAD"] }),
        ],
      },
      {
        title: "A target in absolute-form",
        prose: "Clients send it to proxies; every server must take it (§3.2.2).",
        steps: [client(`GET http://a/b HTTP/1.1\r\n${H}\r\n`), ok],
      },
      {
        title: "An empty line first",
        prose: "Some clients sent one behind the content of a POST; it is read over (§2.2).",
        steps: [client(`\r\nGET / HTTP/1.1\r\n${H}\r\n`), ok],
      },
      {
        title: "The client ends its side after it has asked",
        prose: "It can still read: the answer goes out, then the connection ends (§9.6).",
        steps: [client(`GET / HTTP/1.1\r\n${H}\r\n`), { happens: "end" }, ok],
      },
    ],
  },
  content: {
    about:
      "Content both ways: its length, chunks, trailers, and who asks first (RFC 9112 §6, §7; RFC 9110 §10.1.1).",
    conversations: [
      {
        title: "Content of a known length",
        prose: "`Content-Length` counts octets (§6.2); what comes behind them is the next request.",
        steps: [client(`POST / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello`), ok],
      },
      {
        title: "Content in chunks, with a trailer",
        prose:
          "Each chunk says its size in hexadecimal; a chunk of 0 is the last, trailers may follow it (§7.1).",
        steps: [
          client(
            `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n5;note=1\r\nhello\r\n6\r\n world\r\n0\r\nDigest: x\r\n\r\n`,
          ),
          ok,
        ],
      },
      {
        title: "A response in chunks, with a trailer",
        prose: "Its length is not known when it begins: to HTTP/1.1 it goes in chunks (§7.1).",
        steps: [
          client(`GET / HTTP/1.1\r\n${H}\r\n`),
          server({ type: "begin", status: 200 }),
          data("hello"),
          data(" world"),
          server({ type: "end", trailers: ["Digest", "x"] }),
        ],
      },
      {
        title: "The same to HTTP/1.0",
        prose: "It does not know chunks: the end of the connection is the end of the content (§6.1, §6.3).",
        steps: [
          client("GET / HTTP/1.0\r\n\r\n"),
          server({ type: "begin", status: 200 }),
          data("hello"),
          server({ type: "end" }),
        ],
      },
      {
        title: "The client asks before it sends",
        prose: "`Expect: 100-continue`: the interim 100 says go on (RFC 9110 §10.1.1).",
        steps: [
          client(`PUT / HTTP/1.1\r\n${H}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`),
          server({ type: "informational", status: 100 }),
          client("hello"),
          server({ type: "respond", status: 201 }),
        ],
      },
      {
        title: "The client asks, and is refused",
        prose: "Nobody can tell whether the content still comes: the connection ends (RFC 9110 §10.1.1).",
        steps: [
          client(`PUT / HTTP/1.1\r\n${H}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`),
          server({ type: "respond", status: 403 }),
        ],
      },
      {
        title: "An answer before the content has come",
        prose: "What nobody wants is read over, and the connection goes on with the next request (§9.3).",
        steps: [
          client(`POST / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\n`),
          ok,
          client(`helloGET /next HTTP/1.1\r\n${H}\r\n`),
          ok,
        ],
      },
      {
        title: "304",
        prose: "It never has content; a length would be that of the 200 (RFC 9110 §15.4.5).",
        steps: [
          client(`GET / HTTP/1.1\r\n${H}If-None-Match: "v1"\r\n\r\n`),
          server({ type: "respond", status: 304, fields: ["ETag", '"v1"'] }),
        ],
      },
    ],
  },
  faults: {
    about:
      "What is refused. Each of these could be understood differently by two servers on one way, or is beyond a limit: " +
      "the core answers by itself and the connection ends (RFC 9112 §11.2).",
    conversations: [
      fault("No Host", "HTTP/1.1 asks for it (§3.2).", "GET / HTTP/1.1\r\n\r\n"),
      fault(
        "Two of them",
        "Which one a proxy had looked at, nobody knows (§3.2).",
        `GET / HTTP/1.1\r\n${H}Host: b\r\n\r\n`,
      ),
      fault(
        "A length and chunks",
        "The classic of request smuggling (§6.3, §11.2).",
        `POST / HTTP/1.1\r\n${H}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n${H}\r\n`,
      ),
      fault(
        "Two unequal lengths",
        "(§6.3)",
        `POST / HTTP/1.1\r\n${H}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
      ),
      fault(
        "A coding nobody knows",
        "501 says so (§6.1).",
        `POST / HTTP/1.1\r\n${H}Transfer-Encoding: gzip, chunked\r\n\r\n`,
      ),
      fault(
        "A chunk longer than its size",
        "The rest would be taken for the next chunk's size (§7.1).",
        `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n`,
      ),
      fault(
        "A folded field line",
        "Obsolete, and read differently everywhere (§5.2).",
        `GET / HTTP/1.1\r\n${H}X: a\r\n b\r\n\r\n`,
      ),
      fault("A blank before the colon", "Must be refused (§5.1).", `GET / HTTP/1.1\r\n${H}X : a\r\n\r\n`),
      fault("LF alone", "One reader's line end is another's octet (§2.2).", "GET / HTTP/1.1\nHost: a\n\n"),
      fault(
        "HTTP/2",
        "The preface of HTTP/2 looks like a request on purpose (RFC 9113 §3.4): 505.",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      ),
      fault(
        "TLS on the plain port",
        "Told at once: a ClientHello never ends a line.",
        "\x16\x03\x01\x02\x00\x01\x00",
      ),
      fault(
        "An unknown expectation",
        "417 (RFC 9110 §15.5.18).",
        `PUT / HTTP/1.1\r\n${H}Expect: a-miracle\r\nContent-Length: 1\r\n\r\n`,
      ),
      fault("A request line that is too long", "414 (§3).", `GET /${"a".repeat(40)} HTTP/1.1\r\n`, {
        limits: { startLine: 32 },
      }),
      fault(
        "A head that is too large",
        "431 (RFC 6585 §5).",
        `GET / HTTP/1.1\r\n${H}X: ${"a".repeat(80)}\r\n`,
        { limits: { head: 64 } },
      ),
      {
        title: "A head that does not come to its end",
        prose: "408 for a request that had begun (RFC 9110 §15.5.9).",
        steps: [client("GET / HTTP/1.1\r\nHo"), { happens: "timeout" }],
      },
      {
        title: "A connection on which nothing comes",
        prose: "Nothing was asked: it just ends (§9.5).",
        steps: [{ happens: "timeout" }],
      },
      {
        title: "A request that is cut off",
        prose: "Incomplete, and so not carried out (§8).",
        steps: [client(`POST / HTTP/1.1\r\n${H}Content-Length: 10\r\n\r\nhello`), { happens: "end" }],
      },
      {
        title: "Content that breaks off after the answer",
        prose: "There is no room for another word: the connection ends in silence (§9.6).",
        steps: [
          client(`POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n`),
          ok,
          client("not a size\r\n"),
        ],
      },
    ],
  },
  ends: {
    about: "How a connection becomes something else, or comes to its end (RFC 9110 §7.8; RFC 9112 §9.6).",
    conversations: [
      {
        title: "A WebSocket",
        prose:
          "101 switches; what came behind the request is the next protocol's first words (RFC 9110 §7.8).",
        steps: [
          client(`GET /chat HTTP/1.1\r\n${H}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x00`),
          server({ type: "switch", status: 101, fields: ["Upgrade", "websocket"] }),
        ],
      },
      {
        title: "An offer that is not taken",
        prose: "The request is answered like any other (RFC 9110 §7.8).",
        steps: [client(`GET / HTTP/1.1\r\n${H}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`), ok],
      },
      {
        title: "A tunnel",
        prose: "2xx to CONNECT: from here on the octets are somebody else's (RFC 9110 §9.3.6).",
        steps: [
          client("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n\x16\x03\x01"),
          server({ type: "switch", status: 200 }),
        ],
      },
      {
        title: "A server that ends, between two requests",
        prose: "Nothing runs: the connection ends at once (§9.6).",
        steps: [client(`GET / HTTP/1.1\r\n${H}\r\n`), ok, { happens: "drain" }],
      },
      {
        title: "A server that ends, while it answers",
        prose: "What runs is finished, and says that it is the last (§9.6).",
        steps: [client(`GET / HTTP/1.1\r\n${H}\r\n`), { happens: "drain" }, ok],
      },
      {
        title: "A response that is the last",
        prose: "The application may end the connection with any answer (§9.6).",
        steps: [client(`GET / HTTP/1.1\r\n${H}\r\n`), server({ type: "respond", status: 503, close: true })],
      },
    ],
  },
};
