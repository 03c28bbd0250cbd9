/** Which datagrams are taken, in which order, and what is counted. */
import {
  formatRtp,
  ntpStamp,
  readByes,
  readReportBlocks,
  RtpSender,
  TS_NULL_PACKET,
} from "@socketscope/media";
import { describe, expect, it } from "vitest";
import { Reception } from "../src/reception.ts";

const HERE = { host: "127.0.0.1", port: 5000 };
const SELF = { ssrc: 99, cname: "we" };
const OTHER = { host: "127.0.0.2", port: 5000 };
const NONE = { lost: undefined, reordered: undefined, discarded: undefined, jitter: undefined };

/** A packet of a transport stream that says its number. */
function numbered(number: number): Uint8Array {
  return TS_NULL_PACKET.with(187, number);
}

function rtp(sequence: number, timestamp = 0): Uint8Array {
  const header = formatRtp({ marker: false, payloadType: 33, sequence, timestamp, ssrc: 7 });
  return Buffer.concat([header, numbered(sequence)]);
}

function numbers(pieces: readonly Uint8Array[]): (number | undefined)[] {
  return pieces.map((piece) => piece[187]);
}

describe("what comes in datagrams", () => {
  it("is MPEG-TS by itself or within RTP, whichever is sent to udp://; rtp:// takes RTP only", () => {
    const plain = new Reception({ scheme: "udp", source: undefined, self: SELF });
    expect(plain.receive(numbered(1), HERE, 0).pieces).toEqual([numbered(1)]);
    expect(plain.tally).toEqual({ ...NONE, foreign: 0 });
    const within = new Reception({ scheme: "udp", source: undefined, self: SELF });
    expect(numbers(within.receive(rtp(3), HERE, 0).pieces)).toEqual([3]);
    expect(within.tally).toMatchObject({ lost: 0, jitter: 0 });
    const strict = new Reception({ scheme: "rtp", source: undefined, self: SELF });
    expect(strict.receive(numbered(1), HERE, 0).pieces).toEqual([]);
    expect([strict.heardAt, strict.tally.foreign]).toEqual([undefined, 1]);
    expect(numbers(strict.receive(rtp(3), HERE, 5).pieces)).toEqual([3]);
    expect(strict.heardAt).toBe(5);
  });

  it.each(["", "G", "GET / HTTP/1.1", "\u0080!".repeat(100)])("is not %j", (text) => {
    const reception = new Reception({ scheme: "udp", source: undefined, self: SELF });
    expect(reception.receive(Buffer.from(text, "latin1"), HERE, 0).pieces).toEqual([]);
    expect([reception.heardAt, reception.tally.foreign]).toEqual([undefined, 1]);
  });

  it("comes from one sender, until he is silent", () => {
    const reception = new Reception({ scheme: "udp", source: undefined, self: SELF });
    const from = (sender: typeof HERE, at: number): number =>
      reception.receive(numbered(1), sender, at).pieces.length;
    expect([from(HERE, 0), from(OTHER, 999), from(HERE, 999), from(OTHER, 1999)]).toEqual([1, 0, 1, 1]);
    expect(reception.tally.foreign).toBe(1);
  });

  it("comes from the sender who was asked for", () => {
    const reception = new Reception({ scheme: "udp", source: OTHER.host, self: SELF });
    expect(reception.receive(numbered(1), HERE, 0).pieces).toEqual([]);
    expect(reception.receive(numbered(1), OTHER, 0).pieces).toHaveLength(1);
  });

  it("is put in order, and what is missing is counted", () => {
    const reception = new Reception({ scheme: "rtp", source: undefined, self: SELF });
    const sequences = [1, 2, 4, 3, 3, 6, 7];
    const handed = sequences.flatMap((sequence, i) =>
      numbers(reception.receive(rtp(sequence, i * 90), HERE, i).pieces),
    );
    expect(handed).toEqual([1, 2, 3, 4]);
    expect(numbers(reception.flush())).toEqual([6, 7]);
    expect(reception.tally).toEqual({ lost: 1, reordered: 1, discarded: 1, jitter: 0, foreign: 0 });
    // Of the same sender, but none of its packets.
    reception.receive(Buffer.from("G"), HERE, 9);
    expect(reception.tally.foreign).toBe(1);
  });

  it("was sent when the sender's reports say so, and ends with his farewell", () => {
    const sender = new RtpSender({ ssrc: 7, sequence: 0, timestamp: 2 ** 32 - 90_000, cname: "me" });
    const reception = new Reception({ scheme: "rtp", source: undefined, self: SELF });
    const packet = (seconds: number): Uint8Array =>
      Buffer.concat(sender.packet(numbered(0), seconds, seconds === 0));
    const wall = Date.UTC(2026, 0, 1);
    expect(reception.receive(packet(0), HERE, 0).sent).toBeUndefined();
    expect(reception.control(sender.report(wall, 0), HERE, 0)).toBe("report");
    // The clock of the packets begins again within the second.
    expect(reception.receive(packet(0.9), HERE, 900).sent).toBe(wall + 900);
    expect(reception.receive(packet(1.5), HERE, 1500).sent).toBe(wall + 1500);
    const stranger = new RtpSender({ ssrc: 8, sequence: 0, timestamp: 0, cname: "" });
    expect(reception.control(stranger.bye(), HERE, 1500)).toBe("nothing");
    expect(reception.control(Buffer.from("no report"), HERE, 1500)).toBe("nothing");
    expect(reception.tally.foreign).toBe(1);
    // From elsewhere anybody could say so.
    expect(reception.control(sender.bye(), OTHER, 1500)).toBe("nothing");
    expect(reception.tally.foreign).toBe(2);
    expect(reception.control(sender.bye(), HERE, 1500)).toBe("bye");
  });

  it("is told to the sender, once he has said who he is and where he hears", () => {
    const sender = new RtpSender({ ssrc: 7, sequence: 0, timestamp: 0, cname: "me" });
    const reception = new Reception({ scheme: "rtp", source: undefined, self: SELF });
    const reports = { host: HERE.host, port: 4001 };
    reception.receive(rtp(1), HERE, 0);
    expect(reception.report(10)).toBeUndefined();
    // Somebody of another number, and somebody else in his name, get nothing.
    const stranger = new RtpSender({ ssrc: 8, sequence: 0, timestamp: 0, cname: "" });
    reception.control(stranger.report(1e12, 0), reports, 10);
    reception.control(sender.report(1e12, 0), OTHER, 10);
    expect(reception.report(10)).toBeUndefined();
    reception.control(sender.report(1e12, 0), reports, 1000);
    for (const sequence of [2, 4, 5]) reception.receive(rtp(sequence), HERE, 1000);
    const told = reception.report(1500);
    expect(told?.to).toEqual(reports);
    expect(readReportBlocks(told?.octets ?? new Uint8Array())).toMatchObject([
      { from: 99, ssrc: 7, lost: 1, fraction: 51, highest: 5, lastReport: ntpStamp(1e12), delay: 0x8000 },
    ]);
    const last = reception.farewell(1600)?.octets ?? new Uint8Array();
    expect([readByes(last), readReportBlocks(last)]).toMatchObject([[99], [{ lost: 1, fraction: 0 }]]);
  });
});
