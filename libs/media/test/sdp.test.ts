import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatSdp, parseSdp, SdpError } from "../src/index.ts";

const lines = (...of: string[]): string => ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=x", ...of, ""].join("\r\n");
const TS = "m=video 5004 RTP/AVP 33";

function fault(text: string): string {
  try {
    return JSON.stringify(parseSdp(text));
  } catch (error) {
    if (error instanceof SdpError) return error.code;
    throw error;
  }
}

describe("a description of a session", () => {
  it.each([
    ["239.255.0.1", 5004, undefined, 3],
    ["127.0.0.1", 1, 2, undefined],
    ["127.0.0.1", 65_535, 65_534, undefined],
    ["ff15::1", 65_534, 5005, undefined],
  ])("of ours is read again: %s, port %i, reports at %s", (host, port, reports, ttl) => {
    const text = formatSdp({ name: "demo", from: "127.0.0.1", to: host, port, reports, ttl, id: 7 });
    const read = { host, port, reports: reports ?? port + 1, source: undefined, others: [] };
    expect(parseSdp(text)).toEqual(read);
    expect(parseSdp(text.replaceAll("\r\n", "\n"))).toEqual(read);
    expect(text.includes("a=rtcp:")).toBe(read.reports !== port + 1);
  });

  const C = "c=IN IP4 239.1.1.1/1";
  it.each([
    [
      "that of the stream goes before that of the session",
      lines(C, TS, "c=IN IP4 239.2.2.2/1"),
      { host: "239.2.2.2" },
    ],
    ["another medium stands before it", lines(C, "m=audio 4000 RTP/AVP 0", TS), { port: 5004 }],
    ["a number of its own", lines(C, "m=video 6000 RTP/AVP 96", "a=rtpmap:96 MP2T/90000"), { port: 6000 }],
    ["several ports", lines(C, "m=video 5004/2 RTP/AVP 33"), { port: 5004, reports: 5005 }],
    [
      "reports at another port, also where an address is said",
      lines(C, TS, "a=rtcp:6001 IN IP4 239.1.1.1"),
      { reports: 6001 },
    ],
    [
      "reports of another medium at another port",
      lines(C, "m=audio 4000 RTP/AVP 0", "a=rtcp:4007", TS),
      { reports: 5005 },
    ],
    [
      "no port behind the last one is needed",
      lines(C, "m=video 65535 RTP/AVP 33", "a=rtcp:7"),
      { reports: 7 },
    ],
    [
      "other media, before and behind it",
      lines(C, "m=audio 4000 RTP/AVP 0", TS, "m=video 5006 RTP/AVP 33"),
      { port: 5004, others: ["audio 4000 RTP/AVP 0", "video 5006 RTP/AVP 33"] },
    ],
    [
      "several sessions: the first that has it, and nothing of another's",
      lines(C, "m=audio 4000 RTP/AVP 0") + lines("c=IN IP4 239.3.3.3/1", TS) + lines(C, TS, "a=rtcp:7"),
      { host: "239.3.3.3", reports: 5005, others: ["audio 4000 RTP/AVP 0", "video 5004 RTP/AVP 33"] },
    ],
    [
      "of one sender",
      lines(C, TS, "a=source-filter: incl IN IP4 239.1.1.1 192.0.2.7"),
      { source: "192.0.2.7" },
    ],
    [
      "of one sender, for all",
      lines(C, "a=source-filter:incl IN IP4 * 192.0.2.7", TS),
      { source: "192.0.2.7" },
    ],
    ["but not of this one", lines(C, TS, "a=source-filter: excl IN IP4 * 192.0.2.7"), { source: undefined }],
  ])("%s", (_what, text, expected) => {
    expect(parseSdp(text)).toMatchObject(expected);
  });

  it.each([
    ["", "SDP_BROKEN"],
    ["hello", "SDP_BROKEN"],
    ["v=0\nnothing", "SDP_BROKEN"],
    [lines(C), "SDP_NO_STREAM"],
    [lines(C, "m=video 5004 RTP/AVP 96", "a=rtpmap:96 H264/90000"), "SDP_NO_STREAM"],
    [lines(C, "m=video 0 RTP/AVP 33"), "SDP_NO_STREAM"],
    [lines(TS), "SDP_ADDRESS"],
    [lines("c=IN IP4 stream.example", TS), "SDP_ADDRESS"],
    [lines(C, "m=video 65535 RTP/AVP 33"), "SDP_ADDRESS"],
    [lines(C, TS, "a=rtcp:0"), "SDP_ADDRESS"],
    [lines(TS) + lines(C), "SDP_ADDRESS"],
  ])("that is of no use: %j", (text, code) => {
    expect(fault(text)).toBe(code);
  });

  it("is any text, or an SdpError", () => {
    const line = fc.constantFrom(
      "v=0",
      C,
      TS,
      "a=rtpmap:96 MP2T/90000",
      "a=rtcp:7",
      "m=video x",
      "c=IN IP4",
      "m=",
      "a=",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string())), (all) => {
        expect(typeof fault(all.join("\n"))).toBe("string");
      }),
    );
  });
});
