/** FTP over TLS: where it begins, what a data connection under it must show, how an upload under it ends (RFC 4217). */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { all, ca, Client, open, serve, type Served } from "./support.ts";

const versions = ["TLSv1.2", "TLSv1.3"] as const;
type Version = (typeof versions)[number];

/** Logged in under TLS with PROT P, and the session that data connections may go on with. */
async function secureClient(
  served: Served,
  version: Version,
): Promise<{ readonly client: Client; readonly session: Buffer | undefined }> {
  const options = { minVersion: version, maxVersion: version } as const;
  let session: Buffer | undefined;
  const client = await Client.secured(served, options, (given) => {
    session = given;
  });
  for (const line of ["USER ann", "PASS right", "PBSZ 0", "PROT P", "TYPE I"]) await client.say(line);
  if (version === "TLSv1.2") session = (client.socket as TLSSocket).getSession();
  expect(session).toBeDefined();
  return { client, session };
}

/** The client's TLS on a data connection. */
function over(socket: Socket, version: Version, session?: Buffer): TLSSocket {
  const data = connectTls({
    socket,
    servername: "localhost",
    ca,
    minVersion: version,
    maxVersion: version,
    ...(session && { session }),
  });
  data.on("error", () => undefined);
  return data;
}

function names({ home }: Served): readonly string[] {
  return readdirSync(home).filter((name) => !name.startsWith(".socketscope"));
}

describe("TLS", () => {
  it("is not begun where something stands in clear behind AUTH: the connection ends", async () => {
    const served = await serve();
    const client = await Client.to(served);
    client.write("AUTH TLS\r\nUSER ann\r\nPASS right\r\n");
    expect(await client.reply()).toBe("");
    expect(served.visits.users.size).toBe(0);
  });

  it("is asked for before a login and before data where --require-tls is set", async () => {
    const served = await serve({ policy: { requireTls: true } });
    const client = await Client.to(served);
    expect(await client.code("USER ann")).toBe(530);
    await client.startTls();
    expect([await client.code("USER ann"), await client.code("PASS right")]).toEqual([331, 230]);
    await client.passive();
    expect(await client.code("LIST")).toBe(521);
    expect([await client.code("PBSZ 0"), await client.code("PROT C"), await client.code("PROT P")]).toEqual([
      200, 534, 200,
    ]);
  });

  it.each(versions)("on the data connection begins behind 150, %s", async (version) => {
    const served = await serve();
    writeFileSync(join(served.home, "a"), "secret");
    const { client } = await secureClient(served, version);
    const raw = await open(await client.passive());
    expect(await client.code("RETR a")).toBe(150);
    expect((await all(over(raw, version))).toString()).toBe("secret");
    expect(await client.nextCode()).toBe(226);
  });

  it.each(versions.flatMap((version) => [["ftp", version] as const, ["ftps", version] as const]))(
    "on the data connection resumes a session of its own control connection where it must, %s, %s",
    async (role, version) => {
      const served = await serve({ requireSessionReuse: true, role });
      writeFileSync(join(served.home, "a"), "secret");
      const mine = await secureClient(served, version);
      const others = await secureClient(served, version);
      for (const [session, code] of [
        [mine.session, 226],
        [others.session, 522],
        [undefined, 522],
      ] as const) {
        const raw = await open(await mine.client.passive());
        expect(await mine.client.code("RETR a")).toBe(150);
        const content = all(over(raw, version, session)).catch(() => Buffer.from(""));
        expect(await mine.client.nextCode()).toBe(code);
        expect((await content).toString()).toBe(code === 226 ? "secret" : "");
      }
    },
  );

  it.each(versions)(
    "that is cut without its close_notify makes no file, %s (RFC 8446 §6.1)",
    async (version) => {
      const served = await serve();
      const { client } = await secureClient(served, version);
      for (const cut of [true, false]) {
        const raw = await open(await client.passive());
        expect(await client.code("STOR up")).toBe(150);
        const data = over(raw, version);
        await new Promise<void>((resolve) => data.write(Buffer.alloc(10_000, "x"), () => resolve()));
        // A FIN of TCP's own, as somebody on the way could send it.
        if (cut) raw.end();
        else data.end();
        expect(await client.nextCode()).toBe(cut ? 426 : 226);
        expect(existsSync(join(served.home, "up"))).toBe(!cut);
        expect(await client.say("SIZE up")).toBe("213 10000");
      }
    },
  );

  it.each(versions)("that the client began before its STOR is over before 150, %s", async (version) => {
    const served = await serve();
    const { client, session } = await secureClient(served, version);
    const data = over(await open(await client.passive()), version, session);
    // As basic-ftp: with a session to resume a cipher is known from the beginning on, and 150 is all it waits for.
    expect(data.getCipher()).toBeDefined();
    expect(await client.code("STOR empty")).toBe(150);
    data.end();
    expect(await client.nextCode()).toBe(226);
    expect(names(served)).toEqual(["empty"]);
  });

  it.each(versions)(
    "whose handshake ends behind the ClientHello is 522, and makes no empty file, %s",
    async (version) => {
      const served = await serve();
      writeFileSync(join(served.home, "old"), "whole");
      const { client, session } = await secureClient(served, version);
      const raw = await open(await client.passive());
      expect(await client.code("STOR old")).toBe(150);
      over(raw, version, session).end();
      // The FIN may be anybody's: no octet of the client's says that this is all.
      expect(await client.nextCode()).toBe(522);
      expect(await client.say("SIZE old")).toBe("213 5");
    },
  );

  it("that the client begins and does not go on with lets 150 come all the same", async () => {
    const served = await serve({ limits: { data: 2000 } });
    const { client, session } = await secureClient(served, "TLSv1.3");
    const raw = await open(await client.passive());
    // The first octets of a ClientHello (RFC 8446 §4.1.2) whose rest waits for our word.
    raw.write(Buffer.from([22, 3, 1, 2, 0]));
    expect(session).toBeDefined();
    expect(await client.code("STOR a")).toBe(150);
    raw.destroy();
    expect(await client.nextCode()).toBe(522);
  });

  it("that does not come about on the data connection is 522", async () => {
    const served = await serve();
    writeFileSync(join(served.home, "a"), "x");
    const client = await Client.to(served);
    await client.startTls();
    for (const line of ["USER ann", "PASS right", "PBSZ 0", "PROT P"]) await client.say(line);
    const raw = await open(await client.passive());
    expect(await client.code("RETR a")).toBe(150);
    raw.end("this is no ClientHello");
    expect(await client.nextCode()).toBe(522);
  });
});

describe("CCC", () => {
  async function cleared(served: Served, version: Version): Promise<readonly [Client, Buffer | undefined]> {
    const { client, session } = await secureClient(served, version);
    expect(await client.code("CCC")).toBe(200);
    await client.leaveTls();
    return [client, session];
  }

  it.each(versions.flatMap((version) => [["ftp", version] as const, ["ftps", version] as const]))(
    "ends TLS here and leaves that of data as it was, %s, %s (RFC 2228 §3)",
    async (role, version) => {
      const served = await serve({ role, ccc: true, requireSessionReuse: true });
      writeFileSync(join(served.home, "a"), "secret");
      const [client, session] = await cleared(served, version);
      expect(await client.say("STAT")).toContain("Control connection: in clear; data connections: TLS");
      const raw = await open(await client.passive());
      expect(await client.code("RETR a")).toBe(150);
      expect((await all(over(raw, version, session))).toString()).toBe("secret");
      expect(await client.nextCode()).toBe(226);
      const up = await open(await client.passive());
      expect(await client.code("STOR b")).toBe(150);
      over(up, version, session).end("stored");
      expect(await client.nextCode()).toBe(226);
      expect([await client.say("SIZE b"), await client.code("CCC"), await client.code("AUTH TLS")]).toEqual([
        "213 6",
        533,
        503,
      ]);
      expect([await client.code("USER ann"), await client.code("PASS right")]).toEqual([331, 230]);
      expect(await client.code("QUIT")).toBe(221);
    },
  );

  it("is refused where it was not asked for, and in clear", async () => {
    const served = await serve();
    const { client } = await secureClient(served, "TLSv1.3");
    expect([await client.code("CCC"), await client.code("NOOP")]).toEqual([534, 200]);
    const plain = await Client.loggedIn(await serve({ ccc: true }));
    expect(await plain.code("CCC")).toBe(503);
  });
});
