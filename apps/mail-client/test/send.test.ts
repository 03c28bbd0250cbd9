/** `mail-client send`: what arrives, what is said, and how it ends. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  findProgram,
  freePort,
  makeCertificates,
  realClient,
  SmtpPeer,
  Spawned,
  TemporaryFolder,
} from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../src/exit-code.ts";
import { askedToSend } from "./asked.ts";

let folder: TemporaryFolder;
const file = (name: string): string => join(folder.path, name);

beforeAll(() => {
  folder = new TemporaryFolder("mail-client");
});
afterAll(() => folder[Symbol.dispose]());

const to = (peer: SmtpPeer): readonly string[] => ["-s", `127.0.0.1:${peer.port}`, "--to", "bob@peer.test"];

/** Head and body of the only message. */
function only(peer: SmtpPeer): { readonly head: string; readonly body: string } {
  expect(peer.messages).toHaveLength(1);
  const [head = "", ...rest] = (peer.messages[0] ?? "").split("\r\n\r\n");
  return { head, body: rest.join("\r\n\r\n") };
}

describe("a composed message", () => {
  it("has text, subject and the fields that a message needs", async () => {
    await using peer = await SmtpPeer.listen();
    const ended = await askedToSend([
      ...to(peer),
      "--from",
      "Ann <ann@a.test>",
      "--subject",
      "Grüße",
      "--text",
      "Hallo\n.\nBob\n",
      "--header",
      "X-Test: one",
    ]);
    expect(ended).toEqual({
      code: 0,
      errors: "",
      output: expect.stringMatching(/took it for 1 recipient: 250 2\.0\.0 ok\n$/),
    });
    const { head, body } = only(peer);
    expect(head).toContain("From: Ann <ann@a.test>\r\n");
    expect(head).toContain("To: bob@peer.test\r\n");
    expect(head).toContain("Subject: =?UTF-8?");
    expect(head).toMatch(/^Message-ID: <[^@]+@a\.test>\r?$/m);
    expect(head).toMatch(/^Date: /m);
    expect(head).toContain("X-Test: one");
    expect(body).toBe("Hallo\r\n.\r\nBob\r\n");
    expect(peer.lines.slice(0, 3).map((line) => line.split(" SIZE")[0])).toEqual([
      expect.stringMatching(/^EHLO /),
      "MAIL FROM:<ann@a.test>",
      "RCPT TO:<bob@peer.test>",
    ]);
  });

  it("has HTML and files", async () => {
    await writeFile(file("plan.bin"), Buffer.from([0, 1, 2, 255]));
    await writeFile(file("letter.html"), "<b>hi</b>");
    await using peer = await SmtpPeer.listen();
    const ended = await askedToSend(
      [...to(peer), "--text", "-", "--html", `@${file("letter.html")}`, "--attach", file("plan.bin")],
      "hi\n",
    );
    expect(ended.code).toBe(0);
    const { head, body } = only(peer);
    expect(head).toContain("multipart/mixed");
    for (const part of [
      "multipart/alternative",
      "text/plain",
      "text/html",
      "<b>hi</b>",
      "filename=plan.bin",
      "AAEC/w==",
    ])
      expect(body).toContain(part);
  });

  it("names Cc and To in its head, Bcc nowhere, all in the envelope", async () => {
    await using peer = await SmtpPeer.listen();
    await askedToSend([
      ...to(peer),
      "--to",
      '"C, D" <c@d.test>,e@d.test',
      "--cc",
      "f@d.test",
      "--bcc",
      "g@d.test",
      "--from",
      "<>",
    ]);
    expect(
      peer.lines.filter((line) => /^(?:MAIL|RCPT)/.test(line)).map((line) => /<[^>]*>/.exec(line)?.[0]),
    ).toEqual(["<>", "<bob@peer.test>", "<c@d.test>", "<e@d.test>", "<f@d.test>", "<g@d.test>"]);
    const { head } = only(peer);
    expect(head).toMatch(/^Cc: f@d\.test\r?$/m);
    expect(head).not.toContain("g@d.test");
  });

  it("is another one each time", async () => {
    await using peer = await SmtpPeer.listen();
    const ended = await askedToSend([...to(peer), "--count", "30", "--parallel", "3"]);
    expect(ended).toMatchObject({ code: 0, errors: "" });
    expect(ended.output).toMatch(
      /^30 of 30 messages sent; \d+ octets over 3 connections in [\d.]+ s, [\d.]+\/s\n$/,
    );
    const ids = peer.messages.map((message) => /^Message-ID: (\S+)/m.exec(message)?.[1]);
    expect([new Set(ids).size, peer.connections]).toEqual([30, 3]);
  });
});

describe("a message that is there", () => {
  it.each(["--chunking", "--no-pipelining", "--pipelining"])(
    "is sent as it is, with CRLF (%s)",
    async (how) => {
      await writeFile(file("mail.eml"), "Subject: x\n\n.\n..dots\r\nend");
      await using peer = await SmtpPeer.listen();
      expect((await askedToSend([...to(peer), how, "--message", file("mail.eml")])).code).toBe(0);
      expect(peer.messages).toEqual(["Subject: x\r\n\r\n.\r\n..dots\r\nend\r\n"]);
      expect(peer.lines.some((line) => line.startsWith("BDAT"))).toBe(how === "--chunking");
    },
  );

  it.each([
    ["Subject: x\r\n\r\n\u00fc\r\n", / BODY=8BITMIME$/],
    ["Subject: \u00fc\r\n\r\nx\r\n", / BODY=8BITMIME SMTPUTF8$/],
    ["Subject: x\r\n\r\nx\r\n", /<sender@example\.test> SIZE=17$/],
  ])("%j says what it needs", async (message, mail) => {
    await using peer = await SmtpPeer.listen();
    expect((await askedToSend([...to(peer), "--message", "-"], Buffer.from(message, "latin1"))).code).toBe(0);
    expect(peer.lines.find((line) => line.startsWith("MAIL"))).toMatch(mail);
  });

  it("is not sent where it has what the server has not", async () => {
    await using peer = await SmtpPeer.listen({ offers: [] });
    const ended = await askedToSend([...to(peer), "--message", "-"], Buffer.from([0xfc, 10]));
    expect(ended).toMatchObject({
      code: EXIT.mail,
      errors: expect.stringMatching(/^mail-client: the message needs /),
    });
    expect(peer.messages).toEqual([]);
  });

  it("with a bare CR is not sent: another server could take it for a line end", async () => {
    await using peer = await SmtpPeer.listen();
    const ended = await askedToSend([...to(peer), "--message", "-"], "x\r.\r\nMAIL FROM:<>\n");
    expect(ended).toMatchObject({
      code: EXIT.failure,
      errors: expect.stringMatching(/a CR or LF stands alone/),
    });
    expect(peer.messages).toEqual([]);
  });

  it("of many megabytes is read as it goes", async () => {
    const line = `${"x".repeat(77)}\n`;
    await writeFile(file("big.eml"), `Subject: big\n\n${line.repeat(300_000)}`);
    await using peer = await SmtpPeer.listen({ offers: ["CHUNKING", "PIPELINING"] });
    const ended = await askedToSend([...to(peer), "--chunking", "--message", file("big.eml")]);
    expect(ended.code).toBe(0);
    expect(peer.messages[0]?.length).toBe("Subject: big\r\n\r\n".length + 300_000 * 79);
  });
});

describe("the dialogue", () => {
  it("is on standard error, without the password", async () => {
    await writeFile(file("password"), "secret word\nsecond line\n");
    await using peer = await SmtpPeer.listen({
      offers: ["AUTH PLAIN"],
      answer: (line) => (line.startsWith("AUTH") ? "235 2.7.0 ok" : undefined),
    });
    const ended = await askedToSend([...to(peer), "-v", "-u", "ann", "--password-file", file("password")]);
    expect(ended.code).toBe(0);
    expect(ended.errors).toMatch(/^← 220 peer\.test ESMTP\n→ EHLO /);
    expect(ended.errors).toMatch(/\n→ AUTH PLAIN \*{24}\n← 235 2\.7\.0 ok\n/);
    expect(ended.errors).toMatch(/\n\* \d+ octets of content\n→ \.\n/);
    expect(peer.lines).toContain(`AUTH PLAIN ${Buffer.from("\0ann\0secret word").toString("base64")}`);
  });

  it("says loudly that nobody is verified", async () => {
    const { ca, certificates } = makeCertificates(["127.0.0.1"]);
    const [certificate] = certificates;
    await writeFile(file("ca.pem"), ca);
    await using peer = await SmtpPeer.listen({ ...(certificate && { certificate }) });
    expect(await askedToSend([...to(peer), "--tls"])).toMatchObject({
      code: EXIT.tls,
      errors: expect.stringMatching(/\(--ca FILE names an authority to trust\)\n$/),
    });
    expect((await askedToSend([...to(peer), "--tls", "--ca", file("ca.pem"), "-v"])).errors).toMatch(
      /TLS from here on/,
    );
    const forced = await askedToSend([...to(peer), "--starttls", "--insecure"]);
    expect(forced).toMatchObject({ code: 0, errors: expect.stringMatching(/^WARNING: --insecure/) });
    expect(peer.messages).toHaveLength(2);
  });

  it("asks for notices (RFC 3461)", async () => {
    await using peer = await SmtpPeer.listen();
    await askedToSend([...to(peer), "--dsn", "success,delay", "--dsn-ret", "HDRS", "--dsn-envid", "n 1"]);
    expect(peer.lines.find((line) => line.startsWith("MAIL"))).toMatch(/ RET=HDRS ENVID=n\+201$/);
    expect(peer.lines.find((line) => line.startsWith("RCPT"))).toMatch(/ NOTIFY=SUCCESS,DELAY$/);
  });
});

describe("what goes wrong", () => {
  it.each<readonly [what: string, step: string, says: string, code: number, error: RegExp]>([
    ["greeting", "", "554 no", EXIT.greeting, /turns us away: 554 no/],
    ["hello", "LO", "502 no", EXIT.hello, /refuses EHLO and HELO/],
    ["MAIL", "MAIL", "550 5.7.1 not you", EXIT.mail, /<bob@peer\.test>: 550 5\.7\.1 not you/],
    ["RCPT", "RCPT", "550 5.1.1 nobody", EXIT.rcpt, /<bob@peer\.test>: 550 5\.1\.1 nobody/],
    ["DATA", "DATA", "452 4.3.1 full", EXIT.data, /452 4\.3\.1 full/],
    ["content", ".", "554 5.6.0 spam", EXIT.content, /554 5\.6\.0 spam/],
    ["421", "MAIL", "421 4.3.2 bye", EXIT.mail, /421 4\.3\.2 bye/],
    ["nonsense", "MAIL", "yes", EXIT.protocol, /"yes", which is no SMTP reply/],
    ["an escape sequence", "MAIL", "550 \u001b[2J", EXIT.mail, /550 \?\[2J/],
  ])("%s", async (_what, step, says, code, error) => {
    await using peer = await SmtpPeer.listen({
      offers: [],
      ...(step === "" && { greeting: says }),
      answer: (line) =>
        step !== "" && (step === "." ? line === step : line.includes(step)) ? says : undefined,
    });
    const ended = await askedToSend([...to(peer)]);
    expect(ended.code).toBe(code);
    expect(ended.errors).toMatch(error);
    expect(ended.errors.trimEnd().split("\n")).toHaveLength(1);
    expect(ended.output).toBe("");
  });

  it("some recipients", async () => {
    await using peer = await SmtpPeer.listen({
      answer: (line) => (line.includes("<no@") ? "550 no" : undefined),
    });
    const ended = await askedToSend([...to(peer), "--to", "no@d.test"]);
    expect(ended).toMatchObject({ code: EXIT.partial, errors: "mail-client: <no@d.test>: 550 no\n" });
    expect(ended.output).toMatch(/took it for 1 recipient/);
  });

  it("many messages: the connection is opened again, and all is counted", async () => {
    let seen = 0;
    await using peer = await SmtpPeer.listen({
      answer: (line, { socket }) => {
        if (line.startsWith("MAIL") && ++seen % 4 === 0) socket.destroy();
        return undefined;
      },
    });
    const ended = await askedToSend([...to(peer), "--count", "12"]);
    expect(ended.code).toBe(EXIT.partial);
    expect(ended.output).toMatch(/^9 of 12 messages sent, 3 not sent; .* over 3 connections/);
  });

  it("nobody listens: said once a connection, and no message is tried for ever", async () => {
    const peer = await SmtpPeer.listen();
    const there = to(peer);
    await peer[Symbol.asyncDispose]();
    const ended = await askedToSend([...there, "--count", "1000", "--parallel", "2"]);
    expect(ended.code).toBe(EXIT.notConnected);
    expect(ended.errors.trimEnd().split("\n")).toHaveLength(2);
    expect(ended.output).toMatch(/^0 of 1000 messages sent, 1000 not sent/);
  });

  it.each([
    [["--text", "x"], /give --to/],
    [["--to", "nobody"], /give an address/],
    [["--to", "a@b\r\nDATA"], /give an address/],
    [["--to", "a@b", "--header", "X: a\r\nBcc: c@d"], /give a field/],
    [["--to", "a@b", "--subject", "a\nb"], /give one line/],
    [["--to", "a@b", "--header", "Bcc: c@d"], /made of the other options/],
    [["--to", "a@b", "--message", "-", "--text", "x"], /sent as it is/],
    [["--to", "a@b", "--tls", "--tls-on-connect"], /give one of/],
    [["--to", "a@b", "--dsn", "never,success"], /give never/],
    [["--to", "a@b", "--password-file", "x"], /--user/],
    [["--to", "a@b", "--user", "x"], /--password-file/],
    [["--to", "a@b", "--message", "/nowhere/at/all"], /cannot read/],
    [["--to", "a@b", "--helo", "a b"], /give a host name/],
  ])("%j", async (argv, text) => {
    await expect(askedToSend(["-s", "127.0.0.1:1", ...argv]).then(() => undefined)).rejects.toThrow(text);
  });

  it("does not give the password to a server without TLS elsewhere", async () => {
    const ended = await askedToSend([
      "-s",
      "[::ffff:127.0.0.1]:1",
      "--to",
      "a@b",
      "-u",
      "x",
      "--password",
      "y",
      "--timeout",
      "2",
    ]);
    expect(ended.code).toBe(EXIT.notConnected);
  });
});

realClient("smtp-sink").describe("Postfix's smtp-sink", () => {
  it("takes messages from us, in groups and one by one", async () => {
    const port = await freePort();
    const unprivileged = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    const sink = new Spawned(findProgram("smtp-sink") ?? "", [
      ...unprivileged,
      "-c",
      `127.0.0.1:${port}`,
      "64",
    ]);
    try {
      const there = ["-s", `127.0.0.1:${port}`, "--to", "a@b.test", "--parallel", "4"];
      await expect.poll(async () => (await askedToSend(there)).code).toBe(0);
      for (const how of ["--no-pipelining", "--pipelining"]) {
        const ended = await askedToSend([...there, "--count", "20", how]);
        expect(ended.output).toMatch(/^20 of 20 messages sent; .* over 4 connections/);
      }
      // It counts sessions, farewells and messages.
      await expect.poll(() => sink.stdout).toMatch(/sess=9 quit=9 mesg=41\s*$/);
    } finally {
      await sink.stop();
    }
  });
});
