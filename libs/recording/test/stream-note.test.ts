/** What a capture of ours says of itself is read again, and what others write in comments is not taken for it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatEnded,
  formatNote,
  formatSpeaks,
  formatTls,
  parseEnded,
  parseNote,
  parseTurn,
  type StreamNote,
} from "../src/capture/stream-note.ts";

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
      expect(turn).toEqual({
        protocol: "websocket",
        tls: { ...one, since: expect.closeTo(one.since, 3) as number },
      });
    }
    expect(parseEnded(`Made up. ${formatEnded("peer-ended")}`)).toBe("peer-ended");
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
