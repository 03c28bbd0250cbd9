/** What a client says and what each reply leads to. */
import { LocalError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import { SmtpClient, type SmtpClientAction, type SmtpClientState } from "../../src/index.ts";
import {
  ALL,
  auth,
  bdat,
  content,
  DATA,
  EHLO,
  ehloReply,
  END,
  heard,
  MAIL,
  NOOP,
  open,
  QUIT,
  rcpt,
  ready,
  RSET,
  sent,
  STARTTLS,
} from "./told.ts";

type Step = SmtpClientAction | string;

/** Actions are said, strings are heard; what came of each step. */
function play(core: SmtpClient, steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    typeof step === "string" ? heard(core, step) : sent(core, step).split("\r\n").slice(0, -1),
  );
}

describe("a conversation", () => {
  it("says what RFC 5321 D.1 says", () => {
    const core = new SmtpClient();
    expect(
      play(core, [
        "220 foo.test Simple Mail Transfer Service Ready\r\n",
        { type: "ehlo", domain: "bar.test" },
        "250-foo.test greets bar.test\r\n250-8BITMIME\r\n250-SIZE\r\n250 HELP\r\n",
        { type: "mail", reversePath: "Smith@bar.test", parameters: { smtputf8: false } },
        "250 OK\r\n",
        rcpt("Jones@foo.test"),
        "250 OK\r\n",
        rcpt("Green@foo.test"),
        "550 No such user here\r\n",
        DATA,
        "354 Start mail input; end with <CRLF>.<CRLF>\r\n",
        content("Blah blah blah...\r\n.etc. etc. etc.\r\n"),
        END,
        "250 OK\r\n",
        QUIT,
        "221 foo.test Service closing transmission channel\r\n",
      ]),
    ).toEqual([
      "greeting 220",
      "need-data",
      "EHLO bar.test",
      "EHLO 250",
      "need-data",
      "MAIL FROM:<Smith@bar.test>",
      "MAIL 250",
      "need-data",
      "RCPT TO:<Jones@foo.test>",
      "RCPT 250",
      "need-data",
      "RCPT TO:<Green@foo.test>",
      "RCPT 550",
      "need-data",
      "DATA",
      "DATA 354",
      "need-data",
      "Blah blah blah...",
      "..etc. etc. etc.",
      ".",
      "content 250",
      "need-data",
      "QUIT",
      "QUIT 221",
      "closed",
    ]);
  });

  it("falls back to HELO, and knows no extension then (RFC 5321 §3.2)", () => {
    const core = new SmtpClient();
    play(core, ["220 x\r\n", EHLO, "500 what\r\n"]);
    expect(core.state).toBe("hello");
    expect(play(core, [{ type: "helo", domain: "me.test" }, "250 hi\r\n"])).toEqual([
      "HELO me.test",
      "HELO 250",
      "need-data",
    ]);
    expect(core.extensions.keywords.size).toBe(0);
  });

  it("may only leave when it is turned away (RFC 5321 §3.1)", () => {
    const core = new SmtpClient();
    expect(heard(core, "554 no\r\n")).toEqual(["greeting 554", "need-data"]);
    expect(core.state).toBe("refused");
    expect(() => core.send(EHLO)).toThrow(LocalError);
    expect(play(core, [QUIT, "221 bye\r\n"])).toEqual(["QUIT", "QUIT 221", "closed"]);
  });

  it("begins with EHLO behind STARTTLS, without a greeting (RFC 3207 §4.2)", () => {
    const core = new SmtpClient({ greeted: true });
    expect([core.state, core.waitingFor]).toEqual(["hello", "us"]);
    expect(play(core, [EHLO, ehloReply(ALL)])).toEqual(["EHLO me.test", "EHLO 250", "need-data"]);
  });

  it("leaves the socket to TLS behind a 220, and what came behind it unread", () => {
    const core = ready([STARTTLS]);
    expect(heard(core, "220 go\r\n250 injected\r\n")).toEqual(["STARTTLS 220", "paused"]);
    expect(core.state).toBe("securing");
    expect(new TextDecoder().decode(core.unread())).toBe("250 injected\r\n");
  });

  it("goes on in the clear where STARTTLS is refused", () => {
    const core = ready([STARTTLS]);
    expect(heard(core, "454 not now\r\n")).toEqual(["STARTTLS 454", "need-data"]);
    expect(core.state).toBe("ready");
  });

  it("logs in with an initial response (RFC 4954 §4)", () => {
    const core = ready();
    expect(play(core, [auth("PLAIN", "\0u\0p"), "235 ok\r\n"])).toEqual([
      "AUTH PLAIN AHUAcA==",
      "AUTH 235",
      "need-data",
    ]);
    expect(() => core.send(auth("PLAIN", ""))).toThrow("we are logged in already");
  });

  it("says an empty initial response as =", () => {
    expect(sent(ready(), auth("PLAIN", ""))).toBe("AUTH PLAIN =\r\n");
  });

  it("answers challenges, and cancels one that is no base64", () => {
    const core = ready();
    expect(
      play(core, [
        auth("SCRAM-SHA-256"),
        "334 \r\n",
        { type: "respond", octets: Uint8Array.of(120) },
        "334 eQ==\r\n",
        { type: "respond", octets: new Uint8Array(0) },
        "334 ???\r\n",
        { type: "respond", octets: "cancel" },
        "501 cancelled\r\n",
      ]),
    ).toEqual([
      "AUTH SCRAM-SHA-256",
      "challenge ",
      "need-data",
      "eA==",
      "challenge y",
      "need-data",
      "",
      "challenge ?",
      "need-data",
      "*",
      "AUTH 501",
      "need-data",
    ]);
    expect(core.state).toBe("ready");
  });
});

describe("groups (RFC 2920)", () => {
  it("matches replies to commands sent ahead, in order", () => {
    const core = ready([MAIL, rcpt("a@d.test"), rcpt("b@d.test"), DATA]);
    expect(heard(core, "250 1\r\n250 2\r\n550-3\r\n550 3\r\n354 4\r\n")).toEqual([
      "MAIL 250",
      "RCPT 250",
      "RCPT 550",
      "DATA 354",
      "need-data",
    ]);
  });

  it("sends the next MAIL behind the end of the content", () => {
    const core = open();
    expect(play(core, [content("x\r\n"), END, MAIL, rcpt("c@d.test")])).toEqual([
      "x",
      ".",
      "MAIL FROM:<a@b.test>",
      "RCPT TO:<c@d.test>",
    ]);
    expect(heard(core, "250 1\r\n250 2\r\n250 3\r\n")).toEqual([
      "content 250",
      "MAIL 250",
      "RCPT 250",
      "need-data",
    ]);
    expect(core.state).toBe("envelope");
  });

  it.each<
    readonly [what: string, actions: readonly SmtpClientAction[], replies: string, state: SmtpClientState]
  >([
    ["MAIL is refused", [MAIL], "550 1\r\n", "ready"],
    ["and RCPT behind it", [MAIL, rcpt("c@d")], "550 1\r\n503 2\r\n", "ready"],
    ["and DATA behind that", [MAIL, rcpt("c@d"), DATA], "550 1\r\n503 2\r\n503 3\r\n", "ready"],
    ["DATA alone is refused", [MAIL, rcpt("c@d"), DATA], "250 1\r\n250 2\r\n452 3\r\n", "envelope"],
    ["a refused MAIL before another", [MAIL, RSET, MAIL], "550 1\r\n250 2\r\n250 3\r\n", "envelope"],
    ["354 though all were refused", [MAIL, rcpt("c@d"), DATA], "250 1\r\n550 2\r\n354 3\r\n", "content"],
    ["NOOP within an envelope", [MAIL, NOOP], "250 1\r\n250 2\r\n", "envelope"],
    ["chunks", [MAIL, rcpt("c@d"), bdat("x\r\n")], "250 1\r\n250 2\r\n250 3\r\n", "chunks"],
    [
      "the last chunk",
      [MAIL, rcpt("c@d"), bdat("x\r\n"), bdat("y", true)],
      "250 1\r\n250 2\r\n250\r\n250\r\n",
      "ready",
    ],
  ])("%s", (_what, actions, replies, state) => {
    const core = ready(actions);
    heard(core, replies);
    expect([core.state, core.outstanding]).toEqual([state, []]);
  });

  it("sends one thing after the other where PIPELINING is not offered", () => {
    const core = ready([MAIL], ["b.test", "SIZE"]);
    expect(() => core.send(rcpt("c@d"))).toThrow(/without PIPELINING/);
    heard(core, "250 ok\r\n");
    expect(sent(core, rcpt("c@d"))).toBe("RCPT TO:<c@d>\r\n");
  });

  it("sends no more ahead than its limit", () => {
    const core = new SmtpClient({ limits: { outstanding: 3 } });
    play(core, ["220 x\r\n", EHLO, ehloReply(ALL), MAIL, rcpt("a@d"), rcpt("b@d")]);
    expect(() => core.send(rcpt("c@d"))).toThrow(/3 commands wait/);
  });

  it("STARTTLS is in no group", () => {
    expect(() => ready([NOOP]).send(STARTTLS)).toThrow(LocalError);
    const core = ready([RSET]);
    expect(() => core.send(STARTTLS)).toThrow("STARTTLS is sent on its own");
  });
});

describe("content", () => {
  it.each([
    ["no text", [""], ".\r\n"],
    ["a line", ["x\r\n"], "x\r\n.\r\n"],
    ["a line without an end", ["x"], "x\r\n.\r\n"],
    ["dots", [".\r\n..\r\nx.\r\n"], "..\r\n...\r\nx.\r\n.\r\n"],
    ["a dot behind a cut", ["x\r\n", ".", "\r\n"], "x\r\n..\r\n.\r\n"],
    ["a cut within CRLF", ["x\r", "\n.y\r\n"], "x\r\n..y\r\n.\r\n"],
  ])("%s", (_what, pieces, wire) => {
    const core = open();
    expect([...pieces.map((piece) => sent(core, content(piece))), sent(core, END)].join("")).toBe(wire);
  });

  // What ends a message for some other server must not leave us: SMTP smuggling.
  it.each(["x\n.\r\nMAIL", "x\n.\n", "x\r.\r", "\n", "\r.\r\n", "x\r\r\n", "a\nb"])("refuses %j", (text) => {
    expect(() => [sent(open(), content(text)), sent(open(), END)]).toThrow(/stands alone/);
    const chunking = ready([MAIL, rcpt("c@d")]);
    expect(() => chunking.send(bdat(text, true))).toThrow(/stands alone/);
  });

  it("is counted in chunks as it is, and its last line ended", () => {
    const core = ready([MAIL, rcpt("c@d")]);
    expect(sent(core, bdat(".x\r\n"))).toBe("BDAT 4\r\n.x\r\n");
    expect(sent(core, bdat("y", true))).toBe("BDAT 3 LAST\r\ny\r\n");
    expect(sent(ready([MAIL, rcpt("c@d")]), bdat("", true))).toBe("BDAT 0 LAST\r\n");
  });

  it("ends where the server has enough of it", () => {
    const core = open();
    core.send(content("x\r\n"));
    expect(heard(core, "552 too much\r\n")).toEqual(["content 552", "closed"]);
  });

  it("takes a refusal that began before the end as the reply to it", () => {
    const core = open();
    expect(heard(core, "552 too")).toEqual(["need-data"]);
    core.send(END);
    expect(heard(core, " much\r\n")).toEqual(["content 552", "need-data"]);
  });
});
