/** Golden transcripts of the server core: what it hears, tells and says, octet for octet. `vitest -u` writes them anew. */
import { tellTranscript, type TranscriptPlay, type TranscriptSubject } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { FtpServer, reply, type FtpServerAction, type FtpServerEvent } from "../../src/index.ts";
import { standardAnswer } from "./support.ts";

const subject: TranscriptSubject<FtpServerEvent, FtpServerAction> = {
  peer: "client",
  make: () => new FtpServer({ tls: true, secure: false, family: 4, limits: { loginTries: 2 } }),
  tell(event) {
    const shown = Object.entries(event).filter(
      ([name]) => !["type", "reply", "facts", "lines"].includes(name),
    );
    const rest = shown.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join("");
    return `${event.type}${rest}`;
  },
  answers: standardAnswer,
};

const LOGIN = "USER ann\r\nPASS secret\r\n";
const finish: FtpServerAction = { type: "finish", reply: reply(226, "Done") };

const plays: readonly TranscriptPlay<FtpServerAction>[] = [
  {
    title: "A login and a listing",
    prose:
      "The data connection is prepared first (EPSV, RFC 2428 §3); 150 begins the transfer, 226 ends it (§5.4).",
    steps: [{ heard: `${LOGIN}PWD\r\nEPSV\r\nMLSD\r\n` }, { says: finish }, { heard: "QUIT\r\n" }],
  },
  {
    title: "Commands while a transfer runs",
    prose:
      "STAT and NOOP are answered before the transfer's 226 (§4.1.3); the second RETR, and what comes behind it, waits for it.",
    steps: [
      { heard: `${LOGIN}EPSV\r\nRETR a\r\n` },
      { heard: "NOOP\r\nSTAT\r\nEPSV\r\nRETR b\r\n" },
      { says: finish },
      { says: finish },
    ],
  },
  {
    title: "ABOR as urgent data",
    prose:
      "Telnet's IP and Synch stand before it (§4.1.3); what was the urgent octet is lost. 426 is the transfer's reply, 226 ABOR's.",
    steps: [{ heard: `${LOGIN}EPSV\r\nSTOR a\r\n` }, { heard: "\xff\xf4\xf2ABOR\r\nNOOP\r\n" }],
  },
  {
    title: "ABOR as Python's ftplib sends it",
    prose: "The whole line is urgent, so its LF never comes: the line ends in CR.",
    steps: [{ heard: `${LOGIN}EPSV\r\nRETR a\r\n` }, { heard: "ABOR\r" }, { heard: "NOOP\r\n" }],
  },
  {
    title: "A rename",
    prose: "RNTO must follow RNFR at once (§4.1.3).",
    steps: [{ heard: `${LOGIN}RNFR a\r\nRNTO b\r\nRNFR a\r\nNOOP\r\nRNTO b\r\n` }],
  },
  {
    title: "Before TLS",
    prose:
      "What stands behind AUTH TLS in clear is not read: it belongs to the handshake, or to somebody who smuggles.",
    steps: [{ heard: "PBSZ 0\r\nAUTH SSL\r\nAUTH TLS\r\nUSER root\r\n" }],
  },
  {
    title: "EPSV ALL",
    prose: "RFC 2428 §4: from then on every other way to a data connection is refused.",
    steps: [{ heard: `${LOGIN}EPSV ALL\r\nPASV\r\nPORT 127,0,0,1,4,1\r\nEPSV\r\n` }],
  },
  {
    title: "Two wrong passwords",
    prose: "RFC 2577 §5: after so many the connection ends.",
    steps: [{ heard: "USER ann\r\nPASS wrong\r\nUSER ann\r\nPASS wrong\r\n" }],
  },
  {
    title: "A browser",
    prose: "A page made it send a form here; what it says next would be commands of the page's choice.",
    steps: [{ heard: "POST / HTTP/1.1\r\nHost: 127.0.0.1:2121\r\n\r\nUSER root\r\n" }],
  },
  {
    title: "We leave while a transfer runs",
    prose: "It ends, and 421 comes behind its reply.",
    steps: [{ heard: `${LOGIN}EPSV\r\nRETR a\r\n` }, { happens: "drain" }, { says: finish }],
  },
];

it("the server core, as transcripts", async () => {
  const lines = plays.flatMap((play) => {
    const transcript = tellTranscript(subject, play);
    for (const other of transcript.others) expect(other).toEqual(transcript.lines);
    return [...transcript.lines, ""];
  });
  const text = [
    "# server",
    "",
    "A client's session with the server core. Sections without a number of their own are of RFC 959.",
    "Each conversation is played whole, octet by octet, and cut in two at every point; written by `test/server/transcripts.test.ts`.",
    "",
    ...lines,
  ].join("\n");
  await expect(text).toMatchFileSnapshot("../transcripts/server.md");
});
