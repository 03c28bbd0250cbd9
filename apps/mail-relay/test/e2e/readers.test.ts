/** Mail programs that we did not write read what they sent: by POP3, and our Maildir as it lies on the disk. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  realClient,
  run,
  spawnApp,
  TemporaryFolder,
  workspaceRoot,
  type RunningApp,
  type RunResult,
} from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const BODY =
  "Zażółć gęślą jaźń\n.a line that begins with a dot\n..and one with two\nFrom here\n\nlast line\n";

/** Each test starts several programs, one after the other. */
const TIMEOUT = 120_000;

describe.each(["hand", "smtp-server"])("programs that read, engine %s", (engine) => {
  let folder: TemporaryFolder;
  let app: RunningApp;
  beforeAll(async () => {
    folder = new TemporaryFolder("mail-readers");
    // A mailbox for each program: what one reads or removes is nobody else's.
    const users = ["mutt", "neomutt", "fetchmail", "client"].map(
      (name) => `--user=${name}@lab.test:pass word`,
    );
    app = await spawnApp("mail-relay", [
      `--engine=${engine}`,
      `--maildir=${at("maildir")}`,
      "--local-domain=lab.test",
      "--login-delay=off",
      ...users,
    ]);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const at = (name: string): string => join(folder.path, name);
  const port = (name: string): string => new URL(app.url(name).replace(/^\w+:/, "http:")).port;
  const ca = (): string => app.ready.ca ?? "";
  const files = (user: string, part: string): readonly string[] =>
    readdirSync(join(at("maildir"), `${user}@lab.test`, part));

  const environment = (): Record<string, string> => ({ HOME: folder.path, TERM: "xterm" });

  /** mutt and its like want a terminal: `script` is one. */
  async function onTerminal(command: string): Promise<void> {
    const { code, text } = await run("script", ["-qec", command, "/dev/null"], { env: environment() });
    expect(code, text.slice(-500)).toBe(0);
  }

  for (const program of ["mutt", "neomutt"])
    realClient(program, "script").describe(program, () => mutt(program));

  function mutt(program: string): void {
    const user = `${program}@lab.test`;
    const settings = (more: readonly string[]): string => {
      const file = at(`${program}rc`);
      const lines = [
        `set ssl_ca_certificates_file="${ca()}"`,
        "set ssl_starttls=yes",
        "set ssl_force_tls=yes",
        `set from="${user}"`,
        "set copy=no",
        "set charset=utf-8",
        `set smtp_url="smtp://${user}@127.0.0.1:${port("submission")}/"`,
        'set smtp_pass="pass word"',
        "set smtp_authenticators=plain",
        `set pop_user="${user}"`,
        'set pop_pass="pass word"',
        "set pop_delete=no",
        "set wait_key=no",
        "set pipe_decode=yes",
        "set delete=no",
        "ignore *",
        "unignore subject",
        ...more,
        "",
      ];
      writeFileSync(file, lines.join("\n"));
      return file;
    };

    /** The only message of a mailbox, as the program shows it. */
    async function read(where: string): Promise<string> {
      const out = at(`${program}.out`);
      writeFileSync(out, "nothing");
      const keys = `push "<tag-pattern>.<enter><tag-prefix><pipe-message>cat > ${out}<enter><exit>"`;
      await onTerminal(`${program} -n -F ${settings([keys])} -f '${where}'`);
      return readFileSync(out, "utf8").replaceAll("\r", "");
    }

    it(
      "sends over STARTTLS, and reads it by POP3 and in our Maildir",
      async () => {
        const sent = await run(program, ["-n", "-F", settings([]), "-s", `from ${program}`, user], {
          env: environment(),
          input: BODY,
        });
        expect(sent).toMatchObject({ code: 0, stderr: "" });
        expect(files(program, "new")).toHaveLength(1);
        for (const where of [
          `pops://127.0.0.1:${port("pop3s")}/`,
          `pop://127.0.0.1:${port("pop3")}/`,
          join(at("maildir"), user),
        ]) {
          const shown = await read(where);
          expect(shown).toContain(`Subject: from ${program}\n`);
          expect(shown.slice(shown.indexOf("\n\n") + 2).trimEnd()).toBe(BODY.trimEnd());
        }
      },
      TIMEOUT,
    );

    it(
      "writes into our Maildir, with LF as in every file, and POP3 hands it out",
      async () => {
        const box = join(at("maildir"), user);
        const rc = settings(["set copy=yes", `set record="${box}"`]);
        const sent = await run(program, ["-n", "-F", rc, "-s", "kept", "away@lab.test"], {
          env: environment(),
          input: BODY,
        });
        expect(sent).toMatchObject({ code: 0, stderr: "" });
        const { code, text } = await client(program, ["--auth", "PLAIN"]);
        expect(code).toBe(0);
        expect(text).toMatch(/^Subject: kept\r$/m);
        expect(text).not.toMatch(/[^\r]\n/);
        // Ours names its size.
        const theirs = files(program, "cur").filter((name) => !name.includes(",S="));
        expect(theirs).toHaveLength(1);
        for (const name of theirs) rmSync(join(box, "cur", name));
      },
      TIMEOUT,
    );

    it(
      "marks and removes in our Maildir, and POP3 sees it",
      async () => {
        const box = join(at("maildir"), user);
        await onTerminal(
          `${program} -n -F ${settings(['push "<set-flag>!<sync-mailbox><exit>"'])} -f '${box}'`,
        );
        expect([...files(program, "new"), ...files(program, "cur")]).toEqual([
          expect.stringMatching(/:2,\w*F\w*$/),
        ]);
        expect(await read(`pops://127.0.0.1:${port("pop3s")}/`)).toContain(`Subject: from ${program}\n`);
        await onTerminal(
          `${program} -n -F ${settings(["set delete=yes", 'push "<delete-message><quit>"', "set quit=yes"])} -f '${box}'`,
        );
        expect([...files(program, "new"), ...files(program, "cur")]).toEqual([]);
        expect((await client(program, ["--auth", "PLAIN"])).stderr).toContain("0 messages");
      },
      TIMEOUT,
    );
  }

  /** Our own client, as its user starts it. */
  function client(user: string, argv: readonly string[]): Promise<RunResult> {
    return run(
      process.execPath,
      [
        "--import",
        "tsx",
        "--conditions=@socketscope/source",
        "apps/mail-client/src/main.ts",
        "fetch",
        `--server=127.0.0.1:${port("pop3s")}`,
        "--tls-on-connect",
        `--ca=${ca()}`,
        `--user=${user}@lab.test`,
        ...argv,
      ],
      { cwd: workspaceRoot, env: { ...environment(), SOCKETSCOPE_PASSWORD: "pass word" } },
    );
  }

  async function deliver(user: string, subject: string): Promise<void> {
    const letter = at("letter.eml");
    writeFileSync(letter, `Subject: ${subject}\r\n\r\n${BODY.replaceAll("\n", "\r\n")}`);
    const { code, stderr } = await run("curl", [
      "--silent",
      "--show-error",
      "--max-time",
      "20",
      `smtp://127.0.0.1:${port("smtp")}/client.test`,
      "--mail-from",
      "ann@a.test",
      "--mail-rcpt",
      `${user}@lab.test`,
      "--upload-file",
      letter,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  }

  realClient("fetchmail", "curl").describe("fetchmail", () => {
    it("takes all of it after STLS, verified, and leaves nothing", async () => {
      await deliver("fetchmail", "one");
      await deliver("fetchmail", "two");
      const settings = at("fetchmailrc");
      const out = at("fetchmail.out");
      writeFileSync(
        settings,
        [
          `poll 127.0.0.1 service ${port("pop3")} protocol pop3 auth password`,
          `user "fetchmail@lab.test" password "pass word" no keep`,
          `sslproto "TLS1.2+" sslcertck sslcertfile "${ca()}" sslcommonname "localhost"`,
          `mda "cat >> ${out}"`,
          "",
        ].join("\n"),
        { mode: 0o600 },
      );
      const result = await run("fetchmail", ["-f", settings, "--nosyslog"], {
        env: { ...environment(), FETCHMAILHOME: folder.path },
      });
      // It warns where root starts it.
      expect(result.code, result.stderr).toBe(0);
      const text = readFileSync(out, "utf8");
      for (const subject of ["one", "two"]) expect(text).toContain(`Subject: ${subject}\n`);
      expect(text.split(BODY).length - 1).toBe(2);
      expect([...files("fetchmail", "new"), ...files("fetchmail", "cur")]).toEqual([]);
    });
  });

  realClient("curl").describe("mail-client", () => {
    it(
      "fetches by each login, keeps, remembers, removes",
      async () => {
        await deliver("client", "one");
        const box = at(`box-${engine}`);
        const fetched = async (...argv: string[]): Promise<string> => {
          const { code, text, stderr } = await client("client", ["--maildir", box, ...argv]);
          expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
          return text;
        };
        expect(await fetched("--auth", "SCRAM-SHA-256")).toMatch(/^1 message fetched/);
        expect(await fetched("--auth", "PLAIN")).toMatch(/^0 messages fetched .*; 1 here before\n$/);
        await deliver("client", "two");
        expect(await fetched("--auth", "LOGIN", "--delete")).toMatch(
          /^1 message fetched .*; 1 here before; 2 removed from the server\n$/,
        );
        expect(await fetched("--auth", "USER")).toMatch(/^0 messages fetched \(0 octets\) to Maildir \S+\n$/);
        expect([...files("client", "new"), ...files("client", "cur")]).toEqual([]);
        const names = readdirSync(join(box, "new"));
        const texts = names.map((name) => readFileSync(join(box, "new", name), "utf8"));
        expect(texts.map((text) => text.slice(text.indexOf("\n\n") + 2))).toEqual([BODY, BODY]);
      },
      TIMEOUT,
    );
  });
});
