import { Pop3Server, type Pop3ServerAction, type Pop3ServerEvent } from "@socketscope/pop3";
import type { Target } from "../target.ts";
import { walk, type Policy } from "../walk.ts";

/** A mailbox of two messages; every password is right but "no". */
const policy: Policy<Pop3ServerEvent, Pop3ServerAction> = {
  tell(event) {
    const { type, ...rest } = event;
    return `${type} ${JSON.stringify(rest, (_name, value: unknown) => (value instanceof Uint8Array ? value.join(" ") : value))}`;
  },
  answers(event) {
    switch (event.type) {
      case "said":
      case "refused":
        return [event.answer];
      case "login":
        return [
          event.password === "no" ? { type: "err", code: "AUTH", text: "no" } : { type: "ok", text: "in" },
        ];
      case "authenticate":
        return [
          event.initial === undefined
            ? { type: "challenge", octets: Uint8Array.of(65) }
            : { type: "ok", text: "in" },
        ];
      case "response":
        return [{ type: "err", code: "AUTH", text: "no" }];
      case "list":
      case "uidl":
        return [
          event.number === undefined
            ? { type: "lines", text: "two", lines: ["1 3", ".2"] }
            : { type: "ok", text: `${event.number}` },
        ];
      case "retrieve":
        return [
          { type: "begin", text: "4 octets" },
          { type: "data", octets: Uint8Array.of(46, 97, 13, 10) },
          { type: "end" },
        ];
      case "connected":
      case "stls":
      case "stat":
      case "delete":
      case "reset":
      case "quit":
        return [{ type: "ok", text: event.type }];
    }
  },
};

const IN = "USER a\r\nPASS b\r\n";

export const pop3Server: Target = {
  name: "pop3-server",
  code: /\/libs\/(?:pop3|wire)\//,
  words: [
    "USER a\r\n",
    "PASS b\r\n",
    "PASS no\r\n",
    "AUTH PLAIN",
    "AUTH\r\n",
    " =\r\n",
    "*\r\n",
    "STLS\r\n",
    "CAPA\r\n",
    "STAT\r\n",
    "LIST",
    " 1\r\n",
    "UIDL\r\n",
    "RETR 1\r\n",
    "TOP 1 0\r\n",
    "DELE 2\r\n",
    "NOOP\r\n",
    "RSET\r\n",
    "QUIT\r\n",
    "\r\n",
    "\n",
    "\0",
  ],
  seeds: [
    `${IN}STAT\r\nLIST\r\nLIST 1\r\nUIDL\r\nRETR 1\r\nTOP 1 0\r\nDELE 1\r\nRSET\r\nQUIT\r\n`,
    "CAPA\r\nAUTH PLAIN\r\nAGEAYg==\r\nAUTH PLAIN =\r\nNOOP\r\n",
    "USER a\r\nPASS no\r\nPASS b\r\nSTLS\r\n",
    `${IN}RETR x\r\nDELE 0\r\nTOP 1\r\nFOO\r\n.`,
  ],
  run: (input, cut) =>
    walk(
      new Pop3Server({
        stls: true,
        passwords: true,
        mechanisms: ["PLAIN"],
        limits: { commandLine: 60, authLine: 120, errors: 12 },
      }),
      policy,
      input,
      cut,
    ),
};
