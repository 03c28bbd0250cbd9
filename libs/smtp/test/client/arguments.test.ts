/** What callers pass in, and when: nothing of it can become another command. */
import { LocalError } from "@socketscope/wire";
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
} from "./told.ts";

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
