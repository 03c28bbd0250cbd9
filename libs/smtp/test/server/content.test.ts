/** DATA and BDAT: what is taken is what was sent, and nothing else can end a message or begin another. */
import fc from "fast-check";
import { everySplit } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { codes, converse } from "./support.ts";

const BEGUN = "EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n";
const DATA = `${BEGUN}DATA\r\n`;

describe("DATA", () => {
  const messages: readonly (readonly [name: string, sent: string, message: string])[] = [
    ["lines", "a: b\r\n\r\ntext\r\n", "a: b\r\n\r\ntext\r\n"],
    ["nothing at all", "", ""],
    ["dots at the beginning of lines (RFC 5321 §4.5.2)", "..\r\n...x\r\n.y\r\n", ".\r\n..x\r\ny\r\n"],
    ["8-bit octets as they are", "\xe4\xf6\xff\r\n", "\xe4\xf6\xff\r\n"],
    ["a line of 1,000 octets (RFC 5321 §4.5.3.1.6)", `${"x".repeat(998)}\r\n`, `${"x".repeat(998)}\r\n`],
  ];
  it.each(messages)("takes %s", (_name, sent, message) => {
    const said = `${DATA}${sent}.\r\nNOOP\r\n`;
    const first = converse([said]);
    expect(first.messages).toEqual([message]);
    expect(codes(first)).toEqual([250, 250, 250, 354, 250, 250]);
    if (said.length < 200)
      for (const split of everySplit(Buffer.from(said, "latin1")))
        expect(converse(split).messages).toEqual([message]);
  });

  it("takes several messages one after the other", () => {
    const one = "MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n1\r\n.\r\n";
    expect(converse([`EHLO c.test\r\n${one}${one}`]).messages).toEqual(["1\r\n", "1\r\n"]);
  });

  const spoilt: readonly (readonly [name: string, sent: string, code: number])[] = [
    ["a NUL", "a\0b\r\n", 554],
    ["a line over the limit", `${"x".repeat(999)}\r\n`, 500],
    ["more octets than may be (RFC 1870 §6.3)", "x\r\n".repeat(2000), 552],
  ];
  it.each(spoilt)("reads %s to its end, refuses it and goes on", (_name, sent, code) => {
    const heard = converse([`${DATA}${sent}.\r\nNOOP\r\n`], { limits: { size: 5000 } });
    expect(heard.messages).toEqual([undefined]);
    expect(codes(heard)).toEqual([250, 250, 250, 354, code, 250]);
  });

  // https://smtpsmuggling.com: each of these ends the message for some server.
  const smuggling = [
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r\n.\r",
    "\r.\r",
    "\r.\r\n",
    "\r\n\0.\r\n",
    "\n.\r",
    "\r.\n",
    "\r\n.\r\r\n",
    "\n\n.\r\n",
    "\r\r\n.\r\n",
    "\n..\n",
  ];
  it.each(smuggling)("lets %j end nothing and begin nothing", (end) => {
    const second = "MAIL FROM:<evil@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nsecond\r\n.\r\n";
    const said = Buffer.from(`${DATA}first${end}${second}QUIT\r\n`, "latin1");
    for (const split of everySplit(said)) {
      const heard = converse(split);
      // The one message that may come out is none: what is doubtful is refused, and nothing behind it is read.
      expect(heard.messages.filter((message) => message !== undefined)).toEqual([]);
      expect(heard.said).toMatch(/\r\n55[04] 5\.6\.(?:11|0) /);
    }
  });

  it("gives back what was sent, whatever it was and however it came (property)", () => {
    const line = fc.string({ unit: fc.constantFrom("a", ".", " ", "\xff", ":"), maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }),
        (lines, cuts) => {
          const message = lines.map((line) => `${line}\r\n`).join("");
          const stuffed = lines.map((line) => `${line.startsWith(".") ? "." : ""}${line}\r\n`).join("");
          const said = `${DATA}${stuffed}.\r\n`;
          const chunks: string[] = [];
          let at = 0;
          for (const cut of cuts) {
            chunks.push(said.slice(at, at + cut));
            at += cut;
          }
          chunks.push(said.slice(at));
          expect(converse(chunks.filter((chunk) => chunk !== "")).messages).toEqual([message]);
        },
      ),
    );
  });

  it("throws nothing but a fault of the peer for any octets (property)", () => {
    const word = fc.constantFrom(
      "EHLO c.test",
      "MAIL FROM:<a@a.test>",
      "RCPT TO:<b@b.test>",
      "DATA",
      "BDAT 3 LAST",
      "BDAT 2",
      "RSET",
      "AUTH PLAIN",
      "STARTTLS",
      ".",
      "*",
      "QUIT",
      "\r\n",
      "\r\n",
      "\r\n",
      "\n",
      "\r",
      "\0",
      "x",
      "=",
      "<",
      ">",
      '"',
      "\xff",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        expect(() => converse([words.join("")])).not.toThrow();
        expect(() => converse(words)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

describe("BDAT (RFC 3030)", () => {
  const cases: readonly (readonly [
    name: string,
    said: string,
    messages: readonly (string | undefined)[],
    codes: readonly number[],
  ])[] = [
    ["one chunk", "BDAT 5 LAST\r\nab\r\n.NOOP\r\n", ["ab\r\n."], [250, 250]],
    ["two", "BDAT 4\r\nab\r\nBDAT 3 LAST\r\nc\r\nNOOP\r\n", ["ab\r\nc\r\n"], [250, 250, 250]],
    ["an empty last one (§2)", "BDAT 3\r\nx\r\nBDAT 0 LAST\r\n", ["x\r\n"], [250, 250]],
    ["DATA among them (§2)", "BDAT 3\r\nx\r\nDATA\r\nBDAT 0 LAST\r\n", ["x\r\n"], [250, 503, 250]],
    ["RCPT among them", "BDAT 3\r\nx\r\nRCPT TO:<c@c.test>\r\nBDAT 0 LAST\r\n", ["x\r\n"], [250, 503, 250]],
    [
      "RSET among them",
      "BDAT 3\r\nx\r\nRSET\r\nBDAT 2 LAST\r\nyyNOOP\r\n",
      [undefined],
      [250, 250, 503, 250],
    ],
    ["commands inside are content", "BDAT 9 LAST\r\nQUIT\r\nX\r\nNOOP\r\n", ["QUIT\r\nX\r\n"], [250, 250]],
    ["a bare LF inside", "BDAT 4 LAST\r\na\nb\nNOOP\r\n", [undefined], [550, 250]],
    ["a NUL inside", "BDAT 4 LAST\r\n\0\0\r\nNOOP\r\n", [undefined], [554, 250]],
  ];
  it.each(cases)("%s", (_name, said, messages, expected) => {
    const whole = `${BEGUN}${said}`;
    const first = converse([whole]);
    expect(first.messages).toEqual(messages);
    expect(codes(first).slice(3)).toEqual(expected);
    for (const split of everySplit(Buffer.from(whole, "latin1"))) expect(converse(split)).toEqual(first);
  });

  it("reads a refused chunk over and answers behind it", () => {
    const refusal = { type: "reply", reply: { code: 554, enhanced: "5.7.1", lines: ["No"] } } as const;
    const said = `${BEGUN}BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n`;
    const heard = converse([said], {}, (event) => (event.type === "data" ? refusal : undefined));
    expect(codes(heard).slice(3)).toEqual([554, 250]);
    expect(heard.state).toBe("ready");
  });

  it("reads the octets of one that is out of order over as well", () => {
    const heard = converse(["BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"]);
    expect(codes(heard)).toEqual([503, 250]);
    expect(heard.state).toBe("start");
  });
});
