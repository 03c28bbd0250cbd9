import { SmtpServer, type Reply, type SmtpServerAction, type SmtpServerEvent } from "@socketscope/smtp";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

const ok: Reply = { code: 250, enhanced: "2.0.0", lines: ["ok"] };

const NOTHING = new Uint8Array(0);

/** Says yes to everything but the address `no@no.test`. */
class Receiver implements Policy<SmtpServerEvent, SmtpServerAction> {
  #content = "";

  tell(event: SmtpServerEvent): string | Uint8Array {
    // How much of a message was handed on before it was found to be none, the network decides.
    if (event.type === "content") {
      this.#content += Buffer.from(event.octets).toString("latin1");
      return NOTHING;
    }
    if (event.type === "end") {
      const content = this.#content;
      this.#content = "";
      return `message ${content}`;
    }
    if (event.type === "spoilt") this.#content = "";
    const { type, ...rest } = event;
    return `${type} ${JSON.stringify(rest, (_name, value: unknown) => (value instanceof Uint8Array ? value.join(" ") : value))}`;
  }

  answers(event: SmtpServerEvent): readonly SmtpServerAction[] {
    switch (event.type) {
      case "content":
        return [];
      case "connected":
        return [{ type: "reply", reply: { code: 220, lines: ["mx"] } }];
      case "mail":
      case "end":
        return [{ type: "reply", reply: ok }];
      case "rcpt": {
        const refused = { code: 550, enhanced: "5.1.1", lines: ["no"] };
        return [{ type: "reply", reply: event.forwardPath === "no@no.test" ? refused : ok }];
      }
      case "data":
        return [
          event.by === "BDAT" ? { type: "take" } : { type: "reply", reply: { code: 354, lines: ["go"] } },
        ];
      case "authenticate":
        return event.initial === undefined
          ? [{ type: "challenge", octets: Uint8Array.of(65) }]
          : [{ type: "reply", reply: { code: 235, lines: ["in"] } }];
      case "response":
        return [{ type: "reply", reply: { code: 535, enhanced: "5.7.8", lines: ["no"] } }];
      case "hello":
      case "chunk":
      case "spoilt":
      case "starttls":
      case "verify":
      case "reset":
      case "other":
      case "refused":
      case "leaving":
        return [{ type: "reply", reply: event.reply }];
    }
  }
}

const BEGUN = "EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n";

/** Behind the greeting: what comes before it is refused whatever it is. */
function greeted(): SmtpServer {
  const limits = {
    commandLine: 80,
    parameters: 100,
    authLine: 200,
    textLine: 40,
    size: 300,
    recipients: 4,
    errors: 12,
  };
  const core = new SmtpServer({ hostname: "mx", startTls: true, mechanisms: ["PLAIN"], limits });
  core.next();
  core.send({ type: "reply", reply: { code: 220, lines: ["mx"] } });
  return core;
}

export const smtpServer: Target = {
  name: "smtp-server",
  code: /\/libs\/(?:smtp\/(?:src|dist)\/(?:server|commands|grammar|parameters)|wire\/)/,
  words: [
    "EHLO c.test\r\n",
    "HELO c\r\n",
    "MAIL FROM:<a@a.test>",
    "MAIL FROM:<>\r\n",
    "RCPT TO:<b@b.test>\r\n",
    "RCPT TO:<no@no.test>\r\n",
    "DATA\r\n",
    "\r\n.\r\n",
    ".\r\n",
    "\n.\n",
    "BDAT 3\r\n",
    "BDAT 2 LAST\r\n",
    "BDAT 0 LAST\r\n",
    "RSET\r\n",
    "QUIT\r\n",
    "NOOP\r\n",
    "STARTTLS\r\n",
    "AUTH PLAIN",
    " =\r\n",
    "*\r\n",
    " SIZE=5",
    " BODY=8BITMIME",
    " SMTPUTF8",
    " RET=HDRS",
    " ENVID=+41",
    " NOTIFY=NEVER",
    " ORCPT=rfc822;a",
    '"a b"@c',
    "[IPv6:::1]",
    "@x,@y:",
    "Postmaster",
    "GET / HTTP/1.1\r\n",
    "\r\n",
    "\0",
  ],
  seeds: [
    `${BEGUN}DATA\r\na: b\r\n\r\n..dot\r\n.\r\nQUIT\r\n`,
    `${BEGUN}BDAT 6\r\nab\r\ncdBDAT 2 LAST\r\n\r\nMAIL FROM:<> SIZE=3\r\n`,
    `${BEGUN}DATA\r\nfirst\n.\nMAIL FROM:<x@x>\r\n.\r\n`,
    "EHLO c\r\nAUTH PLAIN\r\nAGEAYg==\r\nAUTH PLAIN =\r\nSTARTTLS\r\nEHLO x\r\n",
    'EHLO [IPv6:::1]\r\nMAIL FROM:<"a b"@c.test> RET=FULL ENVID=a+2B\r\nRCPT TO:<@x.test:b@b.test> NOTIFY=DELAY\r\nRSET\r\n',
    "HELO c\r\nVRFY a\r\nEXPN b\r\nHELP\r\nNOOP x\r\nFOO\r\n",
    `BDAT 5 LAST\r\nQUIT\r\n${BEGUN}DATA\r\n${"x".repeat(60)}\r\n.\r\n.`,
    "GET / HTTP/1.1\r\nHost: mx\r\n\r\n",
  ],
  run: (input, cut) => walk(greeted(), new Receiver(), input, cut),
};
