/** The dissector: every packet in its fields, answers by their ids, and what happens when octets are missing or wrong. */
import { dissect, holes, lines, said, total, type Step } from "@socketscope/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SftpDissector, type SftpRequest } from "../src/index.ts";
import { FieldWriter } from "../src/fields.ts";
import { writeAnswer } from "../src/answers.ts";
import { writeRequest } from "../src/requests.ts";
import { answer as anyAnswer, request as anyRequest } from "./arbitrary.ts";
import { INIT, joined, octetsOf, packet, VERSION } from "./packets.ts";
import { REQUESTS } from "./requests.ts";

const opening = [said("in", INIT), said("out", VERSION)];
const told = (steps: readonly Step[]): readonly string[] => lines(dissect(new SftpDissector(), steps));

describe("every request", () => {
  it.each(REQUESTS)("%s, in its fields, however it is cut", (_, description) => {
    const steps = [...opening, said("in", packet(description))];
    const whole = dissect(new SftpDissector(), steps);
    for (const direction of ["in", "out"] as const)
      expect(holes(whole, direction, total(steps, direction))).toEqual([]);
    for (const cut of [1, 3, 7]) expect(dissect(new SftpDissector(), steps, cut)).toEqual(whole);
  });
});

it("whatever both sides say, no octet is left out", () => {
  const out = new FieldWriter();
  fc.assert(
    fc.property(
      fc.array(anyRequest, { maxLength: 5 }),
      fc.array(anyAnswer, { maxLength: 5 }),
      (requests, answers) => {
        const steps = [
          ...opening,
          said("in", joined(...requests.map((one) => writeRequest(out, one)))),
          said("out", joined(...answers.map((one) => writeAnswer(out, one)))),
          { end: "in" },
          { end: "out" },
        ] as const;
        const messages = dissect(new SftpDissector(), steps);
        expect(messages.filter(({ kind }) => kind === "unparsed")).toEqual([]);
        for (const direction of ["in", "out"] as const)
          expect(holes(messages, direction, total(steps, direction))).toEqual([]);
      },
    ),
  );
});

it("garbage is told of, and the rest of it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat({ max: 20 }), (octets, cut) => {
      const steps = [said("in", octets), said("out", octets), { end: "in" }, { end: "out" }] as const;
      const messages = dissect(new SftpDissector(), steps, cut + 1);
      for (const direction of ["in", "out"] as const)
        expect(holes(messages, direction, octets.length)).toEqual([]);
    }),
  );
});

describe("answers", () => {
  it("find their requests, in whatever order, and handles their files", () => {
    expect(
      told([
        ...opening,
        said("in", packet("03 00000001 00000002 '/a' 00000001 00000000")),
        said("out", packet("66 00000001 00000004 00000007")),
        said(
          "in",
          joined(
            packet("05 00000002 00000004 00000007 0000000000000000 00008000"),
            packet("05 00000003 00000004 00000007 0000000000008000 00008000"),
          ),
        ),
        said(
          "out",
          joined(
            packet("65 00000003 00000001 00000003 'End' 00000000"),
            packet("67 00000002 00000005 'hello'"),
          ),
        ),
        said("in", packet("04 00000004 00000004 00000007")),
        said("out", packet("65 00000004 00000000 00000000 00000000")),
        said("in", packet("04 00000005 00000004 00000007")),
      ]),
    ).toEqual([
      "0 in opening: INIT 3",
      "1 out opening: VERSION 3, limits@here.org",
      "2 in request: OPEN /a (READ)",
      "3 out answer: HANDLE 0x00000007 ← 2",
      "4 in request: READ 32768 octets at 0 of /a",
      "5 in request: READ 32768 octets at 32768 of /a",
      "6 out answer: STATUS EOF: End ← 5",
      "7 out answer: DATA 5 octets ← 4",
      "8 in request: CLOSE /a",
      "9 out answer: STATUS OK ← 8",
      "10 in request: CLOSE 0x00000007",
    ]);
  });

  it("that nobody asked for, or of another kind, are a problem", () => {
    expect(
      told([
        ...opening,
        said("in", packet("11 00000001 00000001 'a'")),
        said("out", packet("66 00000001 00000001 'h'")),
        said("out", packet("65 00000009 00000000")),
        said("in", joined(packet("11 00000002 00000001 'a'"), packet("11 00000002 00000001 'a'"))),
      ]).slice(3),
    ).toEqual([
      '3 out answer: HANDLE h ← 2 ! this does not answer "stat"',
      "4 out answer: STATUS OK ! nobody asked 9",
      "5 in request: STAT a",
      "6 in request: STAT a ! the id 2 waits for an answer still",
    ]);
  });
});

describe("what is wrong is said, and the next packet read", () => {
  it.each([
    ["a field cut short", "0d 00000001 000000ff 'a'", "the packet ends before its last field does"],
    [
      "a name cut short, with octets behind it",
      "c8 00000001 000000ff 'x'",
      "the packet ends before its last field does",
    ],
    ["octets behind the last", "0d 00000001 00000001 'a' 00", "the packet goes on behind its last field"],
    ["other attributes", "0e 00000001 00000001 'd' 00000010", "attributes that version 3 does not know"],
    ["beyond 2^53", "05 00000001 00000001 'h' 0020000000000000 00000001", "a number beyond 2^53"],
    ["no such packet", "2a 00000001", "no such packet"],
    [
      "an answer from a client",
      "65 00000001 00000000",
      "a packet that this side does not send, or without an id",
    ],
    ["no id", "0d 00", "a packet that this side does not send, or without an id"],
  ])("%s", (_, description, problem) => {
    const messages = dissect(new SftpDissector(), [
      ...opening,
      said("in", joined(packet(description), packet("11 00000002 00000001 'a'"))),
    ]);
    expect(messages[2]?.problem).toBe(problem);
    expect(holes(messages.slice(0, 3), "in", messages[2]?.to ?? 0)).toEqual([]);
    expect(messages[3]).toMatchObject({ kind: "request", summary: "STAT a" });
    expect(messages[3]?.problem).toBeUndefined();
  });

  it("but not behind a length that cannot be", () => {
    expect(
      told([...opening, said("in", octetsOf("'GET / HTTP/1.1'")), said("in", octetsOf("'more'"))]).slice(2),
    ).toEqual([
      "2 in unparsed: 14 octets ! a packet of 1195725856 octets: this is no SFTP",
      "3 in unparsed: 4 octets ! where the next packet begins is not known",
    ]);
  });
});

it("behind a gap it goes on where a packet begins, and blames nobody for what it has not seen", () => {
  expect(
    told([
      ...opening,
      said("in", octetsOf("00000009 11")),
      { gap: "in", count: 100 },
      said("in", octetsOf("'rest of it'")),
      said("in", packet("11 00000002 00000001 'a'")),
      said("out", packet("65 00000001 00000000")),
      { end: "in" },
    ]).slice(2),
  ).toEqual([
    "2 in unparsed: 5 octets ! octets were not recorded",
    "3 in unparsed: 10 octets ! where the next packet begins is not known",
    "4 in request: STAT a",
    "5 out answer: STATUS OK",
  ]);
});

it("a stream that ends within a packet", () => {
  expect(told([...opening, said("in", octetsOf("00000009 11")), { end: "in" }]).slice(2)).toEqual([
    "2 in unparsed: 5 octets ! the stream ends before it is whole",
  ]);
});

it("at a client's tap the directions are the other way round", () => {
  const messages = dissect(new SftpDissector({ client: "out" }), [said("out", INIT), said("in", VERSION)]);
  expect(lines(messages)).toEqual(["0 out opening: INIT 3", "1 in opening: VERSION 3, limits@here.org"]);
});

it("remembers so many requests and no more", () => {
  const dissector = new SftpDissector({ maxRemembered: 2 });
  const asked: SftpRequest[] = [1, 2, 3].map((id) => ({ type: "stat", id, path: "a" }));
  const out = new FieldWriter();
  const messages = dissect(dissector, [
    ...opening,
    said("in", joined(...asked.map((one) => writeRequest(out, one)))),
    said("out", joined(packet("65 00000001 00000000"), packet("65 00000003 00000000"))),
  ]);
  expect(lines(messages).slice(-2)).toEqual(["5 out answer: STATUS OK", "6 out answer: STATUS OK ← 4"]);
});
