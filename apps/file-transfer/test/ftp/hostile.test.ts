/** What no client of good will says, over real sockets: an answer of the 5yz kind, a session that goes on or ends, nothing else. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Client, fetch, open, serve, store } from "./support.ts";

describe("a line", () => {
  it.each<readonly [string, string, readonly number[]]>([
    ["of nothing", "\r\n", [500]],
    ["with NUL in it", "CWD a\0b\r\n", [501]],
    ["with a CR in it", "CWD a\rb\r\n", [500]],
    ["that is longer than any", `CWD ${"x".repeat(100_000)}\r\n`, [500]],
    ["of Telnet's negotiations alone", "\xff\xfb\x01\xff\xfd\x03NOOP\r\n", [200]],
    ["of octets that are no letters", "\x01\x02\x7f\x80 \r\n", [500]],
    ["of a percent and a brace for who formats", "%s%n${0}{{}} %x\r\n", [500]],
    ["that ends in LF alone", "NOOP\nNOOP\n", [200, 200]],
  ])("%s is answered, and the session goes on", async (_, line, codes) => {
    const client = await Client.loggedIn(await serve());
    client.write(line);
    const heard: number[] = [];
    for (let turn = 0; turn < codes.length; turn++) heard.push(await client.nextCode());
    expect(heard).toEqual(codes);
    expect(await client.code("PWD")).toBe(257);
  });

  it("never ends: what it holds is bounded, and the session goes on when it does end", async () => {
    const client = await Client.loggedIn(await serve());
    for (let turn = 0; turn < 64; turn++) client.write("y".repeat(65_536));
    client.write("\r\nNOOP\r\n");
    expect([await client.nextCode(), await client.nextCode()]).toEqual([500, 200]);
  });

  it("is noise: five hundred of them end the session with 421", async () => {
    const client = await Client.loggedIn(await serve());
    client.write(`${randomBytes(8).toString("hex")}\r\n`.repeat(600));
    const codes = new Set<number>();
    for (let code = await client.nextCode(); code > 0; code = await client.nextCode()) codes.add(code);
    expect([...codes]).toEqual([500, 421]);
  });
});

describe("a name", () => {
  const outside = "../../../../../../etc/passwd";
  it.each([
    ["RETR", `RETR ${outside}`, 550],
    ["RETR of an absolute one", "RETR /etc/passwd", 550],
    ["CWD", "CWD ../../../../etc", 550],
    ["SIZE", `SIZE ${outside}`, 550],
    ["MDTM", `MDTM ${outside}`, 550],
    ["MLST", `MLST ${outside}`, 550],
    ["XMD5", `XMD5 ${outside}`, 550],
    ["DELE", `DELE ${outside}`, 550],
    ["RNFR", `RNFR ${outside}`, 550],
    ["SITE CHMOD", `SITE CHMOD 777 ${outside}`, 550],
    ["MFMT", `MFMT 20260101000000 ${outside}`, 550],
  ])("above the home is none by %s", async (_, command, code) => {
    const client = await Client.loggedIn(await serve());
    if (command.startsWith("RETR")) await client.passive();
    expect(await client.code(command)).toBe(code);
  });

  it("above the home is one in it, where it is stored", async () => {
    const served = await serve();
    mkdirSync(join(served.home, "in"));
    const client = await Client.loggedIn(served);
    await client.say("CWD in");
    expect(await store(client, "STOR ../../../up", "mine")).toBe(226);
    expect(readdirSync(served.home).toSorted()).toEqual([".socketscope-partials", "in", "up"]);
    expect(readFileSync(join(served.home, "up"), "utf8")).toBe("mine");
  });

  it("with a line's end in it forges none: not in listings, not in replies, and no client can say it", async () => {
    const served = await serve();
    const evil = "x\r\n226 Done\r\ndrwxrwxrwx 1 0 0 0 Jan  1 00:00 forged";
    mkdirSync(join(served.home, evil));
    const client = await Client.loggedIn(served);
    for (const command of ["LIST", "NLST", "MLSD"]) {
      const [data, code] = await fetch(client, command);
      expect([code, data.split("\r\n").filter((line) => line !== "").length]).toEqual([226, 1]);
    }
    client.write(`CWD ${evil}\r\n`);
    const codes = [await client.nextCode(), await client.nextCode(), await client.nextCode()];
    expect(codes).toEqual([550, 500, 500]);
  });
});

describe("data", () => {
  it("goes to nobody else: the bounce attack and the thief (RFC 2577 §2, §3)", async () => {
    const served = await serve();
    writeFileSync(join(served.home, "mail"), "HELO x\r\nMAIL FROM:<a@b>\r\n");
    const client = await Client.loggedIn(served);
    expect(await client.code("PORT 127,0,0,1,0,25")).toBe(504);
    expect(await client.code("PORT 10,0,0,1,7,138")).toBe(504);
    expect(await client.code("EPRT |1|127.0.0.2|2000|")).toBe(504);
    expect(await client.code("RETR mail")).toBe(425);
  });

  it("that comes before its command, or behind it without one, is nobody's command", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    const data = await open(await client.passive());
    data.write("DELE a\r\nQUIT\r\n");
    expect(await client.code("NOOP")).toBe(200);
    data.destroy();
    expect(await client.code("NLST")).toBe(150);
    expect([226, 426]).toContain(await client.nextCode());
  });
});
