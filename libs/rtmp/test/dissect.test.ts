import type { Direction, Message } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  explainedRtmp,
  explainRtmpCode,
  explainRtmpCommand,
  explainRtmpMessage,
  explainRtmpPart,
  explainRtmpState,
  explainUserControl,
  MESSAGE_TYPES,
  RtmpDissector,
  RtmpServer,
  rtmpCommands,
  STATUS_CODES,
  USER_CONTROLS,
  type RtmpState,
} from "../src/index.ts";
import { C0C1, C2, command, joined, MEDIA, message, PUBLISHING, RANDOM } from "./publisher.ts";

/** A conversation with our own server, both ways. */
function conversation(octets: Uint8Array): readonly (readonly [Direction, Uint8Array])[] {
  const core = new RtmpServer({ random: RANDOM });
  core.receive(octets);
  const said: Uint8Array[] = [];
  for (let event = core.next(); typeof event !== "string"; event = core.next()) {
    if (event.type === "owed") said.push(...[core.send(event.action)].flat());
    if (event.type === "publish") said.push(...[core.send({ type: "publishing" })].flat());
  }
  return [
    ["in", octets],
    ["out", joined(...said)],
  ];
}

function dissected(turns: readonly (readonly [Direction, Uint8Array])[], size = Infinity): Message[] {
  const dissector = new RtmpDissector();
  const messages: Message[] = [];
  for (const [direction, octets] of turns)
    for (let at = 0; at < octets.length; at += size)
      messages.push(...dissector.feed(direction, octets.subarray(at, Math.min(octets.length, at + size))));
  return [...messages, ...dissector.end("in"), ...dissector.end("out")];
}

const TALK = conversation(joined(PUBLISHING, MEDIA, command("deleteStream", 7, null, 1)));

describe("RTMP read from a recording", () => {
  it("is told message by message, however it is cut, and its parts cover it", () => {
    const messages = dissected(TALK);
    expect(dissected(TALK, 7)).toEqual(messages);
    for (const { parts, from, to, summary } of messages) {
      let at = from;
      for (const part of parts) {
        expect(part.from, summary).toBe(at);
        at = part.to;
      }
      expect(at, summary).toBe(to);
    }
    const lines = messages
      .filter(({ kind }) => kind !== "chunk")
      .map(({ kind, summary }) => `${kind}: ${summary}`);
    expect(lines).toContain("C0: version 3");
    expect(lines).toContain("S2: the other side's octets, sent back");
    expect(lines).toContain("video: 300 octets at 16777.256 s");
    expect(lines).toContain("window acknowledgement size: 2500000");
    expect(lines).toContain("command: onStatus NetStream.Publish.Start");
    expect(lines).toContain("user control: stream begin");
    expect(lines).toContain("data: @setDataFrame onMetaData");
    expect(lines.join("\n")).not.toContain("unparsed");
  });

  it("hides keys: in summaries, in parts, and in pieces of commands", () => {
    const messages = dissected(TALK);
    const [, octets] = TALK[0] ?? ["in", new Uint8Array()];
    const seen = messages
      .filter(({ direction }) => direction === "in")
      .flatMap(({ parts }) => parts.filter(({ name }) => name !== "secret"))
      .map(({ from, to }) => Buffer.from(octets.subarray(from, to)).toString("latin1"))
      .join("");
    expect(Buffer.from(octets).toString("latin1")).toContain("s3cret");
    expect(seen).not.toContain("s3cret");
    expect(JSON.stringify(messages)).not.toContain("s3cret");
    expect(messages.map(({ summary }) => summary)).toContain("publish own?********** live");
    const long = joined(C0C1, C2, command("publish", 1, null, `live_0123456789abcdef${"x".repeat(200)}`));
    const pieces = dissected([["in", long]]);
    expect(pieces.flatMap(({ parts }) => parts).map(({ name }) => name)).not.toContain("content");
    expect(JSON.stringify(pieces)).not.toContain("0123456789");
  });

  it("names what an answer answers", () => {
    const messages = dissected(TALK);
    const asked = messages.find(({ summary }) => summary === "createStream");
    const answer = messages.filter(({ summary }) => summary === "_result").at(2);
    expect(answer?.answers).toBe(asked?.id);
  });

  it("says where it is no RTMP, ends early, or something is missing", () => {
    expect(dissected([["in", Buffer.from("GET /")]])).toMatchObject([{ kind: "unparsed", from: 0, to: 5 }]);
    expect(dissected([["in", C0C1.subarray(0, 9)]]).at(-1)).toMatchObject({
      kind: "unparsed",
      from: 1,
      to: 9,
    });
    const dissector = new RtmpDissector();
    dissector.feed("in", joined(C0C1, C2));
    dissector.gap("in", 100);
    expect(dissector.feed("in", message(3, new Uint8Array(4)))).toMatchObject([
      { kind: "unparsed", from: 3173 },
    ]);
  });
});

describe("nothing is left without a sentence", () => {
  it.each(Object.keys(rtmpCommands))("command %s", (name) =>
    expect(explainRtmpCommand(name).known).toBe(true),
  );
  it.each(Object.values(MESSAGE_TYPES))("message %s", (kind) =>
    expect(explainRtmpMessage(kind).known).toBe(true),
  );
  it.each(STATUS_CODES)("code %s", (code) => expect(explainRtmpCode(code).known).toBe(true));
  it.each(Object.values(USER_CONTROLS))("event %s", (name) =>
    expect(explainUserControl(name).known).toBe(true),
  );
  const states = Object.values(rtmpCommands).flatMap(({ legalIn }): readonly RtmpState[] => legalIn);
  it.each([...new Set(states), "handshake", "asked", "closed"] as const)("state %s", (state) =>
    expect(explainRtmpState(state).known).toBe(true),
  );
  it("and no part, no kind of what was dissected", () => {
    const messages = [...dissected(TALK), ...dissected([["in", Buffer.from("x")]])];
    for (const { kind, parts } of messages) {
      if (kind !== "unparsed") expect(explainRtmpMessage(kind).known, kind).toBe(true);
      for (const { name } of parts) expect(explainRtmpPart(name).known, name).toBe(true);
    }
  });
  it("each is one plain sentence with its source", () => {
    const { handshakes, messages, commands, codes, controls, parts } = explainedRtmp;
    const all = [
      ...[...handshakes, ...messages, "x"].map(explainRtmpMessage),
      ...[...commands, "x"].map(explainRtmpCommand),
      ...[...codes, "x"].map(explainRtmpCode),
      ...[...controls, "x"].map(explainUserControl),
      ...[...parts, "x"].map(explainRtmpPart),
    ];
    for (const { sentence, source } of all) {
      expect(sentence.length, sentence).toBeLessThanOrEqual(120);
      expect(sentence).toMatch(/^[A-Z0-9].*[.?]$/);
      expect(source).toMatch(/^RTMP 1\.0 §[\d.]+$/);
    }
    expect(explainRtmpCommand("publish").follows).toEqual([]);
    expect(explainRtmpCommand("connect").follows).toContain("publish");
  });
});
