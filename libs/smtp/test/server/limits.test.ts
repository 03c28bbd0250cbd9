/** Each limit by its name: what is just within it, what is just beyond it, and what happens when it is switched off. */
import { describe, expect, it } from "vitest";
import { defaultSmtpServerLimits, type SmtpServerAction, type SmtpServerLimits } from "../../src/index.ts";
import { codes, converse, type Answer } from "./support.ts";

const EHLO = "EHLO c.test\r\n";
const BEGUN = `${EHLO}MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n`;
const DATA = `${BEGUN}DATA\r\n`;

/** A line of that many octets, its end counted. */
const line = (begin: string, octets: number): string =>
  `${begin}${"x".repeat(octets - begin.length - 2)}\r\n`;

const wrong: SmtpServerAction = {
  type: "reply",
  reply: { code: 535, enhanced: "5.7.8", lines: ["Wrong"] },
};
const noLogin: Answer = (event) => (event.type === "authenticate" ? wrong : undefined);

interface LimitCase {
  readonly limit: keyof SmtpServerLimits;
  /** Where the default takes too long to reach. */
  readonly at?: number;
  /** What is said to reach `count` of it. */
  readonly said: (count: number) => string;
  /** The last reply within the limit, and beyond it. */
  readonly within: number;
  readonly beyond: number;
  readonly closes?: boolean;
  readonly answer?: Answer;
}

const limits: readonly LimitCase[] = [
  { limit: "commandLine", said: (octets) => line("NOOP ", octets), within: 250, beyond: 500 },
  {
    // It comes on top of the command line's.
    limit: "parameters",
    at: 200,
    said: (octets) => `${EHLO}${"MAIL FROM:<a@a.test>".padEnd(512 + octets - 2)}\r\n`,
    within: 250,
    beyond: 500,
  },
  {
    limit: "authLine",
    said: (octets) => EHLO + line("AUTH PLAIN ", octets - ((octets - 13) % 4)),
    within: 535,
    beyond: 500,
    answer: noLogin,
  },
  { limit: "textLine", said: (octets) => `${DATA}${line("", octets)}.\r\n`, within: 250, beyond: 500 },
  {
    limit: "recipients",
    at: 5,
    said: (count) => BEGUN + "RCPT TO:<c@c.test>\r\n".repeat(count - 1),
    within: 250,
    beyond: 452,
  },
  {
    limit: "size",
    at: 3000,
    said: (octets) => `${DATA}${line("", 500).repeat(octets / 500)}.\r\n`,
    within: 250,
    beyond: 552,
  },
  {
    limit: "commands",
    at: 20,
    said: (count) => "NOOP\r\n".repeat(count),
    within: 250,
    beyond: 421,
    closes: true,
  },
  // The answer to the last error that is borne is followed by the farewell.
  { limit: "errors", said: (count) => "FOO\r\n".repeat(count - 1), within: 500, beyond: 421, closes: true },
  {
    limit: "authTries",
    said: (count) => EHLO + "AUTH PLAIN =\r\n".repeat(count - 1),
    within: 535,
    beyond: 421,
    closes: true,
    answer: noLogin,
  },
];

/** One step of each: so many more of it are beyond the limit. */
const STEP: Partial<Record<keyof SmtpServerLimits, number>> = { authLine: 4, size: 500 };

describe("a limit of the SMTP server", () => {
  it("has a case here, each", () => {
    expect(limits.map(({ limit }) => limit).toSorted()).toEqual(
      Object.keys(defaultSmtpServerLimits).toSorted(),
    );
  });

  describe.each(limits)("$limit", ({ limit, at, said, within, beyond, closes = false, answer }) => {
    const bound = at ?? defaultSmtpServerLimits[limit];
    const over = said(bound + (STEP[limit] ?? 1));
    const set = { limits: { [limit]: bound } };

    it("lets pass what reaches it", () => {
      const heard = converse([said(bound)], set, answer);
      expect(codes(heard).at(-1)).toBe(within);
      expect(heard.state).not.toBe("closed");
    });

    it("refuses what goes beyond", () => {
      const heard = converse([over], set, answer);
      expect(codes(heard).at(-1)).toBe(beyond);
      expect(heard.state === "closed").toBe(closes);
    });

    it("switched off lets it pass", () => {
      // A line of whatever length stands within the longest there is.
      const off = { limits: { authLine: Infinity, [limit]: Infinity } };
      const heard = converse([over], off, answer);
      expect(codes(heard).at(-1)).toBe(within);
      expect(heard.state).not.toBe("closed");
    });
  });

  it("on text is 1,000 octets and on commands 512, as RFC 5321 §4.5.3.1 says; 100 recipients are let pass", () => {
    expect(defaultSmtpServerLimits).toMatchObject({ commandLine: 512, textLine: 1000 });
    expect(defaultSmtpServerLimits.recipients).toBeGreaterThanOrEqual(100);
  });
});
