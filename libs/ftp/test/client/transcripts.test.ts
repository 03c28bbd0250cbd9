/** Golden transcripts of the client core: what it says, hears and tells, octet for octet. `vitest -u` writes them anew. */
import {
  tellTranscript,
  type TranscriptPlay,
  type TranscriptStep,
  type TranscriptSubject,
} from "@socketscope/testkit";
import { expect, it } from "vitest";
import { FtpClient, type ClientVerb, type FtpClientAction, type FtpClientEvent } from "../../src/index.ts";
import { told } from "./told.ts";

const subject: TranscriptSubject<FtpClientEvent, FtpClientAction> = {
  peer: "server",
  make: () => new FtpClient(),
  tell: told,
  handsOverIn: ["securing"],
};

type Step = TranscriptStep<FtpClientAction>;

function says(verb: ClientVerb, argument?: string): Step {
  return { says: { type: "command", verb, argument } };
}

const heard = (...lines: readonly string[]): Step => ({ heard: lines.map((line) => `${line}\r\n`).join("") });

const LOGIN: readonly Step[] = [heard("220 x"), says("USER", "me"), heard("230 x")];

const plays: readonly TranscriptPlay<FtpClientAction>[] = [
  {
    title: "A login, a folder, the end",
    prose: "RFC 959 §5.4 has these commands and their replies in order.",
    steps: [
      heard("220-Welcome to the library.", "220 Nothing here is secret."),
      says("USER", "me"),
      heard("331 And the password?"),
      says("PASS", "secret"),
      heard("230 Welcome."),
      says("CWD", "books"),
      heard("250 Here you are."),
      says("QUIT"),
      heard("221 Bye."),
    ],
  },
  {
    title: "A reply whose lines look like others",
    prose: "Only a line with the same code and a blank ends it (§4.2).",
    steps: [
      heard("220 x"),
      says("FEAT"),
      heard("211-Features", " UTF8", "500 is not the end", "211-nor is this", "2110", "211 End"),
    ],
  },
  {
    title: "120 before the greeting, and no password wanted",
    prose: "120 is no greeting yet: the clock runs on.",
    steps: [
      heard("120 In a minute"),
      heard("220 Now"),
      says("USER", "anonymous"),
      heard("230 No need for a password."),
    ],
  },
  {
    title: "TLS",
    prose: "What comes behind 234 is not read any more: it belongs to TLS (RFC 4217 §4).",
    steps: [heard("220 x"), says("AUTH", "TLS"), { heard: "234 Go on.\r\nthe handshake" }],
  },
  {
    title: "A download, resumed",
    prose:
      "No clock runs while the data connection is in use; when it is done, the reply must come (RFC 3659 §5 has REST).",
    steps: [
      ...LOGIN,
      says("TYPE", "I"),
      heard("200 x"),
      says("EPSV"),
      heard("229 Entering (|||4711|)"),
      says("REST", "1000"),
      heard("350 And then?"),
      says("RETR", "big"),
      heard("150 Here it comes"),
      { says: { type: "ended" } },
      heard("226 That was it."),
    ],
  },
  {
    title: "A transfer that is broken off",
    prose: "Two replies: the transfer's, then ABOR's own (§4.1.3).",
    steps: [
      ...LOGIN,
      says("RETR", "big"),
      heard("150 Here it comes"),
      says("ABOR"),
      heard("426 Cut off."),
      heard("226 As you wish."),
    ],
  },
  {
    title: "ABOR of a transfer that is gone already",
    prose:
      "pyftpdlib, when the TLS of its data connection fails: 225 answers both, the transfer's own reply will not come.",
    steps: [
      ...LOGIN,
      says("RETR", "big"),
      heard("150 Here it comes"),
      says("ABOR"),
      heard("225 No transfer to abort."),
    ],
  },
  {
    title: "A refused transfer, a refused rename, another try",
    prose: "5yz ends what it answers, and nothing else (§4.2.1).",
    steps: [
      ...LOGIN,
      says("RETR", "nothing"),
      heard("550 No such file"),
      says("RNFR", "nothing"),
      heard("550 No such file"),
      says("RNFR", "a"),
      heard("350 To?"),
      says("RNTO", "b/c"),
      heard("553 No such folder"),
    ],
  },
];

it("the client core tells each conversation alike, however it is cut, and as it is written", async () => {
  const sections = plays.flatMap((play) => {
    const { lines, others } = tellTranscript(subject, play);
    expect(others).toEqual([]);
    return [...lines, ""];
  });
  const text = [
    "# What a client of FTP says and hears",
    "",
    "Sections without a number of an RFC of their own are of RFC 959. Each conversation is played whole, octet by octet,",
    "and cut in two at every point; written by `test/client/transcripts.test.ts`.",
    "",
    ...sections,
  ].join("\n");
  await expect(text).toMatchFileSnapshot("../transcripts/client.md");
});
