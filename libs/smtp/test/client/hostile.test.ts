/** Servers that lie, lose count, or want our replies to mean something else. */
import { feed, feedEverySplit } from "@socketscope/testkit";
import { encodeLatin1, LocalError, RemoteError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SmtpClient, smtpClientLegality, type SmtpClientAction } from "../../src/index.ts";
import {
  auth,
  bdat,
  content,
  DATA,
  EHLO,
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
  told,
} from "./told.ts";

function rests(make: () => SmtpClient, text: string, end = false): readonly string[] {
  const outcome = feedEverySplit(
    make,
    encodeLatin1(text),
    (actual, expected) => expect(actual).toEqual(expected),
    {
      end,
    },
  );
  return [...outcome.events.map(told), typeof outcome.rest === "string" ? outcome.rest : outcome.rest.error];
}

describe("replies that do not fit", () => {
  it.each<readonly [what: string, make: () => SmtpClient, text: string, result: readonly string[]]>([
    ["354 to the greeting", () => new SmtpClient(), "354 x\r\n", ["SMTP_OUT_OF_PLACE"]],
    ["354 to MAIL", () => ready([MAIL]), "354 x\r\n", ["SMTP_OUT_OF_PLACE"]],
    [
      "354 to RCPT",
      () => ready([MAIL, rcpt("c@d")]),
      "250 x\r\n354 x\r\n",
      ["MAIL 250", "SMTP_OUT_OF_PLACE"],
    ],
    [
      "250 to DATA: the replies are shifted by one",
      () => ready([MAIL, rcpt("c@d"), DATA]),
      "250 x\r\n250 x\r\n250 x\r\n",
      ["MAIL 250", "RCPT 250", "SMTP_OUT_OF_PLACE"],
    ],
    [
      "334 to DATA",
      () => ready([MAIL, rcpt("c@d"), DATA]),
      "250\r\n250\r\n334 eA==\r\n",
      ["MAIL 250", "RCPT 250", "SMTP_OUT_OF_PLACE"],
    ],
    ["334 to NOOP", () => ready([NOOP]), "334 eA==\r\n", ["SMTP_OUT_OF_PLACE"]],
    ["354 to AUTH", () => ready([auth("PLAIN", "x")]), "354 x\r\n", ["SMTP_OUT_OF_PLACE"]],
    ["354 to STARTTLS", () => ready([STARTTLS]), "354 x\r\n", ["SMTP_OUT_OF_PLACE"]],
    ["a second reply to MAIL", () => ready([MAIL]), "250 x\r\n250 y\r\n", ["MAIL 250", "SMTP_UNASKED"]],
    [
      "a second reply to RSET, a refusal",
      () => ready([RSET]),
      "250 x\r\n550 y\r\n",
      ["RSET 250", "SMTP_UNASKED"],
    ],
    [
      "success behind a challenge",
      () => ready([auth("SCRAM-SHA-256")]),
      "334 \r\n235 ok\r\n",
      ["challenge ", "SMTP_UNASKED"],
    ],
    ["one reply while nothing is due", () => ready(), "250 x\r\n", ["SMTP_UNASKED"]],
    ["250 in the middle of the content", open, "250 taken\r\n", ["SMTP_UNASKED"]],
    ["a second greeting", () => new SmtpClient(), "220 a\r\n220 b\r\n", ["greeting 220", "SMTP_UNASKED"]],
    ["nonsense", () => ready([MAIL]), "OK\r\n", ["SMTP_REPLY"]],
    ["a bare LF", () => ready([MAIL]), "250 OK\n", ["SMTP_REPLY"]],
    ["codes that differ", () => ready([MAIL]), "250-OK\r\n550 OK\r\n", ["SMTP_REPLY"]],
    ["a line without end", () => ready([MAIL]), "250 ".padEnd(600, "x"), ["SMTP_REPLY_LIMIT"]],
  ])("%s", (_what, make, text, result) => {
    expect(rests(make, text)).toEqual(result);
  });

  it("a reply that is here before its command is not the command's", () => {
    const core = ready();
    core.receive(encodeLatin1("250 x\r\n"));
    expect(sent(core, MAIL)).toBe("");
    expect(() => core.next()).toThrow(RemoteError);
  });

  it("nor is one that began before it", () => {
    const core = ready();
    expect(heard(core, "250 ")).toEqual(["need-data"]);
    expect([sent(core, MAIL), core.waitingFor]).toEqual(["", "command"]);
    expect(() => heard(core, "x\r\n")).toThrow(/nobody had asked for/);
  });

  it("a success that began before the end of the content is none", () => {
    const core = open();
    heard(core, "250 ");
    core.send(END);
    expect(() => heard(core, "taken\r\n")).toThrow(/where the reply to the message was due/);
  });

  it("challenges without end", () => {
    const core = ready([auth("SCRAM-SHA-256")]);
    const exchange = (): void => {
      for (let i = 0; i < 100; i++) {
        heard(core, "334 eA==\r\n");
        core.send({ type: "respond", octets: Uint8Array.of(1) });
      }
    };
    expect(exchange).toThrow("more than 8 challenges came");
  });
});

describe("421 (RFC 5321 §3.8)", () => {
  it.each<readonly [what: string, make: () => SmtpClient, before: string]>([
    ["instead of a greeting", () => new SmtpClient(), ""],
    ["to EHLO", () => ready([EHLO]), ""],
    ["to MAIL", () => ready([MAIL]), ""],
    ["to a whole group", () => ready([MAIL, rcpt("c@d"), DATA]), ""],
    ["in the middle of a group", () => ready([MAIL, rcpt("c@d"), DATA]), "250 x\r\n"],
    ["in the middle of the content", open, ""],
    ["behind a challenge", () => ready([auth("PLAIN")]), "334 \r\n"],
    ["to QUIT", () => ready([QUIT]), ""],
    ["while nothing is due", () => ready(), ""],
    ["on two lines", () => ready(), "421-4.4.2 too\r\n"],
  ])("%s", (_what, make, before) => {
    expect(rests(make, `${before}421 4.4.2 bye\r\n250 more\r\n`).slice(-2)).toEqual([
      "closing 421",
      "closed",
    ]);
  });

  it("is heard though we had begun to speak", () => {
    const core = ready();
    heard(core, "421 4.4.2 id");
    expect(sent(core, MAIL)).toBe("");
    expect(heard(core, "le\r\n")).toEqual(["closing 421", "closed"]);
  });
});

describe("the end", () => {
  it.each<readonly [what: string, make: () => SmtpClient, result: string]>([
    ["before the greeting", () => new SmtpClient(), "SMTP_ENDED"],
    ["where a reply is due", () => ready([MAIL]), "SMTP_ENDED"],
    ["in the middle of the content", open, "SMTP_ENDED"],
    ["while nothing is due", () => ready(), "closed"],
    ["behind QUIT, without a word", () => ready([QUIT]), "SMTP_ENDED"],
  ])("%s", (_what, make, result) => {
    expect(rests(make, "", true)).toEqual([result]);
  });

  it("says what was due", () => {
    const core = ready([MAIL, rcpt("c@d")]);
    core.receive("end");
    expect(() => core.next()).toThrow("the server ended the connection where the reply to MAIL was due");
    expect(core.next()).toBe("closed");
  });

  it("in the middle of a reply is an end without one", () => {
    expect(rests(() => ready([MAIL]), "250-half", true)).toEqual(["SMTP_ENDED"]);
  });
});

describe("clocks", () => {
  it("one runs for what is due first, none when it is our turn", () => {
    const core = new SmtpClient();
    const waits: string[] = [core.waitingFor];
    heard(core, "220 x\r\n");
    waits.push(core.waitingFor);
    core.send(EHLO);
    waits.push(core.waitingFor);
    heard(core, "250-x\r\n250 PIPELINING\r\n");
    for (const action of [MAIL, rcpt("c@d"), DATA]) core.send(action);
    for (const reply of ["250 a\r\n", "250 b\r\n", "354 c\r\n"]) {
      waits.push(core.waitingFor);
      heard(core, reply);
    }
    waits.push(core.waitingFor);
    core.send(END);
    waits.push(core.waitingFor);
    expect(waits).toEqual(["greeting", "us", "command", "mail", "rcpt", "data", "us", "final"]);
  });

  it("a reply that is late ends it", () => {
    const core = ready([MAIL]);
    core.receive("timeout");
    expect(() => core.next()).toThrow("the reply to MAIL did not come in time");
  });
});

describe("what callers pass in", () => {
  const extended = (text: string): readonly SmtpClientAction[] => [
    { type: "ehlo", domain: text },
    { type: "helo", domain: text },
    { type: "mail", reversePath: text, parameters: { smtputf8: true } },
    { type: "mail", reversePath: "a@b", parameters: { smtputf8: false, envid: text } },
    { type: "mail", reversePath: "a@b", parameters: { smtputf8: false, auth: text } },
    { type: "vrfy", text },
    { type: "auth", mechanism: text },
  ];

  it.each(["a\r\nDATA", "a\nDATA", "a\rDATA", "a\0b", "a\u0085b", "x>\r\nRSET", "a\tb"])(
    "%j begins no other command",
    (text) => {
      for (const action of extended(text)) {
        const core = ready();
        let line = "";
        try {
          line = sent(core, action);
        } catch (error) {
          expect(error).toBeInstanceOf(LocalError);
        }
        // xtext may carry it, encoded; nothing may carry it as it is.
        expect(line.slice(0, -2)).not.toMatch(/[\0-\x1f\x7f-\x9f]/);
      }
      const core = ready([MAIL]);
      expect(() => core.send(rcpt(text))).toThrow(LocalError);
    },
  );

  it.each<readonly [what: string, action: SmtpClientAction]>([
    ["SIZE", { type: "mail", reversePath: "a@b", parameters: { smtputf8: false, size: 1 } }],
    ["8BITMIME", { type: "mail", reversePath: "a@b", parameters: { smtputf8: false, body: "8BITMIME" } }],
    ["SMTPUTF8", { type: "mail", reversePath: "a@b", parameters: { smtputf8: true } }],
    ["DSN", { type: "mail", reversePath: "a@b", parameters: { smtputf8: false, ret: "HDRS" } }],
    ["DSN", { type: "mail", reversePath: "a@b", parameters: { smtputf8: false, envid: "x" } }],
    ["AUTH", { type: "mail", reversePath: "a@b", parameters: { smtputf8: false, auth: "" } }],
    ["STARTTLS", STARTTLS],
    ["AUTH PLAIN", auth("PLAIN", "x")],
  ])("%s is said only where it is offered", (extension, action) => {
    expect(() => ready([], ["b.test"]).send(action)).toThrow(new RegExp(`${extension}\\b`));
    expect(sent(ready(), action)).toMatch(/\r\n$/);
  });

  it("DSN of a recipient and chunks too", () => {
    const core = ready([MAIL], ["b.test", "PIPELINING"]);
    const notified: SmtpClientAction = {
      type: "rcpt",
      recipient: { forwardPath: "c@d", parameters: { notify: ["NEVER"] } },
    };
    expect(() => core.send(notified)).toThrow(/DSN/);
    expect(() => core.send(bdat("x", true))).toThrow(/CHUNKING/);
  });

  it("all parameters of an envelope", () => {
    const parameters = {
      size: 7,
      body: "8BITMIME",
      smtputf8: true,
      ret: "FULL",
      envid: "a+b=c d",
      auth: "x@y",
    } as const;
    const core = ready();
    expect(sent(core, { type: "mail", reversePath: "", parameters })).toBe(
      "MAIL FROM:<> SIZE=7 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=a+2Bb+3Dc+20d AUTH=x@y\r\n",
    );
    expect(
      sent(core, {
        type: "rcpt",
        recipient: {
          forwardPath: "c@d",
          parameters: { notify: ["SUCCESS", "DELAY"], orcpt: { addressType: "rfc822", address: "c+d@e" } },
        },
      }),
    ).toBe("RCPT TO:<c@d> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c+2Bd@e\r\n");
  });

  it("an address in UTF-8 says SMTPUTF8 (RFC 6531 §3.4)", () => {
    const mail = (smtputf8: boolean): SmtpClientAction => ({
      type: "mail",
      reversePath: "ü@b",
      parameters: { smtputf8 },
    });
    expect(() => ready().send(mail(false))).toThrow(/SMTPUTF8/);
    expect(sent(ready(), mail(true))).toBe("MAIL FROM:<\u00c3\u00bc@b> SMTPUTF8\r\n");
  });

  it("a line is no longer than servers must take", () => {
    expect(() => ready().send({ type: "vrfy", text: "x".repeat(2000) })).toThrow(/octets/);
    expect(() => ready().send(auth("PLAIN", "x".repeat(400)))).toThrow(/512/);
  });
});

describe("legality", () => {
  const actions: Readonly<Record<SmtpClientAction["type"], SmtpClientAction>> = {
    ehlo: EHLO,
    helo: { type: "helo", domain: "me.test" },
    starttls: STARTTLS,
    auth: auth("PLAIN", "x"),
    respond: { type: "respond", octets: "cancel" },
    mail: MAIL,
    rcpt: rcpt("c@d"),
    data: DATA,
    content: content("x"),
    end: END,
    bdat: bdat("x"),
    rset: RSET,
    noop: NOOP,
    vrfy: { type: "vrfy", text: "x" },
    quit: QUIT,
  };
  const places: readonly (() => SmtpClient)[] = [
    () => new SmtpClient(),
    () => new SmtpClient({ greeted: true }),
    () => ready(),
    () => ready([MAIL]),
    () => ready([MAIL, rcpt("c@d"), DATA]),
    () => ready([MAIL, rcpt("c@d"), bdat("x")]),
    open,
    () => ready([QUIT]),
    () => {
      const core = ready([auth("PLAIN")]);
      heard(core, "334 \r\n");
      return core;
    },
    () => {
      const core = ready([STARTTLS]);
      heard(core, "220 \r\n");
      return core;
    },
    () => {
      const core = new SmtpClient();
      heard(core, "554 no\r\n");
      return core;
    },
    () => {
      const core = ready();
      heard(core, "421 bye\r\n");
      return core;
    },
  ];

  it("each state is visited", () => {
    const legal = Object.values(smtpClientLegality).flatMap((rule) => rule.legal);
    const visited = places.map((make) => make().state);
    expect(visited).toEqual(expect.arrayContaining(legal));
  });

  it.each(Object.values(actions))("$type is sent where the table says so, and nowhere else", (action) => {
    for (const make of places) {
      const core = make();
      const { legal } = smtpClientLegality[action.type];
      const before = core.state;
      if (legal.includes(before)) {
        // RFC 3207: on its own, which the places with commands under way are not.
        expect(() => core.send(action), `${action.type} in ${before}`).not.toThrow(/not legal/);
      } else expect(() => core.send(action), `${action.type} in ${before}`).toThrow(/not legal/);
    }
  });
});

describe("properties", () => {
  it("whatever a server says, it tells at most one reply for each thing asked", () => {
    const line = fc.oneof(
      fc.constantFrom(
        "250 a\r\n",
        "250-a\r\n",
        "354 b\r\n",
        "550 c\r\n",
        "334 eA==\r\n",
        "421 d\r\n",
        "250 e\n",
      ),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.nat(3), (lines, count) => {
        const asked = [MAIL, ...Array.from({ length: count }, (_, index) => rcpt(`${index}@d`)), DATA];
        const { events } = feed(ready(asked), lines.map(encodeLatin1), { end: true });
        const replies = events.filter(({ type }) => type === "reply");
        expect(replies.length).toBeLessThanOrEqual(asked.length + 1);
      }),
      { numRuns: 500 },
    );
  });

  it("content is what a dot-reader gets back, however it is cut", () => {
    const text = fc
      .array(fc.constantFrom("", ".", "..", "a", ".a", "a.", "\u00ff"), { maxLength: 12 })
      .map((lines) => lines.map((each) => `${each}\r\n`).join(""));
    fc.assert(
      fc.property(text, fc.nat(), (whole, cut) => {
        const at = whole.length === 0 ? 0 : cut % whole.length;
        const core = open();
        const wire = `${sent(core, content(whole.slice(0, at)))}${sent(core, content(whole.slice(at)))}${sent(core, END)}`;
        expect(wire.endsWith(".\r\n")).toBe(true);
        expect(wire.slice(0, -3).replaceAll(/(^|\r\n)\./g, "$1")).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });
});
