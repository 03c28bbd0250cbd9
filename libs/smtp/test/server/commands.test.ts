/** RFC 5321 §4.1 and the extensions: what each command is answered, whole and cut at every point. */
import { everySplit } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { codes, converse, utf8, type Heard } from "./support.ts";

const EHLO = "EHLO client.test\r\n";
const BEGUN = `${EHLO}MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n`;

/** Name, what the client says, the codes behind the greeting, and a text that must be among what is said. */
type Case = readonly [name: string, said: string, codes: readonly number[], text?: string];
const cases: readonly Case[] = [
  ["EHLO names the extensions (RFC 5321 §4.1.1.1)", EHLO, [250], "250-PIPELINING\r\n"],
  ["EHLO names STARTTLS where it works (RFC 3207 §4)", EHLO, [250], "250-STARTTLS\r\n"],
  ["EHLO names the mechanisms (RFC 4954 §3)", EHLO, [250], "250 AUTH PLAIN LOGIN\r\n"],
  ["EHLO with an address literal (RFC 5321 §4.1.3)", "EHLO [127.0.0.1]\r\n", [250]],
  ["EHLO with an IPv6 literal", "EHLO [IPv6:::1]\r\n", [250]],
  ["HELO is answered with one line", "HELO client.test\r\n", [250], "250 mx.test\r\n"],
  ["EHLO needs a name (RFC 5321 §4.1.1.1)", "EHLO\r\n", [501]],
  ["EHLO with what can be no name", "EHLO a b\r\nEHLO <x>\r\n", [501, 501]],
  ["commands are known in any case (RFC 5321 §2.4)", "eHlO c.test\r\nmail from:<a@a.test>\r\n", [250, 250]],
  ["MAIL before EHLO (RFC 5321 §4.1.4)", "MAIL FROM:<a@a.test>\r\n", [503]],
  [
    "a second MAIL (RFC 5321 §4.1.4)",
    `${EHLO}MAIL FROM:<a@a.test>\r\nMAIL FROM:<b@a.test>\r\n`,
    [250, 250, 503],
  ],
  ["RCPT before MAIL", `${EHLO}RCPT TO:<b@b.test>\r\n`, [250, 503]],
  [
    "DATA before RCPT (RFC 5321 §3.3)",
    `${EHLO}MAIL FROM:<>\r\nDATA\r\n`,
    [250, 250, 503],
    "No valid recipients",
  ],
  ["the null reverse-path (RFC 5321 §4.5.5)", `${EHLO}MAIL FROM:<>\r\n`, [250, 250]],
  ["a path without brackets", `${EHLO}MAIL FROM:a@a.test\r\n`, [250, 501], "MAIL FROM:<sender>"],
  ["a blank behind the colon is borne with", `${EHLO}MAIL FROM: <a@a.test>\r\n`, [250, 250]],
  [
    "a source route is left out (RFC 5321 §4.1.1.3)",
    `${EHLO}MAIL FROM:<@x.test,@y.test:a@a.test>\r\n`,
    [250, 250],
  ],
  [
    "Postmaster without a domain (RFC 5321 §4.5.1)",
    `${EHLO}MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\n`,
    [250, 250, 250],
  ],
  [
    "anybody else needs a domain",
    `${EHLO}MAIL FROM:<a>\r\nMAIL FROM:<>\r\nRCPT TO:<bob>\r\n`,
    [250, 501, 250, 501],
  ],
  ["a quoted local part (RFC 5321 §4.1.2)", `${EHLO}MAIL FROM:<"a b>\\"c"@a.test>\r\n`, [250, 250]],
  [
    "an address that can be none",
    `${EHLO}MAIL FROM:<a..b@a.test>\r\nMAIL FROM:<a@-x>\r\nMAIL FROM:<a@b@c d>\r\n`,
    [250, 501, 501, 501],
  ],
  ["an unknown parameter (RFC 5321 §4.1.1.11)", `${EHLO}MAIL FROM:<> FOO=1\r\n`, [250, 555], "FOO"],
  ["a parameter without EHLO", "HELO c.test\r\nMAIL FROM:<> SIZE=1\r\n", [250, 555]],
  ["a parameter twice", `${EHLO}MAIL FROM:<> SIZE=1 SIZE=2\r\n`, [250, 501]],
  ["SIZE over the limit (RFC 1870 §6.1)", `${EHLO}MAIL FROM:<> SIZE=999999999\r\n`, [250, 552]],
  [
    "BODY (RFC 6152 §3)",
    `${EHLO}MAIL FROM:<> BODY=8BITMIME\r\nRSET\r\nMAIL FROM:<> BODY=BINARYMIME\r\n`,
    [250, 250, 250, 501],
  ],
  [
    "UTF-8 needs SMTPUTF8 (RFC 6531 §3.4)",
    utf8(`${EHLO}MAIL FROM:<jürgen@a.test>\r\nMAIL FROM:<jürgen@ä.test> SMTPUTF8\r\n`),
    [250, 553, 250],
  ],
  ["octets that are no text", `${EHLO}MAIL FROM:<\xff@a.test>\r\n`, [250, 500]],
  ["NUL in a command", `${EHLO}NO\0OP\r\n`, [250, 500]],
  [
    "DSN's parameters (RFC 3461 §4)",
    `${EHLO}MAIL FROM:<> RET=HDRS ENVID=a+2Bb\r\nRCPT TO:<b@b.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+40b.test\r\n`,
    [250, 250, 250],
  ],
  [
    "NOTIFY=NEVER stands alone (RFC 3461 §4.1)",
    `${EHLO}MAIL FROM:<>\r\nRCPT TO:<b@b.test> NOTIFY=NEVER,DELAY\r\n`,
    [250, 250, 501],
  ],
  ["RSET forgets the transaction (RFC 5321 §4.1.1.5)", `${BEGUN}RSET\r\nDATA\r\n`, [250, 250, 250, 250, 503]],
  [
    "EHLO forgets it too (RFC 5321 §4.1.4)",
    `${BEGUN}${EHLO}RCPT TO:<c@c.test>\r\n`,
    [250, 250, 250, 250, 503],
  ],
  [
    "NOOP, HELP, VRFY at any time",
    "NOOP\r\nHELP\r\nHELP MAIL\r\nVRFY bob\r\nEXPN all\r\n",
    [250, 214, 214, 252, 502],
  ],
  ["QUIT (RFC 5321 §4.1.1.10)", "QUIT\r\nNOOP\r\n", [221]],
  ["an argument where none may be", "RSET now\r\nQUIT now\r\n", [501, 501]],
  ["what is no command (RFC 5321 §4.2.4)", "FOO\r\n\r\n", [500, 500]],
  ["a line over the limit (RFC 5321 §4.5.3.1.4)", `NOOP ${"x".repeat(600)}\r\nNOOP\r\n`, [500, 250]],
  [
    "MAIL may be longer by its parameters",
    `${EHLO}MAIL FROM:<a@a.test> ENVID=${"x".repeat(100)} AUTH=${"y".repeat(450)}\r\n`,
    [250, 250],
  ],
  ["a bare CR in a command", "NO\rOP\r\nNOOP\r\n", [500, 250], "CR LF"],
  ["STARTTLS takes no argument (RFC 3207 §4)", `${EHLO}STARTTLS now\r\n`, [250, 501]],
  ["STARTTLS within a transaction", `${BEGUN}STARTTLS\r\n`, [250, 250, 250, 503]],
  ["AUTH within a transaction (RFC 4954 §4)", `${BEGUN}AUTH PLAIN\r\n`, [250, 250, 250, 503]],
  ["AUTH before EHLO", "AUTH PLAIN\r\n", [503]],
  ["AUTH with an unknown mechanism (RFC 4954 §4)", `${EHLO}AUTH FOO\r\n`, [250, 504]],
  ["AUTH twice (RFC 4954 §4)", `${EHLO}AUTH PLAIN =\r\nAUTH PLAIN =\r\n`, [250, 235, 503]],
  ["AUTH given up (RFC 4954 §4)", `${EHLO}AUTH LOGIN\r\n*\r\nNOOP\r\n`, [250, 334, 501, 250]],
  [
    "AUTH with what is no base64",
    `${EHLO}AUTH PLAIN !!!\r\nAUTH LOGIN\r\n???\r\nNOOP\r\n`,
    [250, 501, 334, 501, 250],
  ],
];

describe("SmtpServer: commands", () => {
  it.each(cases.map((one) => ({ name: one[0], one })))("$name", ({ one: [, said, expected, text] }) => {
    const first = converse([said]);
    expect(codes(first)).toEqual(expected);
    expect(first.fatal).toBeUndefined();
    if (text !== undefined) expect(first.said).toContain(text);
    for (const split of everySplit(Buffer.from(said, "latin1"))) expect(converse(split)).toEqual(first);
  });

  it("offers neither STARTTLS nor AUTH where they do not work", () => {
    const { said } = converse([`${EHLO}STARTTLS\r\nAUTH PLAIN\r\n`], { startTls: false, mechanisms: [] });
    expect(said).not.toContain("STARTTLS\r\n250");
    expect(said).not.toContain("AUTH");
    expect(said).toContain("502 5.5.1");
  });

  it("asks for STARTTLS before a password is shown to everybody (RFC 4954 §6)", () => {
    expect(codes(converse([`${EHLO}AUTH PLAIN =\r\n`], { mechanisms: [] }))).toEqual([250, 538]);
  });

  it("says enhanced codes to who said EHLO, and to nobody else (RFC 2034 §4)", () => {
    expect(converse(["NOOP\r\n"]).said).toContain("250 OK\r\n");
    expect(converse([`${EHLO}NOOP\r\n`]).said).toContain("250 2.0.0 OK\r\n");
    expect(converse(["HELO c.test\r\nNOOP\r\n"]).said).toContain("\r\n250 OK\r\n");
  });

  it("names a size only where there is one (RFC 1870 §3)", () => {
    expect(converse([EHLO], { limits: { size: 1000 } }).said).toContain("250-SIZE 1000\r\n");
    expect(converse([EHLO], { limits: { size: Infinity } }).said).toContain("250-SIZE\r\n");
  });
});

describe("SmtpServer: who is no mail program", () => {
  const fatal: readonly (readonly [string, readonly (string | Uint8Array)[], string, string])[] = [
    ["a bare LF behind a command", ["EHLO c.test\n"], "SMTP_BARE_LINE_END", "500 Lines end in CR LF"],
    ["a bare LF before a CR LF", ["NOOP\nQUIT\r\n"], "SMTP_BARE_LINE_END", "500 Lines end in CR LF"],
    ["an HTTP client", ["POST / HTTP/1.1\r\nHost: mx.test\r\n\r\nEHLO x\r\n"], "SMTP_HTTP", "421 "],
    ["BDAT without a length (RFC 3030 §2)", [`${BEGUN}BDAT x\r\nRSET\r\n`], "SMTP_BDAT", "501 5.5.4"],
  ];
  it.each(fatal)("%s ends the session with a word", (_name, said, code, text) => {
    const heard = converse(said);
    expect(heard.fatal).toBe(code);
    expect(heard.said).toContain(text);
    expect(heard.state).toBe("closed");
  });

  it("turns away who speaks before the greeting (RFC 5321 §4.3.1)", () => {
    const heard: Heard = converse([], {}, () => undefined);
    expect(heard.said).toBe("220 mx.test ESMTP\r\n");
  });
});

describe("SmtpServer: the end", () => {
  it("says 421 when a clock has run out, and when we are leaving between transactions (RFC 5321 §3.8)", () => {
    expect(converse([EHLO, "<timeout>"])).toMatchObject({ fatal: "SMTP_TIMEOUT", state: "closed" });
    expect(codes(converse([EHLO, "<drain>"]))).toEqual([250, 421]);
    const within = converse([BEGUN, "<drain>", "DATA\r\nx\r\n.\r\n"]);
    expect(codes(within)).toEqual([250, 250, 250, 354, 250, 421]);
    expect(within.messages).toEqual(["x\r\n"]);
  });

  it("lets a line come to its end before it leaves, also one that is read over", () => {
    for (const begun of ["NO", "x".repeat(13_000)])
      for (const split of [[begun], [begun.slice(0, 1), begun.slice(1)]]) {
        const leaving = converse([EHLO, ...split, "<drain>"]);
        expect([codes(leaving), leaving.state]).toEqual([[250], "ready"]);
        expect(codes(converse([EHLO, ...split, "<drain>", "OP\r\n"])).at(-1)).toBe(421);
      }
  });

  it("ends without a word when the client has", () => {
    expect(converse([EHLO, "<end>"])).toMatchObject({ state: "closed", fatal: undefined });
  });
});
