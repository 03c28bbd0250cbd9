/// <reference lib="esnext.disposable" />
/**
 * Records what real programs say to a real Postfix, one NDJSON file for each scenario:
 *
 *     npx tsx --conditions=@socketscope/source libs/smtp/test/recordings/record.ts
 *
 * Needs Postfix, swaks, curl and python3, and root. Loopback only.
 */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { Postfix, Recorder, run, TemporaryFolder } from "@socketscope/testkit";

type Scenario = (server: string, port: number) => Promise<unknown>;

const PIPELINED = `EHLO pipe.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<one@postfix.test>\r\nRCPT TO:<two@elsewhere.test>\r\nDATA\r\n`;

const scenarios: Readonly<Record<string, Scenario>> = {
  "postfix-swaks": (server) =>
    run("swaks", [
      "--server",
      server,
      "--from",
      "a@b.test",
      "--to",
      "one@postfix.test,two@elsewhere.test",
      "--pipeline",
      "--header",
      "Subject: recorded",
      "--body",
      "A line.\n.A line with a dot.\n",
    ]),
  "postfix-curl": async (server) => {
    using folder = new TemporaryFolder("recorded");
    const letter = join(folder.path, "letter");
    writeFileSync(letter, `Subject: one\r\n\r\n${"A line of the letter.\r\n".repeat(400)}`);
    await run("curl", [
      "-sS",
      `smtp://${server}/curl.test`,
      "--mail-from",
      "a@b.test",
      "--mail-rcpt",
      "one@postfix.test",
      "-T",
      letter,
    ]);
  },
  "postfix-chunks": (_, port) =>
    run("python3", [
      "-c",
      `import smtplib
s = smtplib.SMTP("127.0.0.1", ${port}, "py.test"); s.ehlo(); s.mail("a@b.test"); s.rcpt("one@postfix.test")
s.send(b"BDAT 14\\r\\nSubject: one\\r\\n"); print(s.getreply()); s.send(b"BDAT 10 LAST\\r\\n\\r\\n.hello\\r\\n"); print(s.getreply())
s.docmd("VRFY one"); s.docmd("NONSENSE"); s.quit()`,
    ]),
  "postfix-pipelined": async (_, port) => {
    const socket = createConnection(port, "127.0.0.1");
    await once(socket, "data");
    socket.resume();
    socket.write(PIPELINED);
    await new Promise((done) => setTimeout(done, 300));
    socket.end("Subject: two\r\n\r\n..\r\n.\r\nQUIT\r\n");
    await once(socket, "close");
  },
};

for (const [name, scenario] of Object.entries(scenarios)) {
  await using postfix = await Postfix.start();
  await using recorder = await Recorder.start(postfix.port);
  await scenario(`127.0.0.1:${recorder.port}`, recorder.port);
  writeFileSync(new URL(`${name}.ndjson`, import.meta.url), recorder.ndjson);
}
