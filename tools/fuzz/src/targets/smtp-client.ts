import { SmtpClient, type SmtpClientAction, type SmtpClientEvent } from "@socketscope/smtp";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

const MAIL: SmtpClientAction = { type: "mail", reversePath: "a@b.test", parameters: { smtputf8: false } };
const RCPT: SmtpClientAction = { type: "rcpt", recipient: { forwardPath: "c@d.test", parameters: {} } };
const GROUP: readonly SmtpClientAction[] = [MAIL, RCPT, RCPT, { type: "data" }];
const EHLO_REPLY =
  "250-s\r\n250-PIPELINING\r\n250-SIZE 9\r\n250-CHUNKING\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n";

/**
 * What was sent ahead: the input's length says which of these it is. Nothing is said in answer: a reply that is here
 * before its command is another thing than one behind it, so the cuts would tell.
 */
const conversations: readonly (readonly SmtpClientAction[])[] = [
  [],
  GROUP,
  [{ type: "starttls" }],
  [{ type: "auth", mechanism: "PLAIN" }],
  [MAIL, RCPT, { type: "bdat", octets: Uint8Array.of(120), last: true }, { type: "quit" }],
  [{ type: "ehlo", domain: "c.test" }],
];

class Listener implements Policy<SmtpClientEvent, SmtpClientAction> {
  readonly opens: readonly SmtpClientAction[];

  constructor(opens: readonly SmtpClientAction[]) {
    this.opens = opens;
  }

  tell(event: SmtpClientEvent): string {
    switch (event.type) {
      case "reply":
        return `${event.to} ${JSON.stringify(event.reply)}`;
      case "challenge":
        return `challenge ${event.octets?.join(" ") ?? "?"}`;
      case "closing":
        return `closing ${JSON.stringify(event.reply)}`;
    }
  }

  answers(): readonly SmtpClientAction[] {
    return [];
  }
}

/** Without `actions` it still waits for its greeting. */
function begun(actions: readonly SmtpClientAction[]): SmtpClient {
  const core = new SmtpClient({ limits: { line: 80, lines: 12, challenges: 3 } });
  if (actions.length === 0) return core;
  core.receive(Buffer.from("220 s ESMTP\r\n"));
  core.next();
  core.send({ type: "ehlo", domain: "c.test" });
  core.receive(Buffer.from(EHLO_REPLY));
  core.next();
  return core;
}

export const smtpClient: Target = {
  name: "smtp-client",
  code: /\/libs\/(?:smtp\/(?:src|dist)\/(?:client|replies)|wire\/)/,
  words: [
    "220 s\r\n",
    "250 ok\r\n",
    "250-",
    "354 go\r\n",
    "334 ",
    "334 eA==\r\n",
    "235 2.7.0 ok\r\n",
    "421 4.3.2 bye\r\n",
    "550 5.1.1 no\r\n",
    "221 bye\r\n",
    "PIPELINING",
    "\r\n",
  ],
  seeds: [
    EHLO_REPLY,
    "220 s ESMTP\r\n",
    "250 a\r\n250 b\r\n550 5.1.1 c\r\n354 d\r\n250 e\r\n",
    "250 a\r\n250-2.1.5 b\r\n250 2.1.5 b\r\n550 5.1.1 c\r\n354 d\r\n552 5.3.4 e\r\n",
    "220 go\r\n",
    "334 eA==\r\n235 2.7.0 ok\r\n",
    "250 a\r\n250 b\r\n250 c\r\n221 d\r\n",
    "554 no\r\n",
    "421 4.3.2 bye\r\n",
    "220-a\r\n220-b\r\n220 c\r\n",
  ],
  run(input, cut) {
    const opens = conversations[input.length % conversations.length] ?? [];
    return walk(begun(opens), new Listener(opens), input, cut);
  },
};
