/** What a session may and may not, whatever its data connections do: logins, names, folders, limits, reports. */
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Pace } from "../../src/engine/pace.ts";
import { fits, isPattern } from "../../src/ftp/glob.ts";
import { xferlogLine } from "../../src/ftp/transfer-record.ts";
import { Client, fetch, serve, store } from "./support.ts";

describe("a line", () => {
  it.each([
    [600, 598, 200],
    [600, 599, 500],
    [Infinity, 500_000, 200],
  ])("of at most %d octets: %d and its end are answered %d", async (commandLine, length, code) => {
    const client = await Client.to(await serve({ limits: { commandLine } }));
    expect(await client.code(`NOOP ${"x".repeat(length - 5)}`)).toBe(code);
    // In pieces as well, and the session goes on.
    client.write("NOOP ");
    client.write("x".repeat(length - 5));
    client.write("\r\n");
    expect([await client.nextCode(), await client.code("NOOP")]).toEqual([code, 200]);
  });
});

describe("a login", () => {
  it("that fails is answered later each time, and ends the session after so many", async () => {
    const pauses: string[] = [];
    const served = await serve({
      policy: { loginDelay: 1, loginFailed: (_, user) => void pauses.push(user) },
      limits: { loginTries: 3 },
    });
    const client = await Client.to(served);
    for (let attempt = 0; attempt < 3; attempt++) {
      await client.say("USER ann");
      expect(await client.code("PASS wrong")).toBe(530);
    }
    expect([await client.nextCode(), await client.reply()]).toEqual([421, ""]);
    expect(pauses).toEqual(["ann", "ann", "ann"]);
  });

  it("is refused to a user with as many sessions as are allowed, until one has gone", async () => {
    const served = await serve({ policy: { sessionsPerUser: 1 } });
    const first = await Client.loggedIn(served);
    const second = await Client.to(served);
    await second.say("USER ann");
    expect(await second.code("PASS right")).toBe(530);
    expect([await second.code("USER bob"), await second.code("PASS right")]).toEqual([331, 230]);
    await first.say("REIN");
    expect([await second.code("USER ann"), await second.code("PASS right")]).toEqual([331, 230]);
    expect([...served.visits.users]).toEqual([["ann", 1]]);
  });

  it("is needed for everything that touches files", async () => {
    const client = await Client.to(await serve());
    for (const line of ["PWD", "SIZE a", "MKD a", "EPSV", "STAT /", "MLST /"])
      expect([line, await client.code(line)]).toEqual([line, 530]);
  });
});

describe("names", () => {
  it("forge no line of any listing or reply", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    mkdirSync(join(served.home, "d"));
    const evil = "a\r\n-rw-r--r-- 1 x x 5 Jan 1 2020 forged\n\u001b[2Jb";
    writeFileSync(join(served.home, "d", evil), "x");
    for (const command of ["LIST d", "NLST d", "MLSD d"]) {
      const [data] = await fetch(client, command);
      expect(data.split("\r\n").filter((line) => line !== "")).toHaveLength(1);
      expect(data).not.toMatch(/[^\x20-\x7e\r\n]/);
    }
    expect((await client.say("STAT d")).split("\r\n")).toHaveLength(3);
    expect(await client.say('MKD "q"')).toMatch(/^257 "\/""q""" /);
  });

  it("with a blank or a hyphen in front, or no UTF-8, come back as they are", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    for (const name of [" blank", "-l", "--", "caf\xe9", "a  b ", "\xc3\xa9"]) {
      expect([name, await store(client, `STOR ${name}`, Buffer.from(name, "latin1"))]).toEqual([name, 226]);
      expect(await fetch(client, `RETR ${name}`)).toEqual([name, 226]);
      expect((await fetch(client, `NLST ${name}`))[0]).toBe(`${name}\r\n`);
      expect(await client.say(`MLST ${name}`)).toContain(` /${name}\r\n`);
    }
  });

  it("lead nowhere outside the home", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    symlinkSync("/etc", join(served.home, "out"));
    for (const line of ["CWD ../..", "CWD /../mallory/..", "CDUP"]) await client.say(line);
    expect(await client.say("PWD")).toMatch(/^257 "\/"/);
    for (const line of [
      "CWD out",
      "SIZE out/passwd",
      "MLST ../../etc/passwd",
      "DELE out/passwd",
      "RNFR out/passwd",
    ])
      expect([line, await client.code(line)]).toEqual([line, 550]);
    expect(await fetch(client, "RETR out/passwd")).toEqual(["", 550]);
    expect(await fetch(client, "RETR ../../../../etc/passwd")).toEqual(["", 550]);
    expect([550, 553]).toContain(await store(client, "STOR out/x", "x"));
  });
});

describe("listings", () => {
  it("take flags and patterns", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    mkdirSync(join(served.home, "d"));
    for (const name of ["a.txt", "b.txt", "c.bin", ".hidden"])
      writeFileSync(join(served.home, "d", name), name);
    utimesSync(join(served.home, "d/a.txt"), 0, 0);
    const names = async (command: string): Promise<readonly string[]> =>
      (await fetch(client, command))[0].split("\r\n").filter((line) => line !== "");
    expect(await names("NLST d")).toEqual([".hidden", "a.txt", "b.txt", "c.bin"]);
    expect(await names("NLST d/*.txt")).toEqual(["d/a.txt", "d/b.txt"]);
    expect(await names("NLST -l d/a*")).toEqual([
      expect.stringMatching(/^-rw-r--r-- .* 5 Jan {2}1 {2}1970 d\/a\.txt$/),
    ]);
    expect(await names("LIST -al d/a.txt")).toHaveLength(1);
    expect(await names("LIST -d d")).toEqual([expect.stringMatching(/^drwxr-xr-x .* d$/)]);
    expect(await fetch(client, "LIST nothing")).toEqual(["", 550]);
    expect(await fetch(client, "MLSD d/a.txt")).toEqual(["", 550]);
    expect(await names("MLSD d")).toContainEqual(
      expect.stringMatching(
        /^type=file;size=5;modify=19700101000000;perm=adfrw;unique=[^;]+;UNIX.mode=0644;UNIX.owner=\d+;UNIX.group=\d+; a\.txt$/,
      ),
    );
  });

  it.each([
    ["a", "a", true],
    ["a.txt", "*.txt", true],
    ["a.txt", "*.t?t", true],
    ["abcabc", "a*c", true],
    ["abcab", "a*c", false],
    [".a", "*", false],
    [".a", ".*", true],
    ["b", "[a-c]", true],
    ["b", "[!a-c]", false],
    ["-", "[a-]", true],
    ["]", "[]]", true],
    ["", "*", true],
    ["[", "[", true],
    ["😀", "?", true],
    ["a".repeat(5000), "*a*a*a*a*a*a*a*a*b", false],
  ])("%s fits %s: %s", (name, pattern, wanted) => {
    expect(fits(name, pattern)).toBe(wanted);
    expect(isPattern("plain")).toBe(false);
  });
});

describe("sizes, times, modes", () => {
  it("are told and set", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a"), "one\ntwo\n");
    expect(await client.say("SIZE a")).toBe("213 8");
    await client.say("TYPE A");
    expect(await client.say("SIZE a")).toBe("213 10");
    expect(await fetch(client, "RETR a")).toEqual(["one\r\ntwo\r\n", 226]);
    await client.say("REST 4");
    expect(await fetch(client, "RETR a")).toEqual(["\ntwo\r\n", 226]);
    await client.say("REST 4");
    expect(await store(client, "STOR a", "x")).toBe(554);
    await client.say("TYPE I");
    expect(await client.say("MFMT 20200102030405 a")).toBe("213 Modify=20200102030405; a");
    expect(await client.say("MDTM a")).toBe("213 20200102030405");
    expect(await client.code("SITE UTIME 202101020304 a")).toBe(200);
    expect(await client.say("MDTM a")).toBe("213 20210102030400");
    expect(await client.code("SITE CHMOD 600 a")).toBe(200);
    expect(await client.say("MLST a")).toContain("UNIX.mode=0600;");
    expect(await client.say("HASH a")).toMatch(/^213 SHA-256 0-8 [0-9a-f]{64} a$/);
    expect(await client.say("AVBL")).toMatch(/^213 \d+$/);
    await client.say("REST 9");
    expect(await fetch(client, "RETR a")).toEqual(["", 554]);
  });

  it("of a folder are none", async () => {
    const client = await Client.loggedIn(await serve());
    for (const line of ["SIZE /", "DELE /", "HASH /"])
      expect([line, await client.code(line)]).toEqual([line, 550]);
  });
});

describe("storing", () => {
  it("appends, finds a free name, and says which", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    expect(await store(client, "APPE a", "one")).toBe(226);
    expect(await store(client, "APPE a", "two")).toBe(226);
    expect(await fetch(client, "RETR a")).toEqual(["onetwo", 226]);
    const port = await client.passive();
    const reply = client.say("STOU a");
    // RFC 1123 §4.1.2.9
    expect(await reply).toMatch(/^150 FILE: \/a.+$/);
    expect(port).toBeGreaterThan(0);
  });

  it("is refused where the account may not", async () => {
    const readOnly = await Client.loggedIn(await serve({ login: { access: "read-only" } }));
    expect(await store(readOnly, "STOR a", "x")).toBe(550);
    for (const line of ["MKD d", "DELE a", "SITE CHMOD 600 a"])
      expect([line, await readOnly.code(line)]).toEqual([line, 550]);
    const anonymous = await Client.loggedIn(await serve({ login: { access: "read-only", anonymous: true } }));
    expect(await store(anonymous, "STOR a", "x")).toBe(532);
  });

  it("ends at the quota with 552, and what was there is whole", async () => {
    const served = await serve({ login: { quota: 1000 } });
    const client = await Client.loggedIn(served);
    expect(await store(client, "STOR a", "old")).toBe(226);
    expect(await client.code("ALLO 5000")).toBe(552);
    expect(await store(client, "STOR a", Buffer.alloc(5000))).toBe(552);
    expect(await fetch(client, "RETR a")).toEqual(["old", 226]);
  });
});

it("commands faster than --command-rate wait, and are answered all", async () => {
  const client = await Client.to(await serve({ limits: { commandRate: 50 } }));
  client.write("NOOP\r\n".repeat(80));
  for (let count = 0; count < 80; count++) expect(await client.nextCode()).toBe(200);
});

it("a pace lets so many through at once, then one by one", () => {
  let now = 0;
  const pace = new Pace(10, () => now);
  const taken = Array.from({ length: 12 }, () => pace.next());
  expect(taken).toEqual([...Array.from({ length: 10 }, () => 0), 100, 200]);
  now = 10_000;
  expect(pace.next()).toBe(0);
  expect(new Pace(Infinity).next()).toBe(0);
});

it("an xferlog's line is wu-ftpd's, and no name changes its columns", () => {
  const line = xferlogLine(
    {
      user: "an n",
      anonymous: false,
      path: "/a b\nc",
      direction: "in",
      representation: "I",
      octets: 12,
      ms: 1700,
      complete: false,
      host: "127.0.0.1",
      secure: true,
    },
    Date.UTC(2026, 10, 8, 9, 5, 3),
  );
  expect(line).toBe("Sun Nov  8 09:05:03 2026 2 127.0.0.1 12 /a_b_c b _ i r an_n ftp 0 * i");
});
