import { describe, expect, it } from "vitest";
import { Dialogue } from "../../src/inbox/dialogue.ts";

/** `> client`, `< server`; the split octet for octet must not matter. */
function said(script: readonly string[], byOctet = false): string[] {
  const dialogue = new Dialogue(() => 0);
  for (const line of script) {
    const octets = Buffer.from(line.slice(2), "utf8");
    const direction = line.startsWith(">") ? "in" : "out";
    if (byOctet) for (const octet of octets) dialogue.bytes(direction, Uint8Array.of(octet));
    else dialogue.bytes(direction, octets);
  }
  dialogue.ended();
  return dialogue.lines.map(({ who, said }) => `${who}: ${said}`);
}

describe("a dialogue", () => {
  it("keeps the lines, counts the message and leaves it out", () => {
    const script = [
      "< 220 mx\r\n",
      "> EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n",
      "< 250-mx\r\n250 SIZE\r\n250 OK\r\n250 OK\r\n354 Go\r\n",
      "> Subject: secret words\r\n\r\ntext\r\n.\r\n",
      "< 250 OK\r\n",
      "> QUIT\r\n",
    ];
    const lines = said(script);
    expect(lines).toContain("both: 31 octets of the message, and the dot that ends it");
    expect(lines.join("\n")).not.toContain("secret words");
    expect(lines.at(-1)).toBe("client: QUIT");
    expect(said(script, true)).toEqual(lines);
  });

  it("tells what came of a message that broke off, or was answered before its end", () => {
    const begun = ["> DATA\r\n", "< 354 Go\r\n", "> half\r\n.dot\r\n."];
    for (const byOctet of [false, true]) {
      const over = "both: 13 octets of the message, without the dot that ends it";
      expect(said(begun, byOctet).at(-1)).toBe(over);
      expect(said([...begun, "< 421 Silent\r\n"], byOctet).slice(-2)).toEqual([over, "server: 421 Silent"]);
      expect(said(["> BDAT 12\r\nhalf"], byOctet).at(-1)).toBe("both: 8 of these octets never came");
    }
  });

  it("tells a message without content, and commands right behind its end", () => {
    const script = ["> DATA\r\n", "< 354 Go\r\n", "> .\r\nQUIT\r\n", "< 250 OK\r\n"];
    const lines = said(script);
    expect(lines.slice(2)).toEqual([
      "both: 0 octets of the message, and the dot that ends it",
      "client: QUIT",
      "server: 250 OK",
    ]);
    expect(said(script, true)).toEqual(lines);
  });

  it("masks every secret of a login, and keeps its length", () => {
    const script = [
      "> AUTH PLAIN AGFubgBzZWNyZXQ=\r\n",
      "< 235 In\r\n",
      "> AUTH LOGIN\r\n",
      "< 334 VXNlcm5hbWU6\r\n",
      "> YW5u\r\n",
      "< 334 UGFzc3dvcmQ6\r\n",
      "> c2VjcmV0\r\n",
      "< 235 In\r\n",
      "> NOOP\r\n",
    ];
    const lines = said(script);
    expect(lines[0]).toBe("client: AUTH PLAIN ****************");
    expect(lines.join("\n")).not.toMatch(/AGFub|YW5u|c2Vj/);
    expect(lines.at(-1)).toBe("client: NOOP");
    expect(said(script, true)).toEqual(lines);
  });

  it("counts the octets of BDAT, whatever they look like", () => {
    const lines = said(["> BDAT 12 LAST\r\nMAIL FROM\r\n\nNOOP\r\n"]);
    expect(lines).toEqual(["client: BDAT 12 LAST", "both: 12 octets of the message", "client: NOOP"]);
  });

  it("holds a bounded number of lines and characters", () => {
    const dialogue = new Dialogue(() => 0);
    for (let i = 0; i < 2000; i++) dialogue.bytes("in", Buffer.from("NOOP\r\n"));
    dialogue.bytes("in", Buffer.from("x".repeat(100_000)));
    expect(dialogue.lines.length).toBeLessThan(402);
    expect(dialogue.lines.at(-1)?.said).toMatch(/more lines were said/);
  });
});
