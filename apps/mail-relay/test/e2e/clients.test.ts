/** Mail programs that we did not write: what they send is in the mailbox, octet for octet, and what is there they fetch. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const BODY = "Zażółć gęślą jaźń\r\n.a line that begins with a dot\r\n..and one with two\r\n\r\nlast line\r\n";
const letter = (to: string): string =>
  `From: Ann <ann@a.test>\r\nTo: ${to}\r\nSubject: A letter\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${BODY}`;

describe.each(["hand", "smtp-server"])("real mail programs, engine %s", (engine) => {
  let folder: TemporaryFolder;
  let app: RunningApp;
  beforeAll(async () => {
    folder = new TemporaryFolder("mail-clients");
    app = await spawnApp("mail-relay", [
      `--engine=${engine}`,
      "--maildir",
      join(folder.path, "maildir"),
      "--login-delay=off",
    ]);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const at = (name: string): { host: string; port: string } => {
    const { hostname, port } = new URL(app.url(name).replace(/^\w+:/, "http:"));
    return { host: hostname, port };
  };
  const ca = (): string => app.ready.ca ?? "";
  const user = (): string => app.ready.account?.user ?? "";
  const password = (): string => app.ready.account?.password ?? "";

  /** The only message in a mailbox. */
  function received(mailbox: string): string {
    const box = join(folder.path, "maildir", mailbox, "new");
    const names = readdirSync(box);
    expect(names).toHaveLength(1);
    // Files have LF.
    return readFileSync(join(box, names[0] ?? ""), "utf8").replaceAll("\n", "\r\n");
  }
  const bodyOf = (message: string): string => message.slice(message.indexOf("\r\n\r\n") + 4);

  function fileOf(text: string): string {
    const file = join(folder.path, "letter.eml");
    writeFileSync(file, text);
    return file;
  }

  realClient("curl").describe("curl", () => {
    const curl = async (...args: readonly string[]): Promise<string> => {
      const result = await run("curl", ["--silent", "--show-error", "--max-time", "20", ...args]);
      expect(result.stderr).toBe("");
      return Buffer.from(result.stdout).toString("utf8");
    };
    const sending = (to: string): readonly string[] => [
      "--mail-from",
      user(),
      "--mail-rcpt",
      to,
      "--upload-file",
      fileOf(letter(to)),
    ];

    it("sends in clear, over STARTTLS and over TLS, logged in and not", async () => {
      const login = ["--user", `${user()}:${password()}`];
      await curl(`smtp://${at("smtp").host}:${at("smtp").port}/client.test`, ...sending("curl-1@b.test"));
      await curl(
        `smtp://127.0.0.1:${at("submission").port}/client.test`,
        "--ssl-reqd",
        "--cacert",
        ca(),
        ...login,
        ...sending("curl-2@b.test"),
      );
      await curl(
        `smtps://127.0.0.1:${at("smtps").port}/client.test`,
        "--cacert",
        ca(),
        ...login,
        ...sending("curl-3@b.test"),
      );
      for (const mailbox of ["curl-1@b.test", "curl-2@b.test", "curl-3@b.test"])
        expect(bodyOf(received(mailbox))).toBe(BODY);
      expect(received("curl-2@b.test")).toMatch(/with ESMTPSA\r\n \(TLSv1\.3 /);
      expect(received("curl-1@b.test")).toMatch(
        /^Return-Path: <[^>]+>\r\nDelivered-To: curl-1@b\.test\r\nReceived: from /,
      );
    });

    it("fetches by POP3 what was sent: in clear, after STLS and over TLS", async () => {
      await curl(`smtp://127.0.0.1:${at("smtp").port}/client.test`, ...sending(user()));
      const login = ["--user", `${user()}:${password()}`, "--cacert", ca()];
      const plain = await curl(`pop3://127.0.0.1:${at("pop3").port}/1`, ...login);
      expect(bodyOf(plain)).toBe(BODY);
      expect(await curl(`pop3://127.0.0.1:${at("pop3").port}/1`, "--ssl-reqd", ...login)).toBe(plain);
      expect(await curl(`pop3s://127.0.0.1:${at("pop3s").port}/1`, ...login)).toBe(plain);
      expect(plain).toBe(received(user()));
    });

    it("learns that a wrong password is one", async () => {
      const result = await run("curl", [
        "--silent",
        "--max-time",
        "20",
        "--user",
        `${user()}:wrong`,
        `smtp://127.0.0.1:${at("submission").port}`,
        ...sending("x@b.test"),
      ]);
      expect(result.code).toBe(67);
    });
  });

  realClient("swaks").describe("swaks", () => {
    it("swaks: over STARTTLS with a login, and pipelined", async () => {
      const result = await run("swaks", [
        "--server",
        "127.0.0.1",
        "--port",
        at("submission").port,
        "--ehlo",
        "client.test",
        "--tls",
        "--tls-verify",
        "--tls-ca-path",
        ca(),
        "--tls-sni",
        "localhost",
        "--auth",
        "PLAIN",

        "--auth-user",
        user(),
        "--auth-password",
        password(),
        "--from",
        user(),
        "--to",
        "swaks@b.test",
        "--pipeline",
        "--data",
        fileOf(letter("swaks@b.test").replaceAll("\r\n", "\n")),
      ]);
      expect(Buffer.from(result.stdout).toString("utf8")).toMatch(/250 2\.[06]\.0 OK/);
      expect(bodyOf(received("swaks@b.test")).trimEnd()).toBe(BODY.trimEnd());
    });
  });

  realClient("msmtp").describe("msmtp", () => {
    it("msmtp: over STARTTLS with SCRAM", async () => {
      const result = await run(
        "msmtp",
        [
          "--host=127.0.0.1",
          `--port=${at("submission").port}`,
          "--tls=on",
          "--tls-starttls=on",
          `--tls-trust-file=${ca()}`,

          "--auth=plain",
          `--user=${user()}`,
          `--passwordeval=echo ${password()}`,
          `--from=${user()}`,
          "msmtp@b.test",
        ],
        { input: letter("msmtp@b.test").replaceAll("\r\n", "\n") },
      );
      expect(result.stderr).toBe("");
      expect(bodyOf(received("msmtp@b.test"))).toBe(BODY);
    });
  });

  realClient("s-nail").describe("s-nail", () => {
    it("s-nail: a line of text in clear", async () => {
      await run(
        "s-nail",
        [
          "-:/",
          "-Sv15-compat",
          `-Smta=smtp://127.0.0.1:${at("smtp").port}`,
          "-Ssmtp-auth=none",
          "-Sfrom=ann@a.test",
          "-s",
          "A letter",
          "s-nail@b.test",
        ],
        { input: "Hello from s-nail\n" },
      );
      expect(bodyOf(received("s-nail@b.test"))).toContain("Hello from s-nail\r\n");
    });
  });

  realClient("python3").describe("python3", () => {
    it("Python's smtplib and poplib", async () => {
      const script = `
import smtplib, poplib, ssl, sys
smtp, pop3, ca, user, password = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
s = smtplib.SMTP("localhost", int(smtp)); s.starttls(context=context); s.login(user, password)
s.sendmail(user, ["python@b.test", user], b"From: a@a.test\\r\\nSubject: x\\r\\n\\r\\n.dot\\r\\n"); s.quit()
p = poplib.POP3("localhost", int(pop3)); p.stls(context); p.user(user); p.pass_(password)
n = len(p.list()[1]); print(p.retr(n)[1][-1].decode()); p.dele(n); p.quit()
p = poplib.POP3("localhost", int(pop3)); p.user(user); p.pass_(password); print(n - len(p.list()[1])); p.quit()
`;
      const result = await run("python3", [
        "-c",
        script,
        at("submission").port,
        at("pop3").port,
        ca(),
        user(),
        password(),
      ]);
      expect(result.stderr).toBe("");
      expect(Buffer.from(result.stdout).toString("utf8")).toBe(".dot\n1\n");
      expect(bodyOf(received("python@b.test"))).toBe(".dot\r\n");
    });
  });

  realClient("smtp-source").describe("smtp-source", () => {
    it("smtp-source: a thousand messages, eight at a time over connections that are used again", async () => {
      await run("smtp-source", [
        "-d",
        "-s",
        "8",
        "-m",
        "1000",
        "-l",
        "2000",
        "-f",
        "a@a.test",
        "-t",
        "load@b.test",
        `127.0.0.1:${at("smtp").port}`,
      ]);
      expect(readdirSync(join(folder.path, "maildir", "load@b.test", "new"))).toHaveLength(1000);
    });

    it("nodemailer: with attachments, over TLS", async () => {
      const transport = createTransport({
        host: "localhost",
        port: Number(at("smtps").port),
        secure: true,
        tls: { ca: readFileSync(ca()) },
        auth: { user: user(), pass: password() },
      });
      const content = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 256));
      await transport.sendMail({
        from: user(),
        to: "nodemailer@b.test",
        text: "Hello",
        attachments: [{ filename: "a.bin", content }],
      });
      const coded = received("nodemailer@b.test").replaceAll(/\s/g, "");
      expect(coded).toContain(content.toString("base64"));
    });
  });
});
