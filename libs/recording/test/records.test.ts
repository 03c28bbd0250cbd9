import { describe, expect, it } from "vitest";
import {
  formatLinkRecord,
  formatRecorded,
  LinkReader,
  RecordError,
  recordingHead,
  RecordingReader,
  type TapRecord,
} from "../src/index.ts";

const local = { host: "127.0.0.1", port: 2525 };
const remote = { host: "127.0.0.1", port: 51724 };
const records: readonly TapRecord[] = [
  {
    type: "source",
    app: "mail-relay",
    version: "0.1.0",
    engine: "hand",
    pid: 42,
    listeners: [{ name: "smtp", url: "smtp://127.0.0.1:2525" }],
    token: "t",
  },
  { type: "opened", at: 1.25, flow: { id: 7, transport: "tcp", local, remote, parent: 3 } },
  { type: "opened", at: 1.25, flow: { id: 8, transport: "udp", local, remote }, joined: true },
  { type: "opened", at: 1.25, flow: { id: 9, transport: "tcp", local, remote }, role: "server" },
  { type: "refused", at: 2, remote, local, rule: "drop 127.0.0.66" },
  { type: "speaks", at: 2, flow: 7, protocol: "smtp" },
  { type: "bytes", at: 3.5, flow: 7, direction: "in", octets: Uint8Array.of(0, 255, 10) },
  { type: "bytes", at: 3.5, flow: 7, direction: "out", octets: new Uint8Array(0) },
  { type: "unseen", at: 4, flows: 12, octets: 3400 },
  { type: "gap", at: 4, flow: 7, direction: "out", octets: 1_000_000 },
  {
    type: "secured",
    at: 5,
    flow: 7,
    protocol: "TLSv1.3",
    cipher: "TLS_AES_256_GCM_SHA384",
    alpn: "http/1.1",
  },
  { type: "secured", at: 5, flow: 7, protocol: "TLSv1.2", cipher: "ECDHE" },
  {
    type: "intercepted",
    at: 5.5,
    flow: 7,
    chunk: 3,
    direction: "out",
    outcome: "passed",
    before: 24,
    after: 41,
    changed: true,
    was: "250 2.1.5 Recipient ok",
  },
  { type: "wire", at: 5.5, flow: 7, direction: "in", octets: Uint8Array.of(22, 3, 1) },
  { type: "wire", at: 5.5, flow: 7, direction: "out", octets: Uint8Array.of(22, 3, 3) },
  { type: "keys", at: 5.5, flow: 7, line: "CLIENT_RANDOM 00 11" },
  { type: "wire-lost", at: 5.5, flow: 7 },
  { type: "unopened", at: 5.75, flow: 7, why: "this file has no keys of this connection" },
  { type: "cleared", at: 5.75, flow: 7 },
  { type: "closed", at: 6, flow: 7, reason: "peer-ended" },
];

function readLink(pieces: readonly Uint8Array[]): TapRecord[] {
  const reader = new LinkReader();
  const found: TapRecord[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let record = reader.next(); record !== undefined; record = reader.next())
      found.push(
        record.type === "bytes" || record.type === "wire"
          ? { ...record, octets: Uint8Array.from(record.octets) }
          : record,
      );
  }
  return found;
}

describe("the tap link", () => {
  it("carries every record, wherever it is cut", () => {
    const whole = Buffer.concat(records.map(formatLinkRecord));
    for (let at = 0; at <= whole.length; at += 1)
      expect(readLink([whole.subarray(0, at), whole.subarray(at)])).toEqual(records);
    expect(readLink([...whole].map((octet) => Uint8Array.of(octet)))).toEqual(records);
  });

  it.each([
    ["an unknown form", Uint8Array.of(0, 0, 0, 1, 9)],
    ["an empty record", Uint8Array.of(0, 0, 0, 0)],
    ["a bytes record without its head", Uint8Array.of(0, 0, 0, 2, 1, 0)],
    ["what is no JSON", Uint8Array.of(0, 0, 0, 2, 0, 0x7b)],
    ["a record without its fields", frame('{"type":"closed","at":1}')],
    ["a flow that is no number", frame('{"type":"closed","at":1,"flow":"7","reason":"x"}')],
    [
      "an outcome nobody knows",
      frame('{"type":"intercepted","at":1,"flow":7,"chunk":1,"direction":"in","outcome":"lost"}'),
    ],
    ["a kind nobody knows", frame('{"type":"rumour","at":1}')],
    ["a list", frame("[]")],
  ])("refuses %s", (_, octets) => {
    expect(() => readLink([octets])).toThrow(RecordError);
  });

  it("reads what is only lent, in pieces of any size", () => {
    const said = Buffer.alloc(300_000, "0123456789");
    const flow = { at: 1, flow: 7, direction: "in" } as const;
    const whole = Buffer.concat(
      [said.subarray(0, 5), said, said.subarray(0, 9)].map((octets) =>
        formatLinkRecord({ type: "bytes", ...flow, octets }),
      ),
    );
    for (const size of [1000, 65_536, whole.length]) {
      const reader = new LinkReader();
      const room = Buffer.alloc(size);
      const found: TapRecord[] = [];
      for (let at = 0; at < whole.length; at += size) {
        reader.push(room.subarray(0, whole.copy(room, 0, at)));
        for (let record = reader.next(); record !== undefined; record = reader.next()) found.push(record);
        room.fill(0);
      }
      const octets = found.map((record) =>
        record.type === "bytes" ? Buffer.from(record.octets) : undefined,
      );
      expect(octets.map((one) => one?.length)).toEqual([5, 300_000, 9]);
      expect(octets[1]?.equals(said)).toBe(true);
      expect(octets[2]?.toString()).toBe("012345678");
    }
  });

  it("refuses a length beyond the bound before it is there", () => {
    expect(() => readLink([Uint8Array.of(0xff, 0xff, 0xff, 0xff)])).toThrow("is announced");
  });
});

function frame(json: string): Uint8Array {
  const octets = Buffer.from(json);
  return Buffer.concat([Uint8Array.of(0, 0, 0, octets.length + 1, 0), octets]);
}

describe("a recording", () => {
  const text = recordingHead(1) + records.map((record) => formatRecorded({ source: 2, record })).join("");

  it("gives back what was written, wherever it is cut", () => {
    for (let at = 0; at <= text.length; at += 7) {
      const reader = new RecordingReader();
      const found = [...reader.push(text.slice(0, at)), ...reader.push(text.slice(at))];
      expect(reader.end()).toBe(false);
      expect(found).toEqual(records.map((record) => ({ source: 2, record })));
    }
  });

  it("forgives a last line that was cut short, and says so", () => {
    const reader = new RecordingReader();
    expect(reader.push(text.slice(0, -10))).toHaveLength(records.length - 1);
    expect(reader.end()).toBe(true);
  });

  it.each([
    ["another program's file", '{"log":{}}\n', "line 1: this is no Socketscope recording"],
    ["no JSON", "GIF89a\n", "line 1: this is no Socketscope recording"],
    ["another version", '{"socketscope":"recording","version":99}\n', "another version"],
    ["a spoilt line", `${recordingHead(1)}\n{"type":"closed"\n`, "line 3: no JSON"],
    ["a foreign line", `${recordingHead(1)}{"type":"closed","at":1}\n`, "line 2: flow is no number"],
  ])("refuses %s with its line", (_, content, why) => {
    expect(() => new RecordingReader().push(content)).toThrow(why);
  });

  it("refuses an empty file", () => {
    expect(() => new RecordingReader().end()).toThrow("empty");
  });
});
