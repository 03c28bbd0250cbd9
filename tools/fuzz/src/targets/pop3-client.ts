import { describeResponse, Pop3Client, type Pop3ClientAction, type Pop3ClientEvent } from "@socketscope/pop3";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

const USER: Pop3ClientAction = { type: "user", name: "a" };
const PASS: Pop3ClientAction = { type: "pass", password: "b" };
const CAPA_REPLY = "+OK\r\nPIPELINING\r\nSTLS\r\nSASL PLAIN\r\n.\r\n";

/** What was sent ahead, logged in or not: the input's length says which of these it is. */
const conversations: readonly { readonly in: boolean; readonly asks: readonly Pop3ClientAction[] }[] = [
  { in: false, asks: [] },
  {
    in: true,
    asks: [
      { type: "stat" },
      { type: "list" },
      { type: "retr", number: 1 },
      { type: "top", number: 2, lines: 0 },
      { type: "uidl", number: 1 },
      { type: "dele", number: 1 },
      { type: "quit" },
    ],
  },
  { in: false, asks: [{ type: "stls" }] },
  { in: false, asks: [{ type: "auth", mechanism: "PLAIN" }] },
  { in: true, asks: [{ type: "retr", number: 1 }, { type: "capa" }, { type: "uidl" }, { type: "noop" }] },
  { in: false, asks: [USER] },
];

class Listener implements Policy<Pop3ClientEvent, Pop3ClientAction> {
  readonly opens: readonly Pop3ClientAction[];

  constructor(opens: readonly Pop3ClientAction[]) {
    this.opens = opens;
  }

  tell(event: Pop3ClientEvent): string | Uint8Array {
    switch (event.type) {
      case "response":
        return `${event.to} ${JSON.stringify(event.response)}`;
      case "piece":
        return event.octets;
      case "line":
        return `${event.to}: ${event.text}`;
      case "end":
        return `end ${event.to} ${event.bare}`;
      case "challenge":
        return `challenge ${event.octets?.join(" ") ?? "?"}`;
      case "closing":
        return `closing ${describeResponse(event.response)}`;
    }
  }

  answers(): readonly Pop3ClientAction[] {
    return [];
  }
}

/** The first still waits for its greeting. */
function begun(isIn: boolean, isFirst: boolean): Pop3Client {
  const core = new Pop3Client({
    limits: { line: 60, challenge: 90, lines: 6, capabilities: 6, message: 120, challenges: 3 },
  });
  const hears = (text: string): void => {
    core.receive(Buffer.from(text));
    while (typeof core.next() !== "string");
  };
  if (isFirst) return core;
  hears("+OK ready\r\n");
  core.send({ type: "capa" });
  hears(CAPA_REPLY);
  if (!isIn) return core;
  core.send(USER);
  hears("+OK\r\n");
  core.send(PASS);
  hears("+OK\r\n");
  return core;
}

export const pop3Client: Target = {
  name: "pop3-client",
  code: /\/libs\/(?:pop3\/(?:src|dist)\/(?:client|responses|listings)|wire\/)/,
  words: [
    "+OK\r\n",
    "+OK 1 20\r\n",
    "-ERR no\r\n",
    "-ERR [IN-USE] no\r\n",
    "+ \r\n",
    "+ eA==\r\n",
    ".\r\n",
    "..\r\n",
    "1 20\r\n",
    "1 a.b\r\n",
    "Subject: x\r\n\r\n",
    "SASL PLAIN\r\n",
    "\r\n",
    "\n",
    "\0",
  ],
  seeds: [
    CAPA_REPLY,
    "+OK 1 20\r\n+OK\r\n1 20\r\n.\r\n+OK\r\nSubject: x\r\n\r\n..dot\r\n.\r\n+OK\r\na\r\n.\r\n+OK 1 a.b\r\n+OK\r\n+OK bye\r\n",
    "+OK\r\na\r\n.\r\n+OK\r\nUIDL\r\n.\r\n+OK\r\n1 a.b\r\n2 c.d\r\n.\r\n+OK\r\n",
    "-ERR no\r\n-ERR\r\n-ERR [SYS/TEMP] later\r\n",
    "+OK go\r\n",
    "+ eA==\r\n-ERR [AUTH] no\r\n",
    "-ERR Disconnected for inactivity.\r\n",
    "+OK ready\r\n",
  ],
  run(input, cut) {
    const at = input.length % conversations.length;
    const { in: isIn, asks } = conversations[at] ?? { in: false, asks: [] };
    return walk(begun(isIn, at === 0), new Listener(asks), input, cut);
  },
};
