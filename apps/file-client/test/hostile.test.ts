/// <reference lib="esnext.disposable" />
/** Servers that want to write where they should not, that lie, stall, or break off: an exit code and one line each. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { connectFtp } from "../src/ftp/connect.ts";
import { localName } from "../src/local-names.ts";
import { asked, tree } from "./asked.ts";
import { fact, ScriptedFtp, type Script } from "./scripted.ts";

describe("names", () => {
  it.each(["../x", "/etc/x", "a/b", "..", ".", "", "a\0b", "x".repeat(300), "\udcff"])(
    "%j is none of ours",
    (name) => {
      expect(() => localName(name, "linux")).toThrow(expect.objectContaining({ code: "NAME" }));
    },
  );
  it.each(["a\\b", "C:x", "con", "COM1.txt", "trailing.", "a?b"])("%j is none on Windows", (name) => {
    expect(() => localName(name, "win32")).toThrow(expect.objectContaining({ code: "NAME" }));
    expect(localName(name, "linux")).toBe(name);
  });

  it("that lead out of the target folder are told, and nothing is written there", async () => {
    await using server = await ScriptedFtp.start({
      answers: { MLST: (path) => `250-x\r\n type=dir; ${path}\r\n250 y` },
      data: {
        MLSD: [
          fact(".", "cdir"),
          fact("../escaped"),
          fact("/absolute"),
          fact("sub/inner"),
          fact("..", "dir"),
          fact("fine"),
        ].join(""),
        RETR: "data",
      },
    });
    using folder = new TemporaryFolder("file-client");
    mkdirSync(join(folder.path, "target"));
    const ended = await asked(["mirror", `${server.url}/`, join(folder.path, "target")]);
    expect(ended.code).toBe(5);
    expect(ended.errors.match(/would lead out of the target folder/g)).toHaveLength(3);
    expect(tree(folder.path).map((line) => line.split(" ")[0])).toEqual(["target/", "target/fine"]);
    expect(server.said.filter((line) => line.startsWith("RETR"))).toEqual(["RETR /fine"]);
  });

  it("nor does --delete on the server follow such a name", async () => {
    await using server = await ScriptedFtp.start({
      answers: { MLST: (path) => `250-x\r\n type=dir; ${path}\r\n250 y` },
      data: { MLSD: fact("../../etc") },
    });
    const ended = await asked(["rm", "-r", `${server.url}/old`]);
    expect([ended.code, server.said.filter((line) => /^(?:DELE|RMD)/.test(line))]).toEqual([12, []]);
  });
});

describe("a server that", () => {
  const describing = (size: number) => ({
    MLST: (path: string) => `250-x\r\n type=file;size=${size};modify=20260101000000; ${path}\r\n250 y`,
  });
  it.each<readonly [what: string, script: Script, code: number, error: RegExp]>([
    [
      "sends more than it announced",
      { answers: describing(10), data: { RETR: "x".repeat(1e6) } },
      6,
      /more came than/,
    ],
    ["sends less", { answers: describing(10), data: { RETR: "xxx" } }, 6, /3 of 10 octets/],
    [
      "ends a transfer before it began",
      { answers: { ...describing(10), RETR: () => "226 done" } },
      4,
      /226 where the reply to RETR was due/,
    ],
    [
      "answers twice",
      { answers: { ...describing(10), TYPE: () => "200 a\r\n200 b" } },
      4,
      /nobody had asked for/,
    ],
    ["is no FTP server", { greeting: "SSH-2.0-OpenSSH_9.2" }, 4, /which is no FTP reply/],
    ["turns us away", { greeting: "530 not today" }, 8, /turns us away: 530 not today/],
    ["closes in the middle", { answers: { ...describing(10), RETR: () => "421 bye" } }, 6, /421 bye/],
    ["says nothing", { answers: { MLST: () => undefined } }, 7, /reply to MLST did not come in time/],
    [
      "says nothing behind the data",
      { answers: describing(3), data: { RETR: "xxx" }, final: { RETR: undefined } },
      7,
      /reply to RETR did not come/,
    ],
    ["knows no such user", { answers: { PASS: () => "530 no" } }, 9, /no login: 530 no/],
    ["names no port", { answers: { ...describing(3), EPSV: () => "229 (|||0|)" } }, 4, /names no port/],
    [
      "refuses the transfer",
      { answers: { ...describing(3), RETR: () => "550 Permission denied" } },
      8,
      /cannot read \/f: 550 Permission denied/,
    ],
    [
      "writes to the terminal",
      { answers: { ...describing(3), RETR: () => "550 \u001b[2Jno" } },
      8,
      /550 (?:\?|\\u\{1b\})\[2Jno/,
    ],
  ])("%s", async (_what, script, code, error) => {
    await using server = await ScriptedFtp.start(script);
    using folder = new TemporaryFolder("file-client");
    const ended = await asked(["get", "--timeout", "1s", `${server.url}/f`, join(folder.path, "f")]);
    expect([ended.code, ended.errors]).toEqual([code, expect.stringMatching(error)]);
    expect(existsSync(join(folder.path, "f"))).toBe(false);
    // No more than what was announced, and what an earlier try may leave.
    for (const name of readdirSync(folder.path))
      expect(readFileSync(join(folder.path, name)).length).toBeLessThanOrEqual(10);
  });

  it("knows neither MLSD nor LIST -a is asked without", async () => {
    await using server = await ScriptedFtp.start({
      answers: {
        FEAT: () => "502 no",
        CWD: () => "250 ok",
        LIST: (flags) => (flags === "-a" ? "501 no such flag" : "150 here"),
      },
      data: { "LIST ": "-rw-r--r--   1 a b 12 Nov 28 07:55 x y\n" },
    });
    const ended = await asked(["ls", `${server.url}/`]);
    expect([ended.code, ended.text]).toEqual([0, "x y\n"]);
    expect(server.said.filter((line) => line.startsWith("LIST"))).toEqual(["LIST -a", "LIST"]);
  });

  it("names another host in 227 is met where it is", async () => {
    await using server = await ScriptedFtp.start({
      answers: {
        ...describing(3),
        EPSV: () => "502 no",
        PASV: (_, { dataPort }) => `227 (192,0,2,7,${dataPort >> 8},${dataPort & 255})`,
      },
      data: { RETR: "abc" },
    });
    const ended = await asked(["cat", `${server.url}/f`]);
    expect([ended.code, ended.text]).toEqual([0, "abc"]);
  });
});

describe("what is said", () => {
  it("--verbose has the dialogue line by line, and the password at its length only", async () => {
    await using server = await ScriptedFtp.start({ answers: { MLST: () => "550 no" } });
    const ended = await asked(["ls", "-v", `${server.url}/f`]);
    expect(ended.errors).toContain("→ PASS ******");
    // Replies of several lines as they came.
    expect(ended.errors).toContain(
      "\n← 211-Features\n←  MLST type*;size*;modify*;\n←  REST STREAM\n←  SIZE\n←  MDTM\n← 211 End\n",
    );
    expect(ended.errors + ended.text).not.toContain("secret");
  });

  it.each(["AUTH", "USER"])("%s is the first word only where it may be", async (first) => {
    await using server = await ScriptedFtp.start({});
    const tls = first === "AUTH" ? "explicit" : "off";
    const trust = { servername: "127.0.0.1" };
    const to = { host: "127.0.0.1", port: server.port, user: "me", password: "secret", tls, trust } as const;
    const opening = connectFtp({ ...to, allowClear: false, active: false, timeout: 5000, say: undefined });
    await expect(opening).rejects.toMatchObject({
      code: first === "AUTH" ? "TLS_REFUSED" : "LOGIN_IN_CLEAR",
    });
    expect(server.said).toEqual(first === "AUTH" ? ["AUTH TLS"] : []);
  });

  it("octets in the clear behind 234 are not taken for what TLS protects", async () => {
    await using server = await ScriptedFtp.start({ answers: { AUTH: () => "234 go\r\n230 you are in" } });
    const ended = await asked(["ls", "--tls", `${server.url}/`]);
    expect([ended.code, ended.errors]).toEqual([10, expect.stringMatching(/in the clear/)]);
  });
});

describe("the command line", () => {
  it.each<readonly [argv: readonly string[], error: RegExp]>([
    [["ls", "http://127.0.0.1/"], /give a URL such as ftp:/],
    [["ls", "ftp://me:secret@h:99999/"], /"ftp:\/\/me:\*\*\*@h:99999\/": give a URL/],
    [["get", "ftp://h/%zz"], /write % as %25/],
    [["mirror", "a", "b"], /one URL and one folder/],
    [["mirror", "ftp://a/", "ftp://b/"], /one URL and one folder/],
    [["chmod", "rw", "ftp://h/x"], /give a mode such as 644/],
    [["mv", "ftp://a/x", "ftp://b/x"], /from one server to another/],
    [["ls", "ftp://me@127.0.0.1/"], /--password-file/],
  ])("%j", async (argv, error) => {
    await expect(asked(argv)).rejects.toThrow(error);
  });

  it("a file that is to be sent and is none", async () => {
    await using server = await ScriptedFtp.start({ answers: { MLST: () => "550 no" } });
    using folder = new TemporaryFolder("file-client");
    expect((await asked(["put", folder.path, `${server.url}/x`])).code).toBe(1);
    writeFileSync(join(folder.path, "x"), "");
    expect((await asked(["put", join(folder.path, "nothing"), `${server.url}/x`])).code).toBe(1);
    expect(server.said.filter((line) => line.startsWith("STOR"))).toEqual([]);
  });
});
