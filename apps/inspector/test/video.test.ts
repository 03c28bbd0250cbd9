/** Datagrams of video, piece by piece: what a table and a report hold is told by what stands in them. */
import { RtpSender, TsMultiplexer, VideoDatagramDissector, type VideoDatagrams } from "@socketscope/media";
import { decodeLatin1 } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import type { PartTold } from "../src/explain/explainer.ts";
import { VideoExplainer } from "../src/explain/video.ts";

/** What is told of the parts of that name in a datagram. */
function told(what: VideoDatagrams, datagram: Uint8Array, name: string): PartTold[] {
  const [message] = new VideoDatagramDissector(what).feed("out", datagram);
  if (message === undefined) throw new TypeError("no message");
  const explainer = new VideoExplainer();
  return message.parts
    .filter((part) => part.name === name)
    .map(({ from, to }) => explainer.part(message, name, decodeLatin1(datagram, from, to)));
}

describe("what is in a datagram of video", () => {
  const mux = new TsMultiplexer({
    video: undefined,
    audio: {
      kind: "audio",
      codec: "aac",
      codecString: "mp4a.40.2",
      timescale: 48_000,
      sampleRate: 48_000,
      channels: 2,
      ahead: 0,
      description: Uint8Array.of(0x11, 0x90),
    },
  });
  const samples = [{ data: Buffer.from("21104560", "hex"), pts: 0, dts: 0, duration: 1024, key: true }];
  const bursts = [...mux.write([{ kind: "audio", timescale: 48_000, samples }]), ...mux.flush()];
  const datagram = Buffer.concat(bursts.map(({ octets }) => octets));

  it("are tables by their number, and a program's streams by their types", () => {
    expect(told("mpegts", datagram, "table").slice(0, 2)).toEqual([
      {
        means: "The program association table: which programs there are, and where each is told of.",
        source: "ISO/IEC 13818-1 §2.4.4.3",
      },
      {
        means:
          "The program map table: the streams of one program, what they are, and whose clock counts. A stream of AAC.",
        source: "ISO/IEC 13818-1 §2.4.4.8",
      },
    ]);
  });

  it("is less where a table is damaged: its number is still there", () => {
    const damaged = Uint8Array.from(datagram);
    const at = datagram.indexOf(Buffer.from([0x0f, 0xe1]));
    damaged[at] = 0x1b;
    expect(
      told("mpegts", damaged, "table")
        .map(({ means }) => means)
        .join(" "),
    ).not.toContain("A stream of");
  });

  it("are names by their types", () => {
    const sender = new RtpSender({ ssrc: 1, sequence: 0, timestamp: 0, cname: "me" });
    const [description] = told("rtcp", sender.report(Date.UTC(2026, 0, 1), 1), "description");
    expect(description).toEqual({
      means: expect.stringMatching(
        /^Who a sender is: .*\. The name that stays the same when the sender's number changes\.$/,
      ),
      source: "RFC 3550 §6.5",
    });
  });
});
