/** Golden transcripts of both cores: what they hear, tell and say, octet for octet. `vitest -u` writes them anew. */
import { tellTranscript, type TranscriptPlay, type TranscriptSubject } from "@socketscope/testkit";
import { encodeLatin1 } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  SmtpClient,
  SmtpServer,
  type SmtpClientAction,
  type SmtpClientEvent,
  type SmtpServerAction,
  type SmtpServerEvent,
} from "../src/index.ts";
import {
  ALL,
  auth,
  bdat,
  content,
  DATA,
  EHLO,
  ehloReply,
  END,
  MAIL,
  QUIT,
  rcpt,
  STARTTLS,
  told,
} from "./client/told.ts";
import { standardAnswer } from "./server/support.ts";

function render<Event extends object, Action>(
  name: string,
  about: string,
  subjectOf: (play: TranscriptPlay<Action>) => TranscriptSubject<Event, Action>,
  plays: readonly TranscriptPlay<Action>[],
): string {
  const lines = plays.flatMap((play) => {
    const transcript = tellTranscript(subjectOf(play), play);
    for (const other of transcript.others) expect(other).toEqual(transcript.lines);
    return [...transcript.lines, ""];
  });
  return [
    `# ${name}`,
    "",
    `${about} Sections without a number of their own are of RFC 5321.`,
    "Each conversation is played whole, octet by octet, and cut in two at every point; written by `test/transcripts.test.ts`.",
    "",
    ...lines,
  ].join("\n");
}

/** Takes everything but `no@b.test`; small limits, so that they are seen. */
const server: TranscriptSubject<SmtpServerEvent, SmtpServerAction> = {
  peer: "client",
  make: () =>
    new SmtpServer({
      hostname: "mx.test",
      startTls: true,
      mechanisms: ["PLAIN"],
      limits: { textLine: 40, size: 100, recipients: 2, errors: 4 },
    }),
  octets: "content",
  tell(event) {
    if (event.type === "content") return event.octets;
    const { type, ...rest } = event;
    if ("reply" in rest)
      return type === "refused" ? `refused ${event.type === "refused" ? event.what : ""}` : type;
    const shown = JSON.stringify(rest, (_name, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
    );
    return shown === "{}" ? type : `${type} ${shown}`;
  },
  answers(event) {
    if (event.type === "rcpt" && event.forwardPath === "no@b.test")
      return [{ type: "reply", reply: { code: 550, enhanced: "5.1.1", lines: ["Nobody of that name"] } }];
    const action = standardAnswer(event);
    return action === undefined ? [] : [action];
  },
  handsOverIn: ["tls"],
};

/** How much of a message was handed on before it was found to be none, the network decides: it is not told. */
const untaken: TranscriptSubject<SmtpServerEvent, SmtpServerAction> = {
  ...server,
  tell: (event) => (event.type === "content" ? new Uint8Array(0) : server.tell(event)),
};

const HELLO = { heard: "EHLO c.test\r\n" };
const BEGUN = { heard: "EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n" };
const IN_DATA = [BEGUN, { heard: "DATA\r\n" }];

const TOO_BIG = "A message that turns out too big";
const SMUGGLED = "A message smuggled behind another";

const serverPlays: readonly TranscriptPlay<SmtpServerAction>[] = [
  {
    title: "A letter",
    prose: "The commands in their order (§3.3); the dot that a line begins with is taken off (§4.5.2).",
    steps: [
      HELLO,
      { heard: "MAIL FROM:<a@a.test>\r\n" },
      { heard: "RCPT TO:<b@b.test>\r\n" },
      { heard: "DATA\r\n" },
      { heard: "Subject: x\r\n\r\n..dot\r\n.\r\n" },
      { heard: "QUIT\r\n" },
    ],
  },
  {
    title: "Commands sent ahead",
    prose: "PIPELINING (RFC 2920 §3.1): the replies come in the order of the commands, a refusal among them.",
    steps: [
      HELLO,
      { heard: "MAIL FROM:<>\r\nRCPT TO:<no@b.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n" },
      { heard: "x\r\n.\r\nQUIT\r\n" },
    ],
  },
  {
    title: "Chunks",
    prose: "BDAT counts octets and needs no dot (RFC 3030 §2).",
    steps: [BEGUN, { heard: "BDAT 6\r\n.one\r\n" }, { heard: "BDAT 5 LAST\r\ntwo\r\n" }],
  },
  {
    title: "A chunk out of order",
    prose: "Its octets are read over, or they would be taken for commands (RFC 3030 §2).",
    steps: [HELLO, { heard: "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n" }],
  },
  {
    title: "Out of order",
    prose: "503, and what to say instead (§4.1.4); RSET forgets the transaction (§4.1.1.5).",
    steps: [
      { heard: "MAIL FROM:<a@a.test>\r\n" },
      BEGUN,
      { heard: "MAIL FROM:<a@a.test>\r\n" },
      { heard: "RSET\r\nDATA\r\n" },
    ],
  },
  {
    title: "More recipients than may be",
    prose: "452, so that the others are sent in another transaction (§4.5.3.1.10).",
    steps: [BEGUN, { heard: "RCPT TO:<c@b.test>\r\nRCPT TO:<d@b.test>\r\n" }],
  },
  {
    title: TOO_BIG,
    prose: "It is read to its end and then refused (RFC 1870 §6.3), and the session goes on.",
    steps: [...IN_DATA, { heard: `${"0123456789\r\n".repeat(10)}.\r\nNOOP\r\n` }],
  },
  {
    title: SMUGGLED,
    prose: "LF . CRLF ends nothing (§2.3.8, §4.1.1.4): nothing behind it is taken for a command.",
    steps: [...IN_DATA, { heard: "first\r\n\n.\r\nMAIL FROM:<evil@a.test>\r\n" }],
  },
  {
    title: "AUTH",
    prose: "A challenge that the client gives up, and an initial response (RFC 4954 §4).",
    steps: [
      HELLO,
      { heard: "AUTH PLAIN\r\n" },
      { heard: "*\r\n" },
      { heard: "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n" },
    ],
  },
  {
    title: "STARTTLS",
    prose:
      "Behind 220 the octets are TLS's (RFC 3207 §4). What was said in the clear behind it is left unread: whoever put it there wants it taken for a command under TLS.",
    steps: [HELLO, { heard: "STARTTLS\r\nMAIL FROM:<evil@a.test>\r\n" }],
  },
  {
    title: "What is not understood",
    prose: "Each is answered once and the session goes on (§4.2.4), until there were too many.",
    steps: [
      { heard: "FOO\r\n" },
      { heard: "EHLO bad_name!\r\n" },
      { heard: "\r\n" },
      { heard: "NOOP\rNOOP\r\n" },
      { heard: "NOOP\r\n" },
    ],
  },
  {
    title: "A line feed alone",
    prose: "CRLF ends a line (§2.3.8); who types by hand is told so.",
    steps: [{ heard: "EHLO c.test\n" }],
  },
  {
    title: "A browser",
    prose: "A page can make it post octets of the page's choice: it is cut off at its first line.",
    steps: [{ heard: "POST / HTTP/1.1\r\nHost: mx.test\r\n\r\nEHLO x\r\n" }],
  },
  {
    title: "The server leaves",
    prose: "Between two transactions it says so (§3.8).",
    steps: [HELLO, { happens: "drain" }],
  },
  {
    title: "The client is silent",
    prose: "421 when the clock has run out (§4.5.3.2.7).",
    steps: [HELLO, { happens: "timeout" }],
  },
  {
    title: "The client leaves within a message",
    prose: "Half a message is none (§4.1.1.4).",
    steps: [...IN_DATA, { heard: "half\r\n" }, { happens: "end" }],
  },
];

const client: TranscriptSubject<SmtpClientEvent, SmtpClientAction> = {
  peer: "server",
  make: () => new SmtpClient({ limits: { line: 120 } }),
  tell: told,
  handsOverIn: ["tls"],
};

const GREETED = [{ heard: "220 b.test ESMTP\r\n" }, { says: EHLO }, { heard: ehloReply(ALL) }];
const OK = { heard: "250 2.0.0 OK\r\n" };
const GO = { heard: "354 Go on\r\n" };
const ENVELOPE = [...GREETED, { says: MAIL }, OK, { says: rcpt("c@d.test") }, OK];

const clientPlays: readonly TranscriptPlay<SmtpClientAction>[] = [
  {
    title: "A letter",
    prose: "A dot is put before a line that begins with one (§4.5.2).",
    steps: [
      ...ENVELOPE,
      { says: DATA },
      GO,
      { says: content("Subject: x\r\n\r\n.dot\r\n") },
      { says: END },
      OK,
      { says: QUIT },
      { heard: "221 2.0.0 Bye\r\n" },
    ],
  },
  {
    title: "Sent ahead",
    prose: "RFC 2920 §3.1: each reply is matched to its command, in order.",
    steps: [
      ...GREETED,
      { says: MAIL },
      { says: rcpt("c@d.test") },
      { says: rcpt("e@d.test") },
      { says: DATA },
      { heard: "250 OK\r\n550-5.1.1 Nobody\r\n550 5.1.1 of that name\r\n250 OK\r\n354 Go on\r\n" },
    ],
  },
  {
    title: "Chunks",
    prose: "RFC 3030 §2: the octets follow the command at once.",
    steps: [
      ...ENVELOPE,
      { says: bdat("one\r\n") },
      { says: bdat("two\r\n", true) },
      { heard: "250 5 octets\r\n250 OK\r\n" },
    ],
  },
  {
    title: "AUTH",
    prose: "RFC 4954 §4: a challenge, and a refusal with its enhanced code.",
    steps: [
      ...GREETED,
      { says: auth("PLAIN") },
      { heard: "334 \r\n" },
      { says: { type: "respond", octets: encodeLatin1("\0ann\0wrong") } },
      { heard: "535 5.7.8 No\r\n" },
    ],
  },
  {
    title: "STARTTLS",
    prose:
      "RFC 3207 §6: what came in the clear behind 220 is left unread; it is not what the server says under TLS.",
    steps: [...GREETED, { says: STARTTLS }, { heard: "220 Go\r\n250 injected\r\n" }],
  },
  {
    title: "A reply that nobody asked for",
    prose: "Taken for the next command's it would say that a message was taken.",
    steps: [...GREETED, { heard: "250 OK\r\n" }],
  },
  {
    title: "A farewell",
    prose: "421 may come at any time and stands for all that is unanswered (§3.8).",
    steps: [...ENVELOPE, { says: DATA }, { heard: "421 4.3.2 Shutting down\r\n" }],
  },
  {
    title: "A line that goes on and on",
    prose: "It is given up at the limit, not at its end (§4.5.3.1.5).",
    steps: [{ heard: `220 ${"x".repeat(200)}\r\n` }],
  },
  {
    title: "What is no reply",
    prose: "Three digits, a blank or a hyphen (§4.2).",
    steps: [{ heard: "HTTP/1.1 400 Bad Request\r\n" }],
  },
  {
    title: "Two codes in one reply",
    prose: "Each line of a reply has the same (§4.2.1).",
    steps: [{ heard: "220-b.test\r\n250 ESMTP\r\n" }],
  },
  {
    title: "A line feed alone",
    prose: "Who reads CR and LF apart loses count of the replies (§2.3.8).",
    steps: [{ heard: "220 b.test\n" }],
  },
  {
    title: "The connection ends behind the final dot",
    prose: "Nobody knows whether the message was taken (§4.5.4.1): it is sent again.",
    steps: [...ENVELOPE, { says: DATA }, GO, { says: content("x\r\n") }, { says: END }, { happens: "end" }],
  },
  {
    title: "The server is silent",
    prose: "A clock runs for whatever is due first (§4.5.3.2).",
    steps: [...GREETED, { says: MAIL }, { happens: "timeout" }],
  },
];

describe("the cores, as transcripts", () => {
  it("server", async () => {
    const text = render(
      "server",
      "A server that takes everything but mail for `no@b.test`.",
      ({ title }) => (title === TOO_BIG || title === SMUGGLED ? untaken : server),
      serverPlays,
    );
    await expect(text).toMatchFileSnapshot("transcripts/server.md");
  });

  it("client", async () => {
    const text = render("client", "The client, and servers good and bad.", () => client, clientPlays);
    await expect(text).toMatchFileSnapshot("transcripts/client.md");
  });
});
