/** A real Dovecot as the server: in the clear, after STLS and under TLS, by each login; what is fetched is what it has. */
import { writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Dovecot, makeCertificates, missingForDovecot, needing, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EXIT } from "../src/exit-code.ts";
import { askedToFetch, type Ended } from "./asked.ts";

/** LF, as its Maildir has it: dots, a line of 5,000 octets, octets above 127, no line end at the end. */
const LETTERS = [
  "Subject: one\n\n.\n..two\nFrom here\nGr\u00fc\u00dfe\n",
  `Subject: two\n\n${"x".repeat(5000)}\n.end`,
  "Subject: three\n\n",
];
const HUGE = `Subject: huge\n\n${`${`${"x".repeat(70)}\n`.repeat(9)}.a dot\n`.repeat(6000)}`;

needing(missingForDovecot()).describe("Dovecot", () => {
  let dovecot: Dovecot;
  let folder: TemporaryFolder;
  const at = (name: string): string => join(folder.path, name);

  beforeAll(async () => {
    folder = new TemporaryFolder("mail-client-dovecot");
    const { ca, certificates } = makeCertificates(["127.0.0.1"]);
    const [certificate] = certificates;
    if (certificate === undefined) throw new TypeError("one certificate");
    writeFileSync(at("ca.pem"), ca);
    dovecot = await Dovecot.start({
      certificate,
      users: { ann: "se cret", bob: "x", carl: "y", dora: "z" },
    });
    for (const [index, text] of LETTERS.entries()) {
      for (const user of ["ann", "bob"])
        await dovecot.deliver(user, `${1_700_000_000 + index}.${index}.test`, Buffer.from(text, "utf8"));
    }
    await dovecot.deliver("carl", "1700000000.0.test", HUGE);
  });
  afterAll(async () => {
    await dovecot[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const fetched = (
    port: "pop3" | "pop3s",
    user: string,
    password: string,
    ...argv: string[]
  ): Promise<Ended> =>
    askedToFetch(["-s", `127.0.0.1:${dovecot.ports[port]}`, "-u", user, "--password", password, ...argv]);

  async function maildir(name: string): Promise<readonly string[]> {
    const files = await readdir(join(at(name), "new"));
    const all = await Promise.all(files.map((file) => readFile(join(at(name), "new", file), "utf8")));
    return all.toSorted();
  }
  const whole = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);

  it.each<readonly [how: string, port: "pop3" | "pop3s", argv: readonly string[]]>([
    ["in the clear by USER", "pop3", ["--auth", "USER"]],
    ["in the clear by SCRAM-SHA-256", "pop3", ["--auth", "SCRAM-SHA-256"]],
    ["after STLS by PLAIN", "pop3", ["--tls", "--auth", "PLAIN"]],
    ["after STLS by LOGIN", "pop3", ["--tls", "--auth", "LOGIN"]],
    ["under TLS by the best there is", "pop3s", ["--tls-on-connect"]],
  ])("%s", async (how, port, argv) => {
    const ended = await fetched(port, "ann", "se cret", ...argv, "--ca", at("ca.pem"), "--maildir", at(how));
    expect(ended).toMatchObject({
      code: 0,
      errors: "",
      output: expect.stringMatching(/^3 messages fetched/),
    });
    expect(await maildir(how)).toEqual(LETTERS.map(whole).toSorted());
    const again = await fetched(port, "ann", "se cret", ...argv, "--ca", at("ca.pem"), "--maildir", at(how));
    expect(again.output).toMatch(/^0 messages fetched .*; 3 here before\n$/);
  });

  it("a message of 4 MB, and of one connection the others wait for", async () => {
    const ended = await fetched("pop3s", "carl", "y", "--tls-on-connect", "--ca", at("ca.pem"));
    expect(ended.code).toBe(0);
    expect(ended.output.replaceAll("\r\n", "\n")).toBe(HUGE);
  });

  it("what is deleted is gone there, and only that", async () => {
    const one = await fetched("pop3", "bob", "x", "--number", "1", "--mbox", at("inbox"), "--delete");
    expect(one.output).toMatch(/^1 message fetched .*; 1 removed from the server\n$/);
    expect(await dovecot.messages("bob")).toHaveLength(2);
    const all = await fetched("pop3", "bob", "x", "--mbox", at("inbox"), "--delete");
    expect(all.output).toMatch(/^2 messages fetched .*; 2 removed from the server\n$/);
    expect(await dovecot.messages("bob")).toEqual([]);
    const text = (await readFile(at("inbox"), "utf8")).split(/^From MAILER-DAEMON .*\n/m).slice(1);
    expect(text.map((each) => each.slice(0, -1).replaceAll(/^>(>*From )/gm, "$1"))).toEqual(
      LETTERS.map(whole),
    );
    expect((await fetched("pop3", "bob", "x", "--mbox", at("inbox"))).output).toMatch(/^0 messages/);
  });

  it("a wrong password is one, and a foreign authority is not believed", async () => {
    const wrong = await fetched("pop3", "dora", "wrong");
    expect(wrong).toMatchObject({ code: EXIT.auth, errors: expect.stringMatching(/-ERR \[AUTH\]/) });
    expect((await fetched("pop3s", "dora", "z", "--tls-on-connect")).code).toBe(EXIT.tls);
    expect((await fetched("pop3", "dora", "z", "--tls")).code).toBe(EXIT.tls);
  });
});
