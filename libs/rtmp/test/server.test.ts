import * as fc from "fast-check";
import { everySplit, feed } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import {
  readAmf0,
  RtmpServer,
  rtmpCommands,
  writeAmf0,
  type RtmpLimits,
  type RtmpServerAction,
  type RtmpServerEvent,
} from "../src/index.ts";
import { C0C1, C2, command, joined, MEDIA, message, OPENED, PUBLISHING, RANDOM } from "./publisher.ts";

function answer(event: RtmpServerEvent): RtmpServerAction | undefined {
  if (event.type === "owed") return event.action;
  return event.type === "publish" ? { type: "publishing" } : undefined;
}

const server = (limits: Partial<RtmpLimits> = {}): RtmpServer => new RtmpServer({ random: RANDOM, limits });

/** The code of the fault that `octets` end with, or where the core came to rest. */
function outcome(octets: Uint8Array, limits: Partial<RtmpLimits> = {}): unknown {
  const { rest } = feed(server(limits), [octets], { answer });
  return typeof rest === "string" ? rest : rest.error;
}

describe("a server that is published to", () => {
  it("hears what an encoder says, however it is cut", () => {
    const octets = joined(PUBLISHING, MEDIA, command("deleteStream", 7, null, 1));
    const whole = feed(server(), [octets], { answer, end: true });
    expect(whole.rest).toBe("closed");
    expect(whole.events.map((event) => (event.type === "owed" ? event.action.type : event.type))).toEqual([
      "handshake",
      "connect",
      "connected",
      "result",
      "result",
      "result",
      "result",
      "publish",
      "metadata",
      "media",
      "media",
      "media",
      "unpublish",
      "status",
    ]);
    expect(whole.events.find(({ type }) => type === "publish")).toEqual({
      type: "publish",
      app: "live",
      name: "own?key=s3cret",
    });
    const media = whole.events.flatMap((event) => (event.type === "media" ? [event] : []));
    expect(media.map(({ kind, timestamp, octets: { length } }) => [kind, timestamp, length])).toEqual([
      ["video", 0, 6],
      ["audio", 0xff_ffff, 4],
      ["video", 0x100_0028, 300],
    ]);
    // In two at every point behind the handshake, and octet by octet; the handshake at its seams.
    const story = (pieces: readonly Uint8Array[]): string => {
      const { events } = feed(server(), pieces, { answer, end: true });
      return JSON.stringify(events.slice(1), (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
      );
    };
    const expected = story([octets]);
    const behind = octets.subarray(3073);
    for (const pieces of everySplit(behind))
      expect(story([octets.subarray(0, 3073), ...pieces]) === expected, `${pieces[0]?.length}`).toBe(true);
    for (const at of [1, 2, 1536, 1537, 1538, 3072])
      expect(story([octets.subarray(0, at), octets.subarray(at)])).toBe(expected);
  });

  it("answers the handshake with the client's octets, and says what it says in chunks", () => {
    const core = server();
    core.receive(C0C1);
    const event = core.next();
    expect(core.waitingFor).toBe("handshake");
    if (typeof event === "string" || event.type !== "owed") throw new Error("nothing is owed");
    const said = joined(...[core.send(event.action)].flat());
    expect(said).toEqual(joined(Uint8Array.of(3), new Uint8Array(8), RANDOM, C0C1.subarray(1)));
    const result = joined(...[core.send({ type: "result", transaction: 4, value: 1 })].flat());
    // Chunk stream 3, at 0, 29 octets of a command on message stream 0.
    expect([...result.subarray(0, 12)]).toEqual([3, 0, 0, 0, 0, 0, 29, 20, 0, 0, 0, 0]);
    expect(readAmf0(result.subarray(12)).map(({ value }) => value)).toEqual(["_result", 4, null, 1]);
  });

  it("reads short heads, chunks between chunks, chunk sizes and extended times as they are written", () => {
    const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
    const octets = joined(
      PUBLISHING,
      hex("02 000000 000004 01 00000000 00000004"), // set chunk size: 4
      hex("06 000010 000006 09 01000000 aaaaaaaa"), // video at 16, 6 octets
      hex("04 000011 000002 08 01000000 bbbb"), // audio between its chunks
      hex("c6 cccc"),
      hex("46 000004 000001 09 dd"), // format 1: 4 later
      hex("86 000005 ee"), // format 2: 5 later
      hex("c6 ff"), // format 3: 5 later again
      hex("40 0a 000000"), // an unfinished head, chunk stream 74: nothing before it
    );
    const { events, rest } = feed(server(), [octets], { answer });
    const media = events.flatMap((event) => (event.type === "media" ? [event] : []));
    expect(
      media.map(({ timestamp, octets: body }) => [timestamp, Buffer.from(body).toString("hex")]),
    ).toEqual([
      [17, "bbbb"],
      [16, "aaaaaaaacccc"],
      [20, "dd"],
      [25, "ee"],
      [30, "ff"],
    ]);
    expect(rest).toBe("need-data");
  });

  it("acknowledges what it has read, window by window, and answers a ping", () => {
    const octets = joined(
      PUBLISHING,
      message(5, Uint8Array.of(0, 0, 8, 0), { on: 2 }),
      message(4, Uint8Array.of(0, 6, 1, 2, 3, 4), { on: 2 }),
      message(9, new Uint8Array(5000), { stream: 1, on: 6 }),
      message(9, new Uint8Array(1), { stream: 1, on: 6 }),
    );
    const owed = feed(server(), [octets], { answer }).events.flatMap((event) =>
      event.type === "owed" ? [event.action] : [],
    );
    expect(owed.find(({ type }) => type === "pong")).toEqual({
      type: "pong",
      data: Uint8Array.of(1, 2, 3, 4),
    });
    const counts = owed.flatMap((action) => (action.type === "acknowledgement" ? [action.octets] : []));
    expect(counts.length).toBeGreaterThan(2);
    for (const [i, count] of counts.entries())
      if (i > 0) expect(count - (counts[i - 1] ?? 0)).toBeGreaterThanOrEqual(2048);
  });

  it("stops when it is told to: no publication, or no more of it", () => {
    const core = server();
    core.receive(PUBLISHING);
    let event = core.next();
    while (typeof event !== "string") {
      if (event.type === "owed") core.send(event.action);
      event = core.next();
    }
    expect([event, core.waitingFor]).toEqual(["paused", "us"]);
    const said = joined(
      ...[core.send({ type: "denied", code: "NetStream.Publish.Denied", why: "no" })].flat(),
    );
    expect(Buffer.from(said).toString("latin1")).toContain("NetStream.Publish.Denied");
    expect(core.next()).toBe("closed");
  });

  it("ends by its clocks and with its peer", () => {
    for (const input of ["end", "timeout", "drain"] as const) {
      const core = server();
      core.receive(C0C1.subarray(0, 100));
      core.receive(input);
      expect(core.next()).toBe("closed");
    }
  });

  it.each([
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n"), "RTMP_VERSION"],
    ["an encrypted handshake", Uint8Array.of(6), "RTMP_VERSION"],
    ["half a handshake", C0C1.subarray(0, 700), "need-data"],
    [
      "chunks of nothing",
      joined(OPENED, message(1, Uint8Array.of(0, 0, 0, 0), { on: 2 })),
      "RTMP_CHUNK_SIZE",
    ],
    [
      "absurd chunks",
      joined(OPENED, message(1, Uint8Array.of(0x7f, 255, 255, 255), { on: 2 })),
      "RTMP_CHUNK_SIZE",
    ],
    ["a setting without its number", joined(OPENED, message(1, Uint8Array.of(1), { on: 2 })), "RTMP_MESSAGE"],
    ["a chunk that continues nothing", joined(C0C1, C2, Uint8Array.of(0xc3)), "RTMP_CHUNK"],
    [
      "a message within another",
      joined(
        OPENED,
        message(9, new Uint8Array(200), { on: 6 }).subarray(0, 140),
        message(9, new Uint8Array(1), { on: 6 }),
      ),
      "RTMP_CHUNK",
    ],
    [
      "pictures that nobody asked for",
      joined(OPENED, message(9, new Uint8Array(1), { on: 6 })),
      "RTMP_ORDER",
    ],
    ["publish before connect", joined(C0C1, C2, command("publish", 1, null, "a")), "RTMP_ORDER"],
    ["publish without a name", joined(OPENED, command("publish", 1, null)), "RTMP_MESSAGE"],
    ["a command without its number", joined(OPENED, message(20, writeAmf0(["publish"]))), "RTMP_MESSAGE"],
    ["values that are none", joined(OPENED, message(20, Uint8Array.of(99))), "RTMP_AMF0"],
    ["values that are cut short", joined(OPENED, message(20, Uint8Array.of(2, 0, 9, 65))), "RTMP_AMF0"],
    ["a large command", joined(OPENED, Uint8Array.of(3, 0, 0, 0, 1, 0, 1, 20, 0, 0, 0, 0)), "RTMP_LIMIT"],
    [
      "a large picture",
      joined(OPENED, Uint8Array.of(3, 0, 0, 0, 255, 255, 255, 9, 1, 0, 0, 0)),
      "RTMP_LIMIT",
    ],
    [
      "objects in objects",
      joined(
        OPENED,
        message(20, writeAmf0(["a", 1, { a: { a: { a: { a: { a: { a: { a: { a: { a: 1 } } } } } } } } }])),
      ),
      "RTMP_LIMIT",
    ],
  ])("refuses %s", (_what, octets, code) => {
    expect(outcome(octets)).toBe(code);
  });

  it("reads no more than its limits", () => {
    const streams = joined(
      OPENED,
      ...Array.from({ length: 40 }, (_value, i) => message(3, new Uint8Array(4), { on: 4 + i })),
    );
    expect(outcome(streams)).toBe("RTMP_LIMIT");
    const held = joined(
      PUBLISHING,
      message(9, new Uint8Array(200), { on: 6 }).subarray(0, 140),
      message(9, new Uint8Array(200), { on: 7 }).subarray(0, 140),
    );
    expect(outcome(held, { held: 200 })).toBe("RTMP_LIMIT");
    const chatter = joined(OPENED, ...Array.from({ length: 51 }, () => command("createStream", 2, null)));
    expect(outcome(chatter)).toBe("RTMP_LIMIT");
    expect(
      outcome(joined(OPENED, message(20, writeAmf0(["a", 1, Array.from({ length: 1001 }, () => null)])))),
    ).toBe("RTMP_LIMIT");
  });

  it("takes each command where its table says, and nowhere else", () => {
    const places = { opened: joined(C0C1, C2), connected: OPENED, publishing: PUBLISHING } as const;
    for (const [name, { legalIn }] of Object.entries(rtmpCommands))
      for (const [state, octets] of Object.entries(places)) {
        const legal: readonly string[] = legalIn;
        const found = outcome(joined(octets, command(name, 9, null, "x")));
        if (legal.includes(state)) expect(found, `${name} in ${state}`).toBe("need-data");
        else expect(found, `${name} in ${state}`).toBe("RTMP_ORDER");
      }
  });

  it("says of a command it does not know that it does not", () => {
    const { events } = feed(server(), [joined(OPENED, command("FCSubscribe", 8, null))], { answer });
    expect(events.at(-1)).toMatchObject({ type: "owed", action: { type: "error", transaction: 8 } });
  });
});

describe("AMF 0", () => {
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.double(),
      fc.boolean(),
      fc.string(),
      fc.constant(null),
      fc.constant(undefined),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string({ minLength: 1, maxLength: 10 }), tie("value"), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  })).value;

  it("gives back what it was given", () => {
    const isValue = (_one: unknown): _one is Parameters<typeof writeAmf0>[0][number] => true;
    fc.assert(
      fc.property(value, (one) => {
        if (!isValue(one)) return;
        expect(readAmf0(writeAmf0([one])).map((found) => found.value)).toEqual([one]);
      }),
      { numRuns: 300 },
    );
  });

  it("knows arrays with names, dates, and long strings", () => {
    const long = "x".repeat(70_000);
    expect(readAmf0(writeAmf0([long]))[0]?.value).toBe(long);
    const named = Uint8Array.from([8, 0, 0, 0, 9, 0, 1, 97, 1, 1, 0, 0, 9]);
    expect(readAmf0(named)[0]?.value).toEqual({ a: true });
    expect(readAmf0(Uint8Array.from([11, 0x42, 0x76, 0, 0, 0, 0, 0, 0, 0, 0]))[0]?.value).toMatchObject({
      time: expect.any(Number),
    });
  });
});
