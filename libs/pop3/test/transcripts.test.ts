/** Golden transcripts of both cores: what they hear, tell and say, octet for octet. `vitest -u` writes them anew. */
import { tellTranscript, type TranscriptPlay, type TranscriptSubject } from "@socketscope/testkit";
import { encodeLatin1 } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  Pop3Client,
  Pop3Server,
  type Pop3ClientAction,
  type Pop3ClientEvent,
  type Pop3ServerAction,
  type Pop3ServerEvent,
} from "../src/index.ts";
import {
  auth,
  CAPA,
  dele,
  LIST,
  PASS,
  QUIT,
  respond,
  retr,
  STAT,
  STLS,
  told,
  UIDL,
  USER,
} from "./client/told.ts";

function render<Event extends object, Action>(
  name: string,
  about: string,
  subject: TranscriptSubject<Event, Action>,
  plays: readonly TranscriptPlay<Action>[],
): string {
  const lines = plays.flatMap((play) => {
    const transcript = tellTranscript(subject, play);
    for (const other of transcript.others) expect(other).toEqual(transcript.lines);
    return [...transcript.lines, ""];
  });
  return [
    `# ${name}`,
    "",
    `${about} Sections without a number of their own are of RFC 1939.`,
    "Each conversation is played whole, octet by octet, and cut in two at every point; written by `test/transcripts.test.ts`.",
    "",
    ...lines,
  ].join("\n");
}

const TEXT = "Subject: x\r\n\r\n.dot\r\n";

/** A mailbox of one message; the password is "right", and so is every answer to a challenge. */
const server: TranscriptSubject<Pop3ServerEvent, Pop3ServerAction> = {
  peer: "client",
  make: () =>
    new Pop3Server({
      stls: true,
      passwords: true,
      mechanisms: ["PLAIN"],
      limits: { commandLine: 80, errors: 3 },
    }),
  tell(event) {
    const { type, ...rest } = event;
    if (type === "said" || type === "refused") return type;
    const shown = JSON.stringify(rest, (_name, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
    );
    return shown === "{}" ? type : `${type} ${shown}`;
  },
  answers(event) {
    switch (event.type) {
      case "said":
      case "refused":
        return [event.answer];
      case "login":
        return [
          event.password === "right"
            ? { type: "ok", text: "1 message" }
            : { type: "err", code: "AUTH", text: "No" },
        ];
      case "authenticate":
        return event.initial === undefined
          ? [{ type: "challenge", octets: new Uint8Array(0) }]
          : [{ type: "ok", text: "1 message" }];
      case "response":
        return [
          event.octets === "cancel" ? { type: "err", text: "Given up" } : { type: "ok", text: "1 message" },
        ];
      case "list":
      case "uidl": {
        const text = event.type === "list" ? `1 ${TEXT.length}` : "1 a.b";
        return [
          event.number === undefined ? { type: "lines", text: "All", lines: [text] } : { type: "ok", text },
        ];
      }
      case "retrieve":
        return [
          { type: "begin", text: `${TEXT.length} octets` },
          { type: "data", octets: encodeLatin1(TEXT) },
          { type: "end" },
        ];
      case "stat":
        return [{ type: "ok", text: `1 ${TEXT.length}` }];
      case "connected":
      case "stls":
      case "delete":
      case "reset":
      case "quit":
        return [{ type: "ok", text: event.type }];
    }
  },
  handsOverIn: ["tls"],
};

const LOGIN = { heard: "USER ann\r\nPASS right\r\n" };

const serverPlays: readonly TranscriptPlay<Pop3ServerAction>[] = [
  {
    title: "A session",
    prose: "Authorization, transaction, update (§3 to §6); a dot before each line that begins with one.",
    steps: [
      { heard: "USER ann\r\n" },
      { heard: "PASS right\r\n" },
      { heard: "STAT\r\n" },
      { heard: "LIST\r\n" },
      { heard: "UIDL 1\r\n" },
      { heard: "RETR 1\r\n" },
      { heard: "TOP 1 0\r\n" },
      { heard: "DELE 1\r\n" },
      { heard: "RSET\r\n" },
      { heard: "NOOP\r\n" },
      { heard: "QUIT\r\n" },
    ],
  },
  {
    title: "What it can do, and commands sent ahead",
    prose: "CAPA (RFC 2449 §5) and PIPELINING (RFC 2449 §6.6): answers come in the order of the commands.",
    steps: [{ heard: "CAPA\r\n" }, LOGIN, { heard: "STAT\r\nRETR 1\r\nQUIT\r\n" }],
  },
  {
    title: "Logins that fail",
    prose: "A reason in brackets (RFC 2449 §8, RFC 3206 §5); PASS belongs right behind a USER (§7).",
    steps: [{ heard: "PASS right\r\n" }, { heard: "USER ann\r\nPASS wrong\r\n" }, { heard: "QUIT\r\n" }],
  },
  {
    title: "AUTH",
    prose: "An initial response, a challenge, and one that the client gives up (RFC 5034 §4).",
    steps: [
      { heard: "AUTH PLAIN\r\n" },
      { heard: "*\r\n" },
      { heard: "AUTH PLAIN\r\n" },
      { heard: "AGFubgByaWdodA==\r\n" },
      { heard: "QUIT\r\n" },
    ],
  },
  {
    title: "STLS",
    prose:
      "Behind +OK the octets are TLS's (RFC 2595 §4). What a client said in the clear behind STLS is left unread: whoever put it there wants it taken for a command under TLS.",
    steps: [{ heard: "STLS\r\nSTAT\r\n" }],
  },
  {
    title: "What is not understood",
    prose: "Each is answered once and the session goes on (§3), until there were too many.",
    steps: [
      { heard: "FOO\r\n" },
      { heard: `STAT ${"x".repeat(90)}\r\n` },
      { heard: "STAT\r\n" },
      { heard: "NOOP\r\n" },
    ],
  },
  {
    title: "A line feed alone",
    prose: "CRLF ends a line (§3); who types by hand is told so.",
    steps: [{ heard: "NOOP\n" }],
  },
  {
    title: "The client leaves without QUIT",
    prose: "Nothing is removed (§6).",
    steps: [LOGIN, { heard: "DELE 1\r\n" }, { happens: "end" }],
  },
  {
    title: "The client is silent",
    prose: "The connection closes without a word, and nothing is removed (§3).",
    steps: [LOGIN, { happens: "timeout" }],
  },
];

const client: TranscriptSubject<Pop3ClientEvent, Pop3ClientAction> = {
  peer: "server",
  make: () => new Pop3Client({ limits: { line: 80, message: 60, lines: 4 } }),
  tell: (event) => (event.type === "piece" ? event.octets : told(event)),
  octets: "message",
  handsOverIn: ["securing"],
};

const GREETING = { heard: "+OK ready\r\n" };
const OFFER = [
  GREETING,
  { says: CAPA },
  { heard: "+OK\r\nUSER\r\nUIDL\r\nPIPELINING\r\nSTLS\r\nSASL PLAIN\r\n.\r\n" },
];
const IN = [...OFFER, { says: USER }, { heard: "+OK\r\n" }, { says: PASS }, { heard: "+OK\r\n" }];

const clientPlays: readonly TranscriptPlay<Pop3ClientAction>[] = [
  {
    title: "A session",
    prose: "What the server can do, a login, the mailbox, a message, and the end (§3 to §7, RFC 2449 §5).",
    steps: [
      ...IN,
      { says: STAT },
      { heard: "+OK 2 38\r\n" },
      { says: LIST },
      { heard: "+OK\r\n1 20\r\n2 18\r\n.\r\n" },
      { says: UIDL },
      { heard: "+OK\r\n1 a.b\r\n2 c.d\r\n.\r\n" },
      { says: retr(1) },
      { heard: "+OK 20 octets\r\nSubject: x\r\n\r\n..dot\r\n.\r\n" },
      { says: dele(1) },
      { heard: "+OK\r\n" },
      { says: QUIT },
      { heard: "+OK bye\r\n" },
    ],
  },
  {
    title: "Sent ahead",
    prose: "RFC 2449 §6.6: each response is matched to its command, in order.",
    steps: [
      ...IN,
      { says: retr(1) },
      { says: retr(2) },
      { says: QUIT },
      { heard: "+OK\r\na\r\n.\r\n-ERR gone\r\n+OK\r\n" },
    ],
  },
  {
    title: "AUTH",
    prose: "RFC 5034 §4: an empty challenge, then a refusal with its reason (RFC 3206 §5).",
    steps: [
      ...OFFER,
      { says: auth("PLAIN") },
      { heard: "+ \r\n" },
      { says: respond("\0ann\0wrong") },
      { heard: "-ERR [AUTH] no\r\n" },
      { says: QUIT },
      { heard: "+OK\r\n" },
    ],
  },
  {
    title: "STLS",
    prose:
      "RFC 2595 §4: what came in the clear behind +OK is left unread; it is not what the server says under TLS.",
    steps: [...OFFER, { says: STLS }, { heard: "+OK go\r\n+OK injected\r\n" }],
  },
  {
    title: "A response that nobody asked for",
    prose: "Taken for the next command's it would say that a message was removed.",
    steps: [...IN, { heard: "+OK\r\n" }],
  },
  {
    title: "A farewell",
    prose: "Servers in use say why they leave, though §3 has them go without a word.",
    steps: [...IN, { heard: "-ERR Disconnected for inactivity.\r\n" }],
  },
  {
    title: "A message without end",
    prose: "It is given up at the limit, not at its end.",
    steps: [...IN, { says: retr(1) }, { heard: `+OK\r\n${"x".repeat(90)}\r\n` }],
  },
  {
    title: "A listing without end",
    prose: "Given up at the limit as well.",
    steps: [...IN, { says: LIST }, { heard: "+OK\r\n1 1\r\n2 1\r\n3 1\r\n4 1\r\n5 1\r\n" }],
  },
  {
    title: "The connection ends in the middle of a message",
    prose: "Half a message is none.",
    steps: [...IN, { says: retr(1) }, { heard: "+OK\r\nhalf\r\n" }, { happens: "end" }],
  },
  {
    title: "The connection ends behind QUIT",
    prose: "Without its +OK nobody knows what was removed (§6).",
    steps: [...IN, { says: dele(1) }, { heard: "+OK\r\n" }, { says: QUIT }, { happens: "end" }],
  },
  {
    title: "The server is silent",
    prose: "A clock runs for whatever is due first.",
    steps: [...IN, { says: STAT }, { happens: "timeout" }],
  },
];

describe("the cores, as transcripts", () => {
  it("server", async () => {
    const text = render("server", "The server of a mailbox with one message.", server, serverPlays);
    await expect(text).toMatchFileSnapshot("transcripts/server.md");
  });

  it("client", async () => {
    const text = render("client", "The client, and servers good and bad.", client, clientPlays);
    await expect(text).toMatchFileSnapshot("transcripts/client.md");
  });
});
