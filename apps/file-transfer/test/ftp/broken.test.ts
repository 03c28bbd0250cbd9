/** A thousand conversations, each cut somewhere else: no descriptor, no port, no half file stays. */
import { once } from "node:events";
import { readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { expect, it } from "vitest";
import { ca, Client, open, serve, type Served } from "./support.ts";

type Cut = (client: Client, served: Served) => Promise<void>;

const HUGE = 48 * 1024 * 1024;

/** Each leaves its control connection usable, or destroys it. */
const cuts: Readonly<Record<string, Cut>> = {
  "a port that nobody comes to": async (client) => void (await client.passive()),
  "a connection that is never used": async (client) => void (await open(await client.passive())),
  "a connection that leaves before its file": async (client) => {
    (await open(await client.passive())).resetAndDestroy();
    await client.say("NLST");
    await client.reply();
  },
  "an address where nobody listens": async (client) => {
    await client.say(`EPRT |1|127.0.0.1|${closedPort}|`);
    await client.say("NLST");
    await client.reply();
  },
  "an upload at its beginning": (client) => broken(client, "STOR up", undefined),
  "an upload in the middle": (client) => broken(client, "STOR up", "half of it"),
  "an append": (client) => broken(client, "APPE up", "more"),
  "a download": (client) => broken(client, "RETR huge", undefined),
  "a listing": (client) => broken(client, "LIST", undefined),
  "a deflated upload": async (client) => {
    await client.say("MODE Z");
    await broken(client, "STOR up", Buffer.from([0x78, 0x9c, 0x4b]));
    await client.say("MODE S");
  },
  "the control connection during an upload": async (client) => {
    const data = await open(await client.passive());
    await client.say("STOR gone");
    data.write("x");
    client.socket.resetAndDestroy();
    await once(data, "close");
  },
  "TLS on the control connection": async (client) => {
    client.write("AUTH TLS\r\n");
    await client.reply();
    client.socket.resetAndDestroy();
  },
  "TLS on the data connection": async (client) => {
    await client.startTls();
    for (const line of ["USER ann", "PASS right", "PBSZ 0", "PROT P"]) await client.say(line);
    const raw = await open(await client.passive());
    await client.say("STOR up");
    const data = connectTls({ socket: raw, servername: "localhost", ca });
    data.on("error", () => undefined);
    raw.destroy();
    await client.reply();
    client.socket.destroy();
  },
};

let closedPort = 0;

async function broken(client: Client, command: string, said: string | Uint8Array | undefined): Promise<void> {
  const data = await open(await client.passive());
  await client.say(command);
  if (said !== undefined) await new Promise<void>((resolve) => data.write(said, () => resolve()));
  data.resetAndDestroy();
  await once(data, "close");
  expect([226, 426]).toContain(await client.nextCode());
}

it("a thousand broken conversations leave nothing behind", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  closedPort = (closed.address() as AddressInfo).port;
  closed.close();
  await once(closed, "close");
  const served = await serve();
  writeFileSync(join(served.home, "huge"), "");
  truncateSync(join(served.home, "huge"), HUGE);
  const count = (): Readonly<Record<string, number>> => ({
    descriptors: readdirSync("/proc/self/fd").length,
    listening: process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length,
    sessions: served.visits.users.size,
    open: served.listener.open.size,
  });
  const round = async (): Promise<void> => {
    let client = await Client.loggedIn(served);
    for (const cut of Object.values(cuts)) {
      if (client.socket.destroyed) client = await Client.loggedIn(served);
      await cut(client, served);
      // Node sends a FIN before its reset: in clear who is quick may take it for the file's end.
      rmSync(join(served.home, "up"), { force: true });
    }
    client.socket.destroy();
    await expect.poll(() => served.visits.users.size).toBe(0);
  };
  await round();
  await expect.poll(() => count()["open"]).toBe(0);
  const before = count();
  for (let rounds = 0; rounds * Object.keys(cuts).length < 1000; rounds++) await round();
  await expect.poll(count).toEqual(before);
  // Those that wait for their resume: one for each name.
  expect(readdirSync(join(served.home, ".socketscope-partials")).length).toBeLessThanOrEqual(2);
  expect(readdirSync(served.home).toSorted()).toEqual([".socketscope-partials", "huge"]);
  expect(served.errors).toEqual([]);
});
