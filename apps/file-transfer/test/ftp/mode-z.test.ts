/** MODE Z over real sockets: what travels is one zlib stream, and the file is as in MODE S. HOST and hashes beside it. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { octets } from "../e2e/tree.ts";
import { all, Client, open, serve, store } from "./support.ts";

const content = Buffer.concat([octets(900_000), Buffer.alloc(900_000, "text ")]);

async function begin(client: Client, command: string): Promise<Buffer> {
  const data = await open(await client.passive());
  expect(await client.code(command)).toBe(150);
  const came = await all(data);
  expect(await client.nextCode()).toBe(226);
  return came;
}

describe("MODE Z", () => {
  it("carries files and listings, from any octet on", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a"), content);
    writeFileSync(join(served.home, "empty"), "");
    expect([await client.code("OPTS MODE Z LEVEL 1"), await client.code("MODE Z")]).toEqual([200, 200]);
    const sent = await begin(client, "RETR a");
    expect(sent.length).toBeLessThan(content.length);
    expect(inflateSync(sent).equals(content)).toBe(true);
    await client.say("REST 899990");
    expect(inflateSync(await begin(client, "RETR a")).equals(content.subarray(899_990))).toBe(true);
    expect(inflateSync(await begin(client, "RETR empty"))).toHaveLength(0);
    expect(inflateSync(await begin(client, "NLST")).toString()).toBe("a\r\nempty\r\n");
    await client.say("MODE S");
    expect((await begin(client, "RETR a")).equals(content)).toBe(true);
  });

  it.each([
    ["a file", content],
    ["an empty one", Buffer.alloc(0)],
  ])("takes %s", async (_, whole) => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    await client.say("MODE Z");
    expect(await store(client, "STOR up", deflateSync(whole))).toBe(226);
    expect(readFileSync(join(served.home, "up")).equals(whole)).toBe(true);
  });

  it.each([
    ["cut short", deflateSync(content).subarray(0, 500_000)],
    ["no zlib stream", Buffer.from("plain octets")],
  ])("makes no file of what is %s", async (_, sent) => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    await client.say("MODE Z");
    expect(await store(client, "STOR up", sent)).toBe(426);
    expect(existsSync(join(served.home, "up"))).toBe(false);
    expect(served.errors).toEqual([]);
    expect(await store(client, "STOR up", deflateSync(content))).toBe(226);
  });
});

describe("HOST", () => {
  it("knows the names of the certificate and the address that was connected to (RFC 7151 §3)", async () => {
    const client = await Client.to(await serve());
    const said = ["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.2", "[::1]", "example.com"].map(
      (name) => `HOST ${name}`,
    );
    const codes: number[] = [];
    for (const line of said) codes.push(await client.code(line));
    expect(codes).toEqual([220, 220, 220, 504, 504, 504]);
  });
});

describe("XCRC and its kin", () => {
  it("hash the octets that are asked for, and none beyond the end", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a b"), content);
    const sha1 = createHash("sha1").update(content.subarray(5, 1_000_000)).digest("hex").toUpperCase();
    expect(await client.say('XSHA1 "a b" 5 1000000')).toBe(`250 ${sha1}`);
    expect(await client.code('XSHA1 "a b" 5 9000000')).toBe(554);
    expect(await client.code("XMD5 missing")).toBe(550);
  });
});
