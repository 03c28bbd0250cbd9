/** `mail-client fetch`: what is written down, what is asked for, and how it ends. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificates, TemporaryFolder, type Certificate } from "@socketscope/testkit";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../src/exit-code.ts";
import { askedToFetch, type Ended } from "./asked.ts";
import { LETTER, Pop3Peer, type Answer, type Pop3PeerOptions } from "./pop3-peer.ts";

let folder: TemporaryFolder;
const at = (name: string): string => join(folder.path, name);
beforeEach(() => {
  folder = new TemporaryFolder("mail-fetch");
});
afterEach(() => folder[Symbol.dispose]());

function fetched(peer: Pop3Peer, ...argv: readonly string[]): Promise<Ended> {
  return askedToFetch(["-s", `127.0.0.1:${peer.port}`, "-u", "ann", "--password", "se cret", ...argv]);
}

/** As Unix has it. */
const lf = (text: string): string => text.replaceAll("\r\n", "\n");
const SECOND = "Subject: y\r\n\r\nlast line\r\n";

async function maildir(name: string): Promise<readonly string[]> {
  const names = await readdir(join(at(name), "new"));
  const all = await Promise.all(names.map((one) => readFile(join(at(name), "new", one), "latin1")));
  expect(await readdir(join(at(name), "tmp"))).toEqual([]);
  return all.toSorted();
}

describe("where messages go", () => {
  it("standard output: octet for octet", async () => {
    await using peer = await Pop3Peer.listen();
    expect(await fetched(peer)).toEqual({
      code: 0,
      output: LETTER,
      errors: `1 message fetched (${LETTER.length} octets) to standard output\n`,
    });
    expect(peer.lines).toEqual(["CAPA", "USER ann", "PASS se cret", "LIST", "UIDL", "RETR 1", "QUIT"]);
  });

  it("an mbox, quoted so that it can be undone (mboxrd), behind what is there", async () => {
    await writeFile(at("inbox"), "From somebody\n\nhalf a message that a killed program left");
    await using peer = await Pop3Peer.listen({ messages: [LETTER, SECOND] });
    const ended = await fetched(peer, "--mbox", at("inbox"));
    expect(ended).toMatchObject({ code: 0, errors: "" });
    const text = await readFile(at("inbox"), "latin1");
    const date = String.raw`\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}`;
    const [, before, first, second] =
      new RegExp(
        `^(.*?)\n\nFrom ann@a.test ${date}\n(.*)\n\nFrom MAILER-DAEMON ${date}\n(.*)\n\n$`,
        "s",
      ).exec(text) ?? [];
    expect(before).toMatch(/left$/);
    expect(`${first}\n`).toContain("\n>From here\n>>From there\n");
    expect(`${first}\n`.replaceAll(/^>(>*From )/gm, "$1")).toBe(lf(LETTER));
    expect(`${second}\n`).toBe(lf(SECOND));
    expect(await readdir(folder.path)).toEqual(["inbox", "inbox.uidl"]);
  });

  it("an mbox on standard output", async () => {
    await using peer = await Pop3Peer.listen({ messages: [SECOND, ""] });
    const { output } = await fetched(peer, "--mbox", "-");
    expect(output.split(/^From MAILER-DAEMON .*\n/m)).toEqual(["", `${lf(SECOND)}\n`, "\n"]);
  });

  it("a Maildir, a file each", async () => {
    await using peer = await Pop3Peer.listen({ messages: [LETTER, SECOND, "\r\n"] });
    const ended = await fetched(peer, "--maildir", at("box"));
    expect(ended).toEqual({
      code: 0,
      errors: "",
      output: `3 messages fetched (${LETTER.length + SECOND.length + 2} octets) to Maildir ${at("box")}\n`,
    });
    expect(await maildir("box")).toEqual([lf(LETTER), lf(SECOND), "\n"].toSorted());
  });

  it("one message alone", async () => {
    await using peer = await Pop3Peer.listen({ messages: [LETTER, SECOND] });
    expect((await fetched(peer, "--number", "2")).output).toBe(SECOND);
    expect(await fetched(peer, "--number", "3")).toMatchObject({
      code: EXIT.partial,
      errors: expect.stringMatching(/^mail-client: there is no message 3\n/),
    });
  });
});

describe("what was fetched before", () => {
  it.each(["--mbox", "--maildir"])("is not fetched again (%s)", async (how) => {
    await using peer = await Pop3Peer.listen({ messages: [LETTER, SECOND], ids: ["a", "b"] });
    expect((await fetched(peer, how, at("x"))).output).toMatch(/^2 messages fetched/);
    peer.messages = [SECOND, LETTER];
    peer.ids = ["b", "c"];
    peer.lines.length = 0;
    expect((await fetched(peer, how, at("x"))).output).toMatch(/^1 message fetched .*; 1 here before\n$/);
    expect(peer.lines).toContain("RETR 2");
    expect(peer.lines).not.toContain("RETR 1");
    // "a" has gone from the server, and from the memory.
    peer.ids = ["a", "c"];
    expect((await fetched(peer, how, at("x"))).output).toMatch(/^1 message fetched .*; 1 here before\n$/);
    expect((await fetched(peer, how, at("x"), "--all")).output).toMatch(/^2 messages fetched/);
  });

  it("is another user's or another server's, too, until it is theirs", async () => {
    await using peer = await Pop3Peer.listen();
    await using other = await Pop3Peer.listen();
    for (const one of [peer, other])
      expect((await fetched(one, "--maildir", at("x"))).output).toMatch(/^1 message/);
    expect((await fetched(peer, "--maildir", at("x"), "-u", "bob")).output).toMatch(/^1 message/);
    expect((await fetched(other, "--maildir", at("x"))).output).toMatch(/^0 messages .*; 1 here before/);
  });

  it("is fetched again where a server has no lasting names, or the memory is torn", async () => {
    await using nameless = await Pop3Peer.listen({
      answer: (line) => (line === "UIDL" ? "-ERR what" : undefined),
    });
    for (let i = 0; i < 2; i++)
      expect((await fetched(nameless, "--maildir", at("x"))).output).toMatch(/^1 message fetched/);
    await using peer = await Pop3Peer.listen({ ids: ["a"] });
    await writeFile(at("y.uidl"), `["127.0.0.1:${peer.port}","ann","a"`);
    expect((await fetched(peer, "--mbox", at("y"))).output).toMatch(/^1 message fetched/);
  });

  it("two messages of the same octets may have one name (RFC 1939 §7)", async () => {
    await using peer = await Pop3Peer.listen({ messages: [LETTER, LETTER], ids: ["a", "a"] });
    expect((await fetched(peer, "--maildir", at("x"))).output).toMatch(/^2 messages fetched/);
  });
});

describe("--delete", () => {
  it("marks each message when it is here, and counts them when QUIT was answered", async () => {
    await using peer = await Pop3Peer.listen({ messages: [LETTER, SECOND], offers: [] });
    const ended = await fetched(peer, "--maildir", at("x"), "--delete");
    expect(ended).toMatchObject({ code: 0, errors: "" });
    expect(ended.output).toMatch(/; 2 removed from the server\n$/);
    expect(peer.lines.slice(-5)).toEqual(["RETR 1", "DELE 1", "RETR 2", "DELE 2", "QUIT"]);
  });

  it("removes what was fetched before as well", async () => {
    await using peer = await Pop3Peer.listen();
    await fetched(peer, "--maildir", at("x"), "--keep");
    peer.lines.length = 0;
    const ended = await fetched(peer, "--maildir", at("x"), "--delete");
    expect(ended.output).toMatch(/^0 messages fetched .*; 1 here before; 1 removed from the server\n$/);
    expect(peer.lines.slice(-2)).toEqual(["DELE 1", "QUIT"]);
  });

  it.each<readonly [what: string, answer: Answer, why: RegExp]>([
    ["-ERR", (line) => (line === "QUIT" ? "-ERR some stay" : undefined), /: -ERR some stay\n/],
    [
      "the end",
      (line, socket) => {
        if (line !== "QUIT") return undefined;
        socket.end();
        return null;
      },
      /: the server ended the connection where the response to QUIT was due\n/,
    ],
  ])("QUIT is answered with %s: nothing counts as removed", async (_what, answer, why) => {
    await using peer = await Pop3Peer.listen({ answer });
    const ended = await fetched(peer, "--maildir", at("x"), "--delete");
    expect(ended.code).toBe(EXIT.partial);
    expect(ended.errors).toMatch(/^mail-client: 1 message may still be on the server/);
    expect(ended.errors).toMatch(why);
    expect(ended.output).toMatch(/^1 message fetched .*; 0 removed from the server\n$/);
    expect(await maildir("x")).toEqual([lf(LETTER)]);
  });

  it("a message that is refused stays, and so does one whose DELE is", async () => {
    await using peer = await Pop3Peer.listen({
      messages: [LETTER, SECOND, LETTER],
      answer: (line) => (line === "RETR 1" || line === "DELE 2" ? "-ERR no" : undefined),
    });
    const ended = await fetched(peer, "--mbox", at("x"), "--delete");
    expect(ended.code).toBe(EXIT.partial);
    expect(ended.errors).toBe(
      "mail-client: message 1: -ERR no\nmail-client: message 2 is not removed: -ERR no\n",
    );
    expect(ended.output).toMatch(/^2 messages fetched .*; 2 refused; 1 removed from the server\n$/);
  });

  it("a connection that ends in a message: the whole ones are here, the half one is not, nothing is removed", async () => {
    for (const how of ["--mbox", "--maildir"]) {
      await using peer = await Pop3Peer.listen({
        messages: [LETTER, SECOND],
        answer: (line, socket) => {
          if (line !== "RETR 2") return undefined;
          socket.end("+OK\r\nhalf of");
          return null;
        },
      });
      const name = `box${how}`;
      const ended = await fetched(peer, how, at(name), "--delete");
      expect(ended.code).toBe(EXIT.lost);
      expect(ended.errors).toContain("the server ended the connection where the end of a message was due\n");
      expect(ended.output).toMatch(/^1 message fetched .*; 0 removed from the server\n$/);
      expect(peer.lines).not.toContain("QUIT");
      if (how === "--maildir") expect(await maildir(name)).toEqual([lf(LETTER)]);
      else expect(await readFile(at(name), "latin1")).toMatch(/^From ann@a\.test [^\0]*>>From there\n\n$/);
    }
  });

  it("wants a place where messages are kept", async () => {
    const usage = (...argv: string[]): Promise<Ended> =>
      askedToFetch(["-u", "a", "--password", "b", ...argv]);
    await expect(usage("--delete")).rejects.toThrow(/--delete: give --mbox FILE or --maildir DIR/);
    await expect(usage("--delete", "--mbox", "-")).rejects.toThrow(/--delete/);
    await expect(usage("--delete", "--keep", "--mbox", "x")).rejects.toThrow(/one of --keep and --delete/);
    await expect(usage("--mbox", "x", "--maildir", "y")).rejects.toThrow(/one of --mbox and --maildir/);
    await expect(usage("--maildir", "/dev/null/x")).rejects.toThrow(/cannot write to/);
    await expect(askedToFetch([])).rejects.toThrow(/give --user NAME/);
  });
});

describe("commands sent ahead", () => {
  it("where PIPELINING is offered, and nowhere else", async () => {
    const messages = Array.from({ length: 20 }, (_, number) => `Subject: ${number}\r\n\r\n`);
    for (const [offers, together] of [
      [["PIPELINING"], true],
      [["UIDL"], false],
    ] as const) {
      await using peer = await Pop3Peer.listen({ messages, offers });
      const name = `box-${together}`;
      expect(await fetched(peer, "--maildir", at(name), "--delete")).toMatchObject({ code: 0, errors: "" });
      expect(await maildir(name)).toEqual(messages.map(lf).toSorted());
      expect(peer.chunks.some((chunk) => chunk.includes("RETR 1\r\nRETR 2\r\n"))).toBe(together);
      expect(peer.chunks.some((chunk) => chunk.split("\r\n").length > 2)).toBe(together);
    }
  });
});

describe("TLS and login", () => {
  let ca: string;
  let certificate: Certificate;
  beforeAll(() => {
    const made = makeCertificates(["127.0.0.1"]);
    ({ ca } = made);
    [certificate = { key: "", cert: "" }] = made.certificates;
  });

  it("STLS, and what was offered in the clear is forgotten", async () => {
    await writeFile(at("ca.pem"), ca);
    await using peer = await Pop3Peer.listen({ certificate });
    expect(await fetched(peer, "--tls", "--ca", at("ca.pem"))).toMatchObject({ code: 0, output: LETTER });
    expect(peer.lines.slice(0, 4)).toEqual(["CAPA", "STLS", "CAPA", "USER ann"]);
  });

  it("a certificate of somebody else's authority is not believed", async () => {
    await using peer = await Pop3Peer.listen({ certificate });
    const ended = await fetched(peer, "--tls");
    expect(ended).toMatchObject({ code: EXIT.tls, errors: expect.stringMatching(/--ca FILE/) });
    expect(peer.lines).toEqual(["CAPA", "STLS"]);
    expect(await fetched(peer, "--tls", "--insecure")).toMatchObject({
      code: 0,
      errors: expect.stringMatching(/^WARNING/),
    });
  });

  it("octets in the clear behind the +OK to STLS are not the server's", async () => {
    await using peer = await Pop3Peer.listen({
      certificate,
      answer: (line) => (line === "STLS" ? "+OK go\r\n+OK injected\r\n" : undefined),
    });
    expect((await fetched(peer, "--tls", "--insecure")).code).toBe(EXIT.tls);
    expect(peer.lines).toEqual(["CAPA", "STLS"]);
  });

  it.each([
    ["PLAIN", ["AUTH PLAIN AGFubgBzZSBjcmV0"]],
    ["LOGIN", ["AUTH LOGIN", "YW5u", "c2UgY3JldA=="]],
    ["USER", ["USER ann", "PASS se cret"]],
  ])("by %s, and the dialogue masks it", async (mechanism, lines) => {
    await using peer = await Pop3Peer.listen({
      offers: ["SASL PLAIN LOGIN"],
      answer: (line) => (/^(AUTH LOGIN|YW5u)$/.test(line) ? "+ \r\n" : undefined),
    });
    const ended = await fetched(peer, "--auth", mechanism, "--verbose");
    expect(ended).toMatchObject({ code: 0, output: LETTER });
    expect(peer.lines.slice(1, 1 + lines.length)).toEqual(lines);
    expect(ended.errors).toMatch(/→ RETR 1\n← \+OK\n← \.\n\* \d+ octets of a message\n/);
    for (const secret of ["se cret", "AGFubgBzZSBjcmV0", "c2UgY3JldA"])
      expect(ended.errors).not.toContain(secret);
    expect(ended.errors).toMatch(/→ [A-Z ]*\*{7,}\n/);
  });

  it.each<readonly [answer: string, code: number]>([
    ["-ERR [AUTH] no", EXIT.auth],
    ["-ERR no", EXIT.auth],
    ["-ERR [IN-USE] wait", EXIT.mailbox],
    ["-ERR [LOGIN-DELAY] wait", EXIT.mailbox],
    ["-ERR [SYS/TEMP] wait", EXIT.mailbox],
  ])("PASS is answered with %s", async (answer, code) => {
    await using peer = await Pop3Peer.listen({
      answer: (line) => (line.startsWith("PASS") ? answer : undefined),
    });
    const ended = await fetched(peer);
    expect(ended).toMatchObject({ code, output: "" });
    expect(ended.errors).toContain(answer);
    expect(peer.lines.at(-1)).toBe("QUIT");
  });

  it("a mechanism that is not offered", async () => {
    await using peer = await Pop3Peer.listen();
    expect(await fetched(peer, "--auth", "SCRAM-SHA-256")).toMatchObject({ code: EXIT.auth });
    expect(peer.lines).toEqual(["CAPA", "QUIT"]);
  });
});

describe("servers that mean harm", () => {
  const at1 =
    (line: string, answer: string): Answer =>
    (said) =>
      said === line ? answer : undefined;

  it.each<readonly [what: string, options: Pop3PeerOptions, code: number, text: RegExp]>([
    [
      "turned away",
      { greeting: "-ERR [SYS/TEMP] full" },
      EXIT.greeting,
      /turns us away: -ERR \[SYS\/TEMP\] full/,
    ],
    ["a greeting of SMTP", { greeting: "220 mx ESMTP" }, EXIT.protocol, /neither \+OK nor -ERR/],
    ["silence", { greeting: "" }, EXIT.late, /the greeting did not come in time/],
    ["a line without end", { greeting: `+OK ${"x".repeat(5000)}` }, EXIT.protocol, /more than 1024 octets/],
    ["bare line feeds", { greeting: "+OK ready\n" }, EXIT.protocol, /CR or LF that stands alone/],
    ["early octets", { greeting: "+OK a\r\n+OK b\r\n" }, EXIT.protocol, /nobody had asked for/],
    ["no list", { answer: at1("LIST", "-ERR no") }, EXIT.refused, /does not list the mailbox: -ERR no/],
    ["a list of nonsense", { answer: at1("LIST", "+OK\r\none\r\n.\r\n") }, EXIT.protocol, /LIST is none/],
    [
      "a message twice",
      { answer: at1("LIST", "+OK\r\n1 1\r\n1 1\r\n.\r\n") },
      EXIT.protocol,
      /names message 1 twice/,
    ],
    ["a list that ends nowhere", { answer: at1("LIST", "+OK\r\n1 1\r\n") }, EXIT.late, /the answer to LIST/],
    ["UIDL of nonsense", { answer: at1("UIDL", "+OK\r\n1 \x1b[2J\r\n.\r\n") }, EXIT.protocol, /UIDL is none/],
    ["a farewell", { answer: at1("LIST", "-ERR a\r\n-ERR Shutting down\r\n") }, EXIT.refused, /-ERR a/],
    ["a message that stops", { answer: at1("RETR 1", "+OK\r\nhalf") }, EXIT.late, /the end of a message/],
    ["challenges to LIST", { answer: at1("LIST", "+ eA==") }, EXIT.protocol, /a challenge where/],
  ])("%s", async (_what, options, code, text) => {
    await using peer = await Pop3Peer.listen(options);
    const ended = await fetched(peer, "--timeout", "300ms", "--maildir", at("x"));
    expect(ended.errors).toMatch(text);
    expect(ended.errors).not.toMatch(/\x1b/);
    expect(ended.code).toBe(code);
    expect(await maildir("x")).toEqual([]);
  });

  it("nobody is there", async () => {
    const peer = await Pop3Peer.listen();
    await peer[Symbol.asyncDispose]();
    expect(
      await askedToFetch(["-s", `127.0.0.1:${peer.port || 1}`, "-u", "a", "--password", "b"]),
    ).toMatchObject({ code: EXIT.notConnected });
  });

  it("a name that would be a command is not said", async () => {
    await using peer = await Pop3Peer.listen();
    const ended = await fetched(peer, "-u", "a\r\nDELE 1");
    expect(ended).toMatchObject({
      code: EXIT.failure,
      errors: expect.stringMatching(/cannot be said in POP3/),
    });
    expect(peer.lines).toEqual(["CAPA", "QUIT"]);
  });
});
