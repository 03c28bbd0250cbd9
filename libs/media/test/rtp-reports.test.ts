/** What receivers tell senders: blocks of reports, and how they are worked out. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatBye,
  formatReceiverReport,
  formatRtp,
  formatSenderReport,
  ntpStamp,
  readByes,
  readReportBlocks,
  readSenderReport,
  readSourceDescriptions,
  roundTripOf,
  RtpError,
  RtpReceiver,
  RtpReporter,
  type ReportBlock,
} from "../src/index.ts";
import { hex } from "./ts-samples.ts";

const NOW = Date.UTC(2026, 10, 28, 12, 0, 0, 250);
const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const block = fc.record({
  ssrc: word,
  fraction: fc.integer({ min: 0, max: 255 }),
  lost: fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 }),
  highest: word,
  jitter: word,
  lastReport: word,
  delay: word,
});

function packet(sequence: number, timestamp = 0, ssrc = 7): Uint8Array {
  return formatRtp({ marker: false, payloadType: 33, sequence, timestamp, ssrc });
}

describe("a receiver's report", () => {
  it("says what it was told to say, alone and before a farewell", () => {
    fc.assert(
      fc.property(
        word,
        fc.array(block, { maxLength: 31 }),
        fc.string({ maxLength: 9 }),
        (ssrc, blocks, cname) => {
          const said = blocks.map((one) => ({ ...one, from: ssrc }));
          for (const octets of [formatReceiverReport(ssrc, blocks, cname), formatBye(ssrc, cname, blocks)]) {
            expect(readReportBlocks(octets)).toEqual(said);
            expect(readSourceDescriptions(octets)).toEqual([{ ssrc, type: 1, text: cname }]);
          }
          expect(readByes(formatBye(ssrc, cname, blocks))).toEqual([ssrc]);
        },
      ),
    );
  });

  it("is read octet for octet (RFC 3550 §6.4.2)", () => {
    const octets = hex(
      "81c90007 00000008 00000007 40ffffff 0001000a 0000005a 11112222 00018000".replaceAll(" ", ""),
    );
    expect(readReportBlocks(octets)).toEqual([
      {
        from: 8,
        ssrc: 7,
        fraction: 64,
        lost: -1,
        highest: 0x1_000a,
        jitter: 90,
        lastReport: 0x1111_2222,
        delay: 0x1_8000,
      },
    ]);
  });

  it("holds no more than its fields do", () => {
    const most: ReportBlock = {
      ssrc: 1,
      fraction: 256,
      lost: 1e9,
      highest: 2 ** 32 + 5,
      jitter: 1e12,
      lastReport: 0,
      delay: 1e12,
    };
    const [read] = readReportBlocks(formatReceiverReport(9, [most], "x"));
    expect(read).toMatchObject({
      fraction: 255,
      lost: 0x7f_ffff,
      highest: 5,
      jitter: 2 ** 32 - 1,
      delay: 2 ** 32 - 1,
    });
    expect(readReportBlocks(formatReceiverReport(9, [{ ...most, lost: -1e9 }], "x"))[0]?.lost).toBe(
      -0x80_0000,
    );
  });

  it.each([
    "81c9000100000008",
    "82c90007".padEnd(64, "0"),
    "81c80006".padEnd(56, "0"),
    "80c80001".padEnd(16, "0"),
  ])("that is cut short is none: %s", (octets) => {
    expect(() => readReportBlocks(hex(octets))).toThrow(RtpError);
  });
});

describe("what a receiver reports", () => {
  it("are losses since the report before, and since it began, over the end of the numbers", () => {
    const receiver = new RtpReceiver(90_000, { reorder: 2 });
    const reporter = new RtpReporter();
    expect(receiver.account).toBeUndefined();
    const report = (...sequences: number[]): Partial<ReportBlock> | undefined => {
      for (const sequence of sequences) receiver.receive(packet(sequence), 0);
      return receiver.account && reporter.block(receiver.account, 0);
    };
    expect(report(65_533, 65_534)).toMatchObject({
      ssrc: 7,
      fraction: 0,
      lost: 0,
      highest: 65_534,
      lastReport: 0,
    });
    // 65535 and 1 are missing: two of four.
    expect(report(0, 2)).toMatchObject({ fraction: 128, lost: 2, highest: 65_538 });
    // One of them comes late: nothing is lost of one that was due, and one less in all.
    expect(report(3, 1)).toMatchObject({ fraction: 0, lost: 1, highest: 65_539 });
    // Nothing was due.
    expect(report(3)).toMatchObject({ fraction: 0, lost: 0, highest: 65_539 });
    // Another sender begins anew.
    receiver.receive(packet(9, 0, 8), 0);
    expect(report()).toMatchObject({ ssrc: 8, fraction: 0, lost: 0, highest: 9 });
  });

  it("is how unevenly it comes, in ticks", () => {
    const receiver = new RtpReceiver(90_000);
    receiver.receive(packet(1, 0), 0);
    // 16 ms later than it should be: a sixteenth of that counts.
    receiver.receive(packet(2, 900), 26);
    expect(receiver.account?.jitter).toBeCloseTo(90, 6);
  });

  it("names the sender's report, from which he knows how long it takes there and back", () => {
    const reporter = new RtpReporter();
    const sent = readSenderReport(
      formatSenderReport({ ssrc: 7, time: NOW, timestamp: 0, packets: 1, octets: 1 }, "me"),
    );
    reporter.heard(7, sent?.stamp ?? 0, 1000);
    const account = { ssrc: 7, expected: 1, received: 1, highest: 1, jitter: 0 };
    const told = reporter.block(account, 3500);
    expect(told).toMatchObject({ lastReport: ntpStamp(NOW), delay: 2.5 * 0x1_0000 });
    expect(roundTripOf(told, NOW + 2500 + 40)).toBeCloseTo(40, 1);
    // A little before it can be is rounding; more is somebody's invention.
    expect(roundTripOf(told, NOW + 2499.9)).toBe(0);
    expect(roundTripOf(told, NOW + 2000)).toBeUndefined();
    expect(roundTripOf({ ...told, lastReport: 0 }, NOW)).toBeUndefined();
    // That of another sender is none of his.
    expect(reporter.block({ ...account, ssrc: 8 }, 3500)).toMatchObject({ lastReport: 0, delay: 0 });
  });
});
