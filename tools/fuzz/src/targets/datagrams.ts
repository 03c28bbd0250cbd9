import {
  formatBye,
  formatRtp,
  formatSenderReport,
  looksLikeRtcp,
  parseSdp,
  readByes,
  readReportBlocks,
  readSenderReport,
  readSourceDescriptions,
  RtpError,
  RtpReceiver,
  RtpReporter,
  SdpError,
  VideoDatagramDissector,
} from "@socketscope/media";
import { walkDissector } from "../dissecting.ts";
import { Finding, type Target } from "../target.ts";

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");
/** In an input each datagram has its length in front, in one octet. */
const datagram = (text: string): string => String.fromCharCode(text.length) + text;
const packet = (sequence: number, timestamp: number, ssrc = 7): string =>
  datagram(
    latin1(formatRtp({ marker: false, payloadType: 33, sequence, timestamp, ssrc })) +
      `G\0\x10\x10${"p".repeat(20)}`,
  );

const REPORT = datagram(
  latin1(formatSenderReport({ ssrc: 7, time: 1e12, timestamp: 9, packets: 1, octets: 1316 }, "me@here")),
);
const words = [
  packet(1, 0),
  packet(2, 3600),
  packet(4, 7200),
  packet(65_535, 0),
  packet(9000, 0),
  packet(1, 1, 8),
  datagram("\xb1\xa1\0\x01\0\0\0\0\0\0\0\x07srce\xbe\xde\0\x01extnG\0\0\x02"),
  REPORT,
  datagram(latin1(formatBye(7, "me@here"))),
  datagram("\x81\xc9\0\x07\0\0\0\x08\0\0\0\x07\x10\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05"),
  datagram("\xa0\xc9\0\x02\0\0\0\x08\0\0\0\x04"),
  "\x81\xca\0\x03\0\0\0\x07\x01\x02me\0\0\0\0",
  datagram("v=0\r\nc=IN IP4 239.1.1.1/1\r\nm=video 5004 RTP/AVP 96\r\na=rtpmap:96 MP2T/90000\r\n"),
  "\na=source-filter: incl IN IP4 * 192.0.2.7\n",
];

function* datagramsIn(input: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < input.length;) {
    const to = at + 1 + (input[at] ?? 0);
    yield input.subarray(at + 1, to);
    at = to;
  }
}

/** Datagrams are never cut: it is their order, their repetition and what is in them that changes. */
export const rtp: Target = {
  name: "rtp",
  code: /\/libs\/media\/(?:src|dist)\/rtp\//,
  words,
  seeds: [words.join(""), packet(1, 0) + packet(3, 0) + packet(2, 0) + packet(2, 0), REPORT],
  run(input) {
    const datagrams = [...datagramsIn(input)];
    const story = walkDissector(new VideoDatagramDissector("rtp"), input, (said) => [...datagramsIn(said)]);
    const reports = walkDissector(new VideoDatagramDissector("rtcp"), input, (said) => [
      ...datagramsIn(said),
    ]);
    return [...story, ...reports, ...heard(datagrams), ...datagrams.flatMap(told)];
  },
};

/** What comes is handed on once, in order, or counted as one that came too late or twice. */
function heard(datagrams: readonly Uint8Array[]): string[] {
  const receiver = new RtpReceiver(90_000, { reorder: 3, wait: 50, dropout: 100 });
  const handed = [];
  let packets = 0;
  for (const [i, octets] of datagrams.entries()) {
    try {
      handed.push(...receiver.receive(octets, 10 * i));
      packets++;
    } catch (error) {
      if (!(error instanceof RtpError)) throw error;
    }
  }
  handed.push(...receiver.flush());
  const { received, discarded, lost, reordered, jitter } = receiver.statistics;
  const missing = handed.reduce((sum, one) => sum + one.lost, 0);
  if (received !== packets || handed.length + discarded !== received || missing !== lost || !(jitter >= 0))
    throw new Finding(
      "COUNTS",
      `${packets} came: ${JSON.stringify(receiver.statistics)}, ${missing} missing`,
    );
  const { account } = receiver;
  const block = account && new RtpReporter().block(account, 0);
  if (block !== undefined && !(block.fraction >= 0 && block.fraction < 256 && block.lost >= -packets))
    throw new Finding("REPORT", JSON.stringify(block));
  return [`${handed.length} ${discarded} ${lost} ${reordered} ${JSON.stringify(block)}`];
}

function told(octets: Uint8Array): string[] {
  try {
    const said = [
      readSenderReport(octets),
      readReportBlocks(octets),
      readByes(octets),
      readSourceDescriptions(octets),
    ];
    return [`${looksLikeRtcp(octets)} ${JSON.stringify(said)}`, described(octets)];
  } catch (error) {
    if (error instanceof RtpError) return [error.code, described(octets)];
    throw error;
  }
}

function described(octets: Uint8Array): string {
  try {
    return JSON.stringify(parseSdp(latin1(octets)));
  } catch (error) {
    if (error instanceof SdpError) return error.code;
    throw error;
  }
}
