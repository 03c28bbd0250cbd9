/** Client against server: what one formats the other reads; and whatever a hostile server may send. */
import { decodeLatin1, encodeLatin1, RemoteError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HttpClient, HttpServer, type ClientEvent, type ServerEvent } from "../../src/index.ts";
import { asked, told } from "./told.ts";

const joined = (pieces: Uint8Array | readonly Uint8Array[]): string =>
  pieces instanceof Uint8Array ? decodeLatin1(pieces) : pieces.map((piece) => decodeLatin1(piece)).join("");

/** Everything the core says of these octets, fed in pieces of these lengths. */
function pull<Event extends object>(
  core: { receive(octets: Uint8Array): void; next(): Event | string },
  octets: Uint8Array,
  cuts: readonly number[],
): Event[] {
  const events: Event[] = [];
  let at = 0;
  for (const cut of [...cuts, octets.length]) {
    if (at >= octets.length) break;
    core.receive(octets.slice(at, at + cut));
    at += cut;
    for (let event = core.next(); typeof event !== "string"; event = core.next()) events.push(event);
  }
  return events;
}

const octets = fc.uint8Array({ maxLength: 40 });
const name = fc.stringMatching(/^X-[A-Za-z0-9]{1,8}$/);
const value = fc.stringMatching(/^(?:[!-~\xa1-\xff](?:[ -~]{0,10}[!-~])?)?$/);
const fields = fc.array(fc.tuple(name, value), { maxLength: 4 }).map((lines) => lines.flat());
const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 });
const exchange = fc.record({
  method: fc.constantFrom("GET", "HEAD", "POST", "DELETE"),
  status: fc.constantFrom(200, 204, 206, 304, 404, 500),
  fields,
  pieces: fc.array(octets, { maxLength: 4 }),
  framing: fc.constantFrom("whole", "length", "chunked"),
  trailers: fields,
  interim: fc.nat(2),
});

describe("server and client on one grammar", () => {
  it("pipelined requests are answered in order, and each answer is read as it was meant", () => {
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 5 }), cuts, (exchanges, chunks) => {
        const client = new HttpClient({ host: "a" });
        const server = new HttpServer({ date: () => "now" });
        const wire = exchanges.map(({ method }, at) =>
          joined(
            client.send({ type: "request", method, target: `/${at}`, content: method === "POST" ? "x" : "" }),
          ),
        );
        server.receive(encodeLatin1(wire.join("")));
        let answers = "";
        for (const one of exchanges) {
          let event: ServerEvent | string;
          do event = server.next();
          while (typeof event !== "string" && event.type !== "end");
          answers += answer(server, one);
        }
        const got = told(pull<ClientEvent>(client, encodeLatin1(answers), chunks));
        expect(got).toEqual(exchanges.flatMap(expected));
        expect(client.outstanding).toBe(0);
        expect(client.state).toBe("ready");
      }),
      { numRuns: 300 },
    );
  });

  it("streamed content is read by the server as it was sent", () => {
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 6 }), fields, cuts, (pieces, trailers, chunks) => {
        const client = new HttpClient({ host: "a" });
        const wire =
          joined(client.send({ type: "begin", method: "PUT", target: "/" })) +
          pieces.map((piece) => joined(client.send({ type: "data", octets: piece }))).join("") +
          joined(client.send({ type: "end", trailers }));
        const server = new HttpServer({ date: () => "now" });
        const events = pull<ServerEvent>(server, encodeLatin1(wire), chunks);
        const content = events
          .map((event) => (event.type === "data" ? decodeLatin1(event.octets) : ""))
          .join("");
        expect(content).toBe(pieces.map((piece) => decodeLatin1(piece)).join(""));
        expect(events.at(-1)).toMatchObject({ type: "end", trailers: { lines: trailers } });
      }),
      { numRuns: 200 },
    );
  });
});

type Exchange = typeof exchange extends fc.Arbitrary<infer One> ? One : never;

function answer(
  server: HttpServer,
  { status, fields: lines, pieces, framing, trailers, interim }: Exchange,
): string {
  let text = "";
  for (let i = 0; i < interim; i++) text += joined(server.send({ type: "informational", status: 103 }));
  if (framing === "whole") {
    const content = encodeLatin1(joined(pieces));
    return text + joined(server.send({ type: "respond", status, fields: lines, content }));
  }
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  text += joined(
    server.send({ type: "begin", status, fields: lines, ...(framing === "length" && { length }) }),
  );
  for (const piece of pieces) text += joined(server.send({ type: "data", octets: piece }));
  return text + joined(server.send({ type: "end", trailers }));
}

function expected({ method, status, pieces, framing, trailers, interim }: Exchange): readonly string[] {
  const lines = Array.from({ length: interim }, () => "interim 103");
  const content = joined(pieces);
  if (method === "HEAD" || status === 204 || status === 304) return [...lines, `${status} 1.1 0`, "|"];
  if (framing === "chunked") return [...lines, `${status} 1.1 chunked`, `${content}|${trailers.join("=")}`];
  return [...lines, `${status} 1.1 ${content.length}`, `${content}|`];
}

describe("whatever comes", () => {
  const seeds = [
    "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
    "HTTP/1.0 200 OK\r\nX: a\r\n b\r\n\r\nhello",
  ];
  const mutation = fc.record({
    seed: fc.constantFrom(...seeds),
    at: fc.nat(90),
    cut: fc.nat(3),
    put: fc.string({
      unit: fc.constantFrom("\r", "\n", "\0", " ", ":", ",", "0", "F", "a", "\xff", "\t", ";", "H", "1"),
      maxLength: 4,
    }),
    split: fc.nat(120),
    end: fc.constantFrom("end", "timeout", "drain"),
  });

  it("a mutated response throws nothing but RemoteError, and never runs on", () => {
    fc.assert(
      fc.property(mutation, ({ seed, at, cut, put, split, end }) => {
        const text = encodeLatin1(seed.slice(0, at) + put + seed.slice(at + cut));
        const core = asked(
          { type: "request", method: "GET", target: "/" },
          { type: "request", method: "GET", target: "/" },
        );
        try {
          for (const input of [text.slice(0, split), text.slice(split), end] as const) {
            core.receive(input);
            for (let turns = 0; typeof core.next() !== "string"; turns++) expect(turns).toBeLessThan(100);
          }
        } catch (error) {
          if (!(error instanceof RemoteError)) throw error;
          expect(error.answer).toBeUndefined();
          expect(core.next()).toBe("closed");
        }
      }),
      { numRuns: 2000 },
    );
  });
});
