/** Data connections: who gets one, who does not, what becomes of ports, and of transfers that break. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { Flow } from "@socketscope/socket-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { octets, sha256 } from "../e2e/tree.ts";
import { all, Client, fetch, open, serve, store } from "./support.ts";

const HUGE = 48 * 1024 * 1024;

async function withHuge(home: string): Promise<void> {
  writeFileSync(join(home, "huge"), "");
  truncateSync(join(home, "huge"), HUGE);
}

describe("a passive port", () => {
  it("takes nobody but the control connection's peer, and goes on waiting after a stranger (RFC 2577 §3)", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a"), "secret");
    const port = await client.passive();
    const stolen = open(port, "127.0.0.2")
      .then(all)
      .catch(() => Buffer.from("reset"));
    expect(await client.code("RETR a")).toBe(150);
    const data = await open(port);
    expect((await all(data)).toString()).toBe("secret");
    expect(await client.nextCode()).toBe(226);
    expect((await stolen).toString()).not.toContain("secret");
  });

  it("takes anybody where --same-address is off", async () => {
    const served = await serve({ sameAddress: false });
    const client = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a"), "for all");
    const data = await open(await client.passive(), "127.0.0.2");
    client.write("RETR a\r\n");
    expect((await all(data)).toString()).toBe("for all");
  });

  it("is given back on every path, and none is left is 425", async () => {
    // A range that is free now; nobody else takes ports there in the moment between.
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, "close");
    const served = await serve({ passivePorts: { from: port, to: port }, limits: { data: 100 } });
    const client = await Client.loggedIn(served);
    const other = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a"), "x");
    for (let round = 0; round < 5; round++) {
      expect(await client.passive()).toBe(port);
      expect(await other.code("EPSV")).toBe(425);
      // given up
      expect(await client.code("ABOR")).toBe(225);
      expect(await fetch(client, "RETR a")).toEqual(["x", 226]);
      // there while the file is not
      expect(await fetch(client, "RETR missing")).toEqual(["", 550]);
      // asked for twice
      await client.passive();
      await client.passive();
      // nobody comes
      expect([await client.code("RETR a"), await client.nextCode()]).toEqual([150, 425]);
    }
    await client.passive();
    client.socket.destroy();
    await expect.poll(() => other.code("EPSV")).toBe(229);
  });

  it("is told with the NAT's address by PASV, with the port alone by EPSV", async () => {
    const served = await serve({ publicAddress: "192.0.2.7" });
    const client = await Client.loggedIn(served);
    expect(await client.say("PASV")).toMatch(/^227 .*\(192,0,2,7,\d+,\d+\)$/);
    expect(await client.say("EPSV")).toMatch(/^229 .*\(\|\|\|\d+\|\)$/);
  });

  it("is of the control connection's family", async () => {
    const served = await serve({ host: "::1" });
    const client = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a"), "six");
    expect(await client.code("PASV")).toBe(522);
    const data = await open(await client.passive(), undefined, "::1");
    client.write("RETR a\r\n");
    expect((await all(data)).toString()).toBe("six");
  });

  it("has a flow whose parent is the control connection's", async () => {
    const served = await serve();
    const flows: Flow[] = [];
    onTestFinished(
      served.tap.attach({
        opened: (flow) => void flows.push(flow),
        refused: () => undefined,
        speaks: () => undefined,
        bytes: () => undefined,
        secured: () => undefined,
        closed: () => undefined,
      }),
    );
    const client = await Client.loggedIn(served);
    await fetch(client, "LIST");
    expect(flows.map(({ parent }) => parent)).toEqual([undefined, flows[0]?.id]);
  });
});

describe("an active connection", () => {
  it.each([
    ["another address", "PORT 127,0,0,2,200,0"],
    ["a service's port", "PORT 127,0,0,1,0,25"],
    ["another address by EPRT", "EPRT |1|127.0.0.3|51200|"],
  ])("leads not to %s: no bounce (RFC 2577 §3)", async (_, command) => {
    const client = await Client.loggedIn(await serve());
    expect(await client.code(command)).toBe(504);
    expect(await client.code("RETR a")).toBe(425);
  });

  it("that nobody takes is 425", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a"), "x");
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, "close");
    await client.say(`EPRT |1|127.0.0.1|${port}|`);
    expect([await client.code("RETR a"), await client.nextCode()]).toEqual([150, 425]);
  });
});

describe("a transfer", () => {
  it("is broken off by ABOR, with Telnet's signals and without its LF", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    await withHuge(served.home);
    for (const abort of ["ABOR\r\n", "\xff\xf4\xff\xf2ABOR\r\n", "\xff\xf4\xf2ABOR\r\n", "ABOR\r"]) {
      const data = await open(await client.passive());
      expect(await client.code("RETR huge")).toBe(150);
      await once(data, "readable");
      client.write(abort);
      expect([await client.nextCode(), await client.nextCode()]).toEqual([426, 226]);
      data.destroy();
      expect(await client.code("NOOP")).toBe(200);
    }
  });

  it("lets STAT be answered before it", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    await withHuge(served.home);
    const data = await open(await client.passive());
    await client.say("RETR huge");
    await once(data, "readable");
    const told = await client.say("STAT");
    expect(told).toMatch(/^211-[^]*RETR runs[^]*\r\n211 End$/);
    const [, left, total] = /^ \/huge: (\d+) of (\d+) octets have left\r$/m.exec(told) ?? [];
    expect(Number(total)).toBe(HUGE);
    expect(Number(left)).toBeGreaterThan(0);
    expect(Number(left)).toBeLessThan(HUGE);
    expect(await client.say("CWD /")).toMatch(/^250 /);
    expect((await all(data)).length).toBe(HUGE);
    expect(await client.nextCode()).toBe(226);
  });

  it("is the file octet for octet, though its memory is used again and the client reads in gulps", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    const content = octets(24_000_001);
    writeFileSync(join(served.home, "big"), content);
    const data = await open(await client.passive());
    await client.say("RETR big");
    const seen = createHash("sha256");
    let length = 0;
    for await (const chunk of data as AsyncIterable<Buffer>) {
      seen.update(chunk);
      // Now and then the server has to wait.
      if (Math.floor(length / 4_000_000) < Math.floor((length + chunk.length) / 4_000_000))
        await new Promise((resolve) => setTimeout(resolve, 20));
      length += chunk.length;
    }
    expect([length, seen.digest("hex")]).toEqual([content.length, sha256(content)]);
    expect(await client.nextCode()).toBe(226);
  });

  it("holds the next, and is answered before QUIT", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a"), "one");
    const data = await open(await client.passive());
    client.write("RETR a\r\nEPSV\r\nNOOP\r\nQUIT\r\n");
    expect((await all(data)).toString()).toBe("one");
    const codes = [];
    for (let code = await client.nextCode(); code > 0; code = await client.nextCode()) codes.push(code);
    expect(codes).toEqual([150, 226, 229, 200, 221]);
  });

  it("that breaks is 426, keeps what came, and is resumed", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    const data = await open(await client.passive());
    expect(await client.code("STOR up")).toBe(150);
    data.write("first half, ");
    await expect.poll(() => client.say("SIZE up")).toBe("213 12");
    data.resetAndDestroy();
    expect(await client.nextCode()).toBe(426);
    expect(readdirSync(served.home).filter((name) => !name.startsWith(".socketscope"))).toEqual([]);
    expect(await client.say("SIZE up")).toBe("213 12");
    await client.say("REST 12");
    expect(await store(client, "STOR up", "second half")).toBe(226);
    expect(readFileSync(join(served.home, "up"), "utf8")).toBe("first half, second half");
    expect(served.transfers.map(({ complete, octets }) => [complete, octets])).toEqual([
      [false, 12],
      [true, 11],
    ]);
  });

  it("leaves the old file whole until the new one is", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    writeFileSync(join(served.home, "a"), "old");
    const data = await open(await client.passive());
    await client.say("STOR a");
    data.write("new");
    expect(readFileSync(join(served.home, "a"), "utf8")).toBe("old");
    data.end();
    expect(await client.nextCode()).toBe(226);
    expect(readFileSync(join(served.home, "a"), "utf8")).toBe("new");
  });

  it("ends with its control connection", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    await withHuge(served.home);
    const data = await open(await client.passive());
    await client.say("RETR huge");
    await once(data, "readable");
    const broken = all(data).then(
      (content) => content.length,
      () => "reset",
    );
    client.socket.resetAndDestroy();
    expect(await broken).not.toBe(HUGE);
    await expect.poll(() => served.visits.users.size).toBe(0);
    expect(served.errors).toEqual([]);
  });

  it("in which nothing moves is given up", async () => {
    const served = await serve({ limits: { data: 300 } });
    const client = await Client.loggedIn(served);
    const data = await open(await client.passive());
    await client.say("STOR a");
    data.write("x");
    expect(await client.reply()).toMatch(/^426 .*too long/);
  });

  it("ends while the server drains, and none begins", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    const idle = await Client.loggedIn(served);
    const data = await open(await client.passive());
    await client.say("STOR a");
    const drained = served.listener.drain(20_000);
    expect(await idle.nextCode()).toBe(421);
    data.end("whole");
    expect([await client.nextCode(), await client.nextCode()]).toEqual([226, 421]);
    expect(readFileSync(join(served.home, "a"), "utf8")).toBe("whole");
    idle.socket.destroy();
    client.socket.destroy();
    expect(await drained).toBe(0);
  });

  it("that broke a hundred times leaks no descriptor", async () => {
    const served = await serve();
    const client = await Client.loggedIn(served);
    await withHuge(served.home);
    const descriptors = (): number => readdirSync("/proc/self/fd").length;
    const round = async (): Promise<void> => {
      for (const command of ["RETR huge", "STOR up", "LIST"]) {
        const data = await open(await client.passive());
        expect(await client.code(command)).toBe(150);
        data.resetAndDestroy();
        await once(data, "close");
        expect([226, 426]).toContain(await client.nextCode());
      }
    };
    await round();
    const before = descriptors();
    for (let rounds = 0; rounds < 35; rounds++) await round();
    await expect.poll(descriptors).toBeLessThanOrEqual(before);
  });
});
