import { everySplit } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { TextParts } from "../../src/mailboxes/text-parts.ts";

function through(chunks: Iterable<Uint8Array>): string {
  const parts = new TextParts();
  const kept: Uint8Array[] = [];
  for (const chunk of chunks) kept.push(...parts.feed(chunk));
  return Buffer.concat([...kept, ...parts.end()]).toString("latin1");
}

/** Lines that begin with "! " are those that go. */
const letters: Readonly<Record<string, string>> = {
  "a plain letter": "Subject: x\n\nline\n--not a boundary\nlast",
  "parts, of which one is text":
    'Content-Type: multipart/mixed;\n boundary="b 1"\n\npreamble\n--b 1\nContent-Type: text/plain\n\none\n--b 1\n' +
    "Content-Type: application/pdf; name=x.pdf\n\n! AAAA\n! BBBB\n--b 1\n\nno type is text\n--b 1--\n! epilogue\n",
  "a text that is attached":
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment;\n filename=a.txt\n\n! text\n--b--\n",
  "parts within parts":
    "Content-Type: Multipart/Related; boundary=out\n\n--out\nContent-Type: multipart/alternative; boundary=in\n\n--in\n" +
    "Content-Type: text/html\n\n<p>\n--in--\n! x\n--out\nContent-Type: image/png\n\n! iVBOR\n--out--\n",
  "a letter within":
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n" +
    "Content-Type: image/gif\n\n! R0lG\n--b\nContent-Type: text/plain\n\nlast\n",
  "nothing but a picture": "Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n! /9j/\n! /9k/",
};

describe("a letter without its attachments", () => {
  it.each(Object.entries(letters))("%s, however it is cut", (_, shown) => {
    const octets = Buffer.from(shown.replaceAll("\n", "\r\n").replaceAll("! ", ""), "latin1");
    const kept = shown.split("\n").filter((line) => !line.startsWith("! "));
    // the last line has no end where what follows went
    const wanted = kept.join("\r\n") + (/\n! .*$/.test(shown) ? "\r\n" : "");
    expect(through([octets])).toBe(wanted);
    for (const chunks of everySplit(octets)) expect(through(chunks)).toBe(wanted);
  });

  it("holds no line that never ends", () => {
    const parts = new TextParts();
    const piece = new Uint8Array(100_000).fill(65);
    let octets = 0;
    for (let count = 0; count < 20; count++) for (const kept of parts.feed(piece)) octets += kept.length;
    expect(octets).toBe(2_000_000);
  });
});
