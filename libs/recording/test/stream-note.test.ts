/** What a capture of ours says of itself is read again, and what others write in comments is not taken for it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaptureReader } from "../src/capture/capture-reader.ts";
import { formatSeconds, parseSeconds } from "../src/capture/capture-time.ts";
import { interfaceBlock, packetBlock, sectionBlock } from "../src/capture/pcapng-blocks.ts";
import {
  formatClear,
  formatEnded,
  formatNote,
  formatSpeaks,
  formatTls,
  parseEnded,
  parseNote,
  parseTurn,
  type StreamNote,
} from "../src/capture/stream-note.ts";

const NOTHING = new Uint8Array(0);

const notes: readonly (readonly [StreamNote, string])[] = [
  [
    { stream: 0, role: "server", clientPort: 41_234 },
    "Stream 0: our program is the server, the client at port 41234.",
  ],
  [
    {
      stream: 7,
      role: "client",
      clientPort: 9,
      protocol: "ftp-data",
      goesOn: 3,
      parent: 2,
      ports: { client: 1, server: 65_535 },
    },
    "Stream 7: our program is the client, the client at port 9, speaks ftp-data, goes on from stream 3, belongs to stream 2, real ports 1 and 65535.",
  ],
];

describe("the note of a stream", () => {
  it.each(notes)("is written and read: %j", (note, text) => {
    expect(formatNote(note)).toBe(text);
    expect(parseNote(`The server greets. ${text} More.`)).toEqual(note);
  });

  it("tells of TLS, of the next protocol, of the end", () => {
    const tls = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", since: 1_795_876_113_285.451 };
    for (const one of [tls, { ...tls, alpn: "http/1.1" }]) {
      const comment = `x ${formatTls(one)} ${formatSpeaks("websocket")}`;
      const turn = parseTurn(comment);
      expect(turn).toEqual({ protocol: "websocket", tls: one });
    }
    const comment = `${formatClear(tls.since)} ${formatSpeaks("ftp")}`;
    expect(parseTurn(comment)).toEqual({ protocol: "ftp", cleared: tls.since });
    expect(parseEnded(`Made up. ${formatEnded("peer-ended")}`)).toBe("peer-ended");
  });

  it("says of TLS the same microsecond as the packet beside it", () => {
    // A clock tells 1/4096 ms here: a fraction of seconds, rounded on its own, was one microsecond less.
    for (let tick = 0; tick < 512; tick++) {
      const since = 1_795_886_546_871 + tick / 4096;
      const { tls } = parseTurn(formatTls({ protocol: "TLSv1.3", cipher: "a", since }));
      const packet = new CaptureReader();
      const [read] = [
        sectionBlock("test", ""),
        interfaceBlock("a", ""),
        packetBlock(since, NOTHING, ""),
      ].flatMap((block) => packet.push(block));
      expect(read).toMatchObject({ at: tls?.since });
      expect(Math.round((tls?.since ?? 0) * 1000)).toBe(Math.round(since * 1000));
    }
  });

  it.each([
    [0, "0.000000"],
    [1, "0.000001"],
    [1_795_886_546_871_501, "1795886546.871501"],
  ])("writes %i µs in seconds and reads them again", (at, text) => {
    expect([formatSeconds(at), parseSeconds(text)]).toEqual([text, at]);
  });

  it("cannot be broken out of by a peer's words", () => {
    const tls = { protocol: "TLS v9", cipher: "a b. From here on: x.", since: 0 };
    expect(parseTurn(formatTls(tls))).toMatchObject({ tls: { protocol: "TLS_v9" } });
    expect(parseTurn(formatTls(tls))).not.toHaveProperty("protocol");
  });

  it("is none in anybody else's comment", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (comment) => {
        expect([parseNote(comment), parseTurn(comment), parseEnded(comment)]).toEqual([
          undefined,
          {},
          undefined,
        ]);
      }),
    );
  });
});
