/** Captures: written and read again, wherever the file is cut; TCP put together from segments that were lost, late or twice. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressOfOctets, octetsOfAddress } from "../src/capture/ip-address.ts";
import { FLAGS, tcpPacket } from "../src/capture/packet-writer.ts";
import { interfaceBlock, packetBlock, sectionBlock } from "../src/capture/pcapng-blocks.ts";
import { TcpHalf } from "../src/capture/tcp-half.ts";
import { FileImport, PcapngWriter, type Recorded } from "../src/index.ts";

const text = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");
const bytes = (said: string): Uint8Array => Buffer.from(said, "latin1");

function read(
  octets: Uint8Array,
  cuts: readonly number[] = [],
): { recorded: Recorded[]; warnings: readonly string[] } {
  const file = new FileImport();
  const recorded: Recorded[] = [];
  let from = 0;
  for (const to of [...cuts, octets.length]) {
    recorded.push(...file.push(Uint8Array.from(octets.subarray(from, to))));
    from = to;
  }
  const { records, warnings } = file.end();
  return { recorded: [...recorded, ...records], warnings };
}

/** Said in each direction, gaps as "[N]". */
function said(recorded: readonly Recorded[], flow = 0): { in: string; out: string } {
  const found = { in: "", out: "" };
  for (const { record } of recorded) {
    if (record.type === "bytes" && record.flow === flow) found[record.direction] += text(record.octets);
    if (record.type === "gap" && record.flow === flow) found[record.direction] += `[${record.octets}]`;
  }
  return found;
}

const local = { host: "127.0.0.1", port: 2525 };
const remote = { host: "127.0.0.1", port: 51724 };
const flow = { id: 1, transport: "tcp", local, remote } as const;

function letter(ends: typeof flow | { local: typeof local; remote: typeof remote } = flow): Uint8Array {
  const writer = new PcapngWriter({ ports: "well-known" });
  return Buffer.concat([
    ...writer.begin("test"),
    ...writer.opened({ ...flow, ...ends }, 1000, { protocol: "smtp", client: "in" }),
    ...writer.bytes(1, "out", 1001, bytes("220 mail.test ESMTP\r\n"), "The server greets."),
    ...writer.bytes(1, "in", 1002.5, bytes("EHLO a\r\n"), "The client says who it is."),
    ...writer.bytes(1, "out", 1003, bytes("250 mail.test\r\n"), ""),
    ...writer.closed(1, 1004, { first: "in", broken: false, reason: "", comment: "The client has gone." }),
  ]);
}

describe("a capture that was written", () => {
  const whole = letter();

  it("is read again with its words, its times, its protocol and its end", () => {
    const { recorded, warnings } = read(whole);
    expect(warnings).toEqual([]);
    const records = recorded.map(({ record }) => record);
    expect(records[0]).toMatchObject({ type: "source", app: "capture" });
    expect(records[1]).toEqual({
      type: "opened",
      at: 1000,
      // The packets say port 25; the first one's comment says which port it was.
      flow: { id: 0, transport: "tcp", local, remote },
      role: "server",
    });
    expect(records[2]).toMatchObject({ type: "speaks", protocol: "smtp" });
    expect(said(recorded)).toEqual({ in: "EHLO a\r\n", out: "220 mail.test ESMTP\r\n250 mail.test\r\n" });
    expect(records.find((one) => one.type === "bytes" && one.direction === "in")).toMatchObject({
      at: 1002.5,
    });
    expect(records.at(-1)).toMatchObject({ type: "closed", at: 1004, reason: "peer-ended" });
  });

  it("is the same wherever it is cut", () => {
    const { recorded } = read(whole);
    for (let at = 0; at <= whole.length; at += 1) expect(read(whole, [at]).recorded).toEqual(recorded);
    expect(read(whole, [...whole.keys()]).recorded).toEqual(recorded);
  });

  it("is told of as far as it goes where its end is missing, and the octet is named", () => {
    const { warnings, recorded } = read(whole.subarray(0, whole.length - 10));
    expect(warnings).toEqual([expect.stringMatching(/^byte \d+: the last block was cut short$/)]);
    expect(said(recorded).out).toContain("220 mail.test");
  });

  it.each([
    ["IPv6", "::1", "2001:db8::7", ""],
    ["IPv4 mapped into IPv6", "::ffff:127.0.0.1", "127.0.0.2", ""],
    ["no address", "", "", ""],
  ])("carries %s", (_, here, there) => {
    const ends = { local: { host: here, port: 2525 }, remote: { host: there, port: 51724 } };
    expect(said(read(letter(ends)).recorded).in).toBe("EHLO a\r\n");
  });

  it("never uses a 4-tuple twice, and never says what was not said", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            flow: fc.integer({ min: 0, max: 3 }),
            direction: fc.constantFrom("in" as const, "out" as const),
            octets: fc.uint8Array({ minLength: 1, maxLength: 40_000 }),
          }),
          { maxLength: 12 },
        ),
        (talks) => {
          const writer = new PcapngWriter({ ports: "well-known" });
          const blocks = [...writer.begin("test")];
          const expected = [0, 1, 2, 3].map(() => ({ in: "", out: "" }));
          for (const id of [0, 1, 2, 3])
            blocks.push(...writer.opened({ ...flow, id }, 1, { protocol: "http", client: "in" }));
          for (const { flow: id, direction, octets } of talks) {
            blocks.push(...writer.bytes(id, direction, 2, octets, ""));
            const own = expected[id];
            if (own !== undefined) own[direction] += text(octets);
          }
          const { recorded } = read(Buffer.concat(blocks));
          expect(expected.map((_, id) => said(recorded, id))).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a block that is too short for what it says it is", () => {
  it.each([
    ["a packet without a body", [6, 12], "a packet is cut short"],
    ["an old packet without a body", [2, 12], "a packet is cut short"],
  ])("is refused at its octet: %s", (_, [type = 0, length = 0], why) => {
    const block = new Uint8Array(length);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, length, true);
    view.setUint32(length - 4, length, true);
    expect(() => read(Buffer.concat([sectionBlock("a", ""), interfaceBlock("a", ""), block]))).toThrow(why);
  });

  it("may end with an empty option of an interface", () => {
    const block = new Uint8Array(24);
    const view = new DataView(block.buffer);
    for (const [at, value] of [
      [0, 1],
      [4, 24],
      [8, 101],
      [20, 24],
    ] as const)
      view.setUint32(at, value, true);
    view.setUint16(16, 9, true);
    expect(read(Buffer.concat([sectionBlock("a", ""), block])).warnings).toEqual([]);
  });
});

describe("a capture of somebody else", () => {
  const client = { address: Uint8Array.of(10, 0, 0, 1), port: 40_000 };
  const server = { address: Uint8Array.of(10, 0, 0, 2), port: 25 };
  const nothing = new Uint8Array(0);
  const hello = tcpPacket(client, server, {
    seq: 1,
    ack: 1,
    flags: FLAGS.ack,
    octets: bytes("EHLO a\r\n"),
    id: 0,
  });

  const ethernet = (packet: Uint8Array): Uint8Array =>
    Uint8Array.of(...new Uint8Array(12), 0x81, 0, 0, 7, 8, 0, ...packet, ...new Uint8Array(6));

  function pcap(
    packet: Uint8Array,
    { little = true, link = 1, magic = 0xa1b2c3d4, kept = packet.length } = {},
  ): Uint8Array {
    const file = new Uint8Array(24 + 16 + kept);
    const view = new DataView(file.buffer);
    view.setUint32(0, magic, little);
    view.setUint32(20, link, little);
    view.setUint32(24, 5, little);
    view.setUint32(28, 250_000, little);
    view.setUint32(32, kept, little);
    view.setUint32(36, packet.length, little);
    file.set(packet.subarray(0, kept), 40);
    return file;
  }

  it.each([
    ["Ethernet with a VLAN tag and padding", ethernet(hello), { link: 1 }],
    ["Ethernet, the octets the other way", ethernet(hello), { link: 1, little: false }],
    ["raw IP, nanoseconds", hello, { link: 101, magic: 0xa1b23c4d }],
    ["BSD loopback", Uint8Array.of(2, 0, 0, 0, ...hello), { link: 0 }],
    ["Linux cooked", Uint8Array.of(...new Uint8Array(16), ...hello), { link: 113 }],
    ["Linux cooked, version 2", Uint8Array.of(...new Uint8Array(20), ...hello), { link: 276 }],
  ])("may be %s", (_, packet, options) => {
    const { recorded } = read(pcap(packet, options));
    expect(said(recorded)).toEqual({ in: "EHLO a\r\n", out: "" });
    expect(recorded[1]?.record).toMatchObject({
      joined: true,
      flow: { local: { host: "10.0.0.2", port: 25 } },
    });
    expect(recorded.find(({ record }) => record.type === "speaks")?.record).toMatchObject({
      protocol: "smtp",
    });
  });

  it("says that octets are missing where packets were kept in part", () => {
    expect(said(read(pcap(hello, { link: 101, kept: hello.length - 4 })).recorded).in).toBe("EHLO[4]");
  });

  it.each([
    ["text", bytes("GET / HTTP/1.1\r\n"), /line 1: this is no Socketscope recording/],
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a), /byte 0: this is neither/],
    ["nothing", nothing, /the file is empty/],
    [
      "a section without an order",
      Uint8Array.of(10, 13, 13, 10, 28, 0, 0, 0, 1, 2, 3, 4),
      /byte 0: a section says no byte order/,
    ],
    [
      "a block of an impossible length",
      Buffer.concat([sectionBlock("x", ""), Uint8Array.of(6, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0)]),
      /byte \d+: a block cannot be 13 octets long/,
    ],
    [
      "a block of four gigabytes",
      Buffer.concat([sectionBlock("x", ""), Uint8Array.of(6, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff, 0, 0, 0, 0)]),
      /byte \d+: a block of 4294967292 octets/,
    ],
    [
      "a packet of no interface",
      Buffer.concat([sectionBlock("x", ""), packetBlock(1, hello, "")]),
      /byte \d+: there is no interface 0/,
    ],
  ])("is refused where it is %s, with the octet or the line", (_, octets, wanted) => {
    expect(() => read(octets)).toThrow(wanted);
  });

  it("links FTP's data connection to the control connection that named it", () => {
    const ftp = { ...server, port: 21 };
    const data = { ...server, port: 5001 };
    const packets = [
      tcpPacket(client, ftp, { seq: 0, ack: 0, flags: FLAGS.syn, octets: nothing, id: 0 }),
      tcpPacket(client, ftp, { seq: 1, ack: 1, flags: FLAGS.ack, octets: bytes("PASV\r\n"), id: 0 }),
      tcpPacket(ftp, client, {
        seq: 1,
        ack: 7,
        flags: FLAGS.ack,
        octets: bytes("227 Entering Passive Mode (10,0,0,2,19,137)\r\n"),
        id: 0,
      }),
      tcpPacket({ ...client, port: 40_001 }, data, {
        seq: 0,
        ack: 0,
        flags: FLAGS.syn,
        octets: nothing,
        id: 0,
      }),
      tcpPacket(
        data,
        { ...client, port: 40_001 },
        { seq: 9, ack: 1, flags: FLAGS.ack, octets: bytes("a file"), id: 0 },
      ),
    ];
    const file = [
      sectionBlock("x", ""),
      interfaceBlock("x", ""),
      ...packets.map((one) => packetBlock(1, one, "")),
    ];
    const { recorded } = read(Buffer.concat(file));
    const opened = recorded.flatMap(({ record }) => (record.type === "opened" ? [record.flow] : []));
    expect(opened.map(({ parent }) => parent)).toEqual([undefined, 0]);
    const protocols = recorded.flatMap(({ record }) => (record.type === "speaks" ? [record.protocol] : []));
    expect(protocols.toSorted()).toEqual(["ftp", "ftp-data"]);
    expect(said(recorded, 1).out).toBe("a file");
  });

  it("throws errors of its own kind only, whatever it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(), (noise, at) => {
        const whole = Buffer.concat([
          sectionBlock("x", ""),
          interfaceBlock("x", ""),
          packetBlock(1, hello, ""),
        ]);
        const place = at % whole.length;
        const broken = Buffer.concat([whole.subarray(0, place), noise, whole.subarray(place)]);
        try {
          read(broken);
        } catch (error) {
          expect(error).toHaveProperty("code", expect.stringMatching(/^(?:CAPTURE|RECORD)/));
        }
      }),
    );
  });
});

describe("TCP put together", () => {
  const limits = { maxWaiting: 1000, patience: 8 };

  it("is what was sent, however segments are ordered, repeated and overlap, wherever numbers begin", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (isn, lengths, picks) => {
          const total = lengths.reduce((sum, length) => sum + length, 0);
          const whole = Uint8Array.from({ length: total }, (_, index) => index);
          let at = 0;
          const segments = lengths.map((length) => {
            const segment = { from: at, to: Math.min(total, at + length + 3) };
            at += length;
            return segment;
          });
          const disorder = [
            ...picks.map((pick) => segments[pick % segments.length]),
            ...segments.toReversed(),
          ];
          const half = new TcpHalf({ maxWaiting: 100_000, patience: 1000 });
          half.begin(isn);
          const pieces = disorder.flatMap((segment) =>
            segment === undefined
              ? []
              : half.push(
                  (isn + 1 + segment.from) >>> 0,
                  whole.subarray(segment.from, segment.to),
                  segment.to - segment.from,
                ),
          );
          expect(
            Buffer.concat(
              [...pieces, ...half.end()].map((piece) => ("octets" in piece ? piece.octets : bytes("GAP"))),
            ),
          ).toEqual(Buffer.from(whole));
        },
      ),
    );
  });

  it("tells a gap once enough has come behind it, and bounds what waits", () => {
    const half = new TcpHalf(limits);
    half.begin(0);
    let pieces = half.push(11, bytes("x"), 1);
    expect(pieces).toEqual([]);
    for (let index = 1; index <= limits.patience; index++) pieces = half.push(11 + index, bytes("y"), 1);
    expect(pieces[0]).toEqual({ gap: 10 });
    expect(pieces).toHaveLength(2 + limits.patience);
    expect(half.push(2000, new Uint8Array(1001), 1001)[0]).toEqual({ gap: 1980 });
  });

  it("throws away what lies a gigabyte off", () => {
    const half = new TcpHalf(limits);
    half.begin(0);
    expect(half.push(0x7fff_0000, bytes("x"), 1)).toEqual([]);
    expect(half.end()).toEqual([]);
  });
});

describe("addresses", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::", "::"],
  ])("%s is %s", (said_, shown) => {
    expect(addressOfOctets(octetsOfAddress(said_) ?? new Uint8Array(4))).toBe(shown);
  });

  it.each(["", "1.2.3", "1.2.3.256", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "g::1"])(
    "%s is none",
    (said_) => expect(octetsOfAddress(said_)).toBeUndefined(),
  );
});
