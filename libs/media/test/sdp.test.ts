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
    ["239.255.0.1", 5004, 3],
    ["127.0.0.1", 1, undefined],
    ["ff15::1", 65_534, undefined],
  ])("of ours is read again: %s", (host, port, ttl) => {
    const text = formatSdp({ name: "demo", from: "127.0.0.1", to: host, port, ttl, id: 7 });
    expect(parseSdp(text)).toEqual({ host, port, source: undefined });
    expect(parseSdp(text.replaceAll("\r\n", "\n"))).toEqual({ host, port, source: undefined });
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
    ["several ports", lines(C, "m=video 5004/2 RTP/AVP 33"), { port: 5004 }],
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
  ])("that is of no use: %j", (text, code) => {
    expect(fault(text)).toBe(code);
  });

  it("is any text, or an SdpError", () => {
    const line = fc.constantFrom("v=0", C, TS, "a=rtpmap:96 MP2T/90000", "m=video x", "c=IN IP4", "m=", "a=");
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string())), (all) => {
        expect(typeof fault(all.join("\n"))).toBe("string");
      }),
    );
  });
});
