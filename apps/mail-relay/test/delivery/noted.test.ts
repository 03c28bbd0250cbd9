/** What has reached the next hop is on the disk before anything else is said over the same connection. */
import { join } from "node:path";
import type { Envelope } from "@socketscope/smtp";
import { SmtpPeer, TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { Delivery } from "../../src/delivery/delivery.ts";
import { MailExchangers } from "../../src/delivery/mail-exchangers.ts";
import { Routes } from "../../src/delivery/routes.ts";
import { Sessions } from "../../src/delivery/sessions.ts";
import { diskFiles, type JournalFiles } from "../../src/queue/journal-files.ts";
import { Queue } from "../../src/queue/queue.ts";
import { spooled } from "../support.ts";

/** Milliseconds of each write: whoever does not wait for it is seen. */
const SLOW = 30;

type Event = "heard" | "noted" | "MAIL";

/** Delivers it over one connection at a time, from a queue on a slow disk; what happened, in order. */
async function deliver(envelopes: readonly Envelope[], transactions: number): Promise<readonly Event[]> {
  using folder = new TemporaryFolder("noted");
  const events: Event[] = [];
  await using peer = await SmtpPeer.listen({
    answer: (line) => {
      if (line === ".") events.push("heard");
      if (line.startsWith("MAIL")) events.push("MAIL");
      return undefined;
    },
    offers: ["SIZE 100000", "DSN"],
  });
  const files: JournalFiles = {
    ...diskFiles,
    async create(path) {
      const file = await diskFiles.create(path);
      const write = async (octets: Uint8Array, at: number): Promise<void> => {
        const isNote = /"type":"(?:gone|state)"/.test(Buffer.from(octets).toString("latin1"));
        await new Promise((resolve) => setTimeout(resolve, SLOW));
        await file.write(octets, at);
        if (isNote) events.push("noted");
      };
      return { ...file, write };
    },
  };
  const queue = await Queue.open({ folder: join(folder.path, "queue"), schedule: [1000], files });
  for (const envelope of envelopes)
    await queue.enqueue(envelope, await spooled(folder.path, "A: b\r\n\r\ntext\r\n"), { arrived: 0 });
  const sessions = new Sessions({ hostname: "relay.test", tls: "off" });
  const delivery = new Delivery({
    queue,
    sessions,
    routes: new Routes({
      relay: true,
      routes: [{ domain: "*", host: "127.0.0.1", port: peer.port }],
      smarthost: undefined,
      smarthostLogin: undefined,
      relayAllow: [],
    }),
    exchangers: new MailExchangers({ hostname: "relay.test", resolver: undefined, port: 25 }),
    notices: { tell: () => Promise.resolve(false) },
    schedule: [1000],
    delayNotice: Infinity,
    expire: Infinity,
    maxPerHop: 1,
    now: Date.now,
    onError: (error) => {
      throw error;
    },
  });
  delivery.start();
  await expect.poll(() => queue.size).toBe(0);
  await delivery.drain(1000);
  await queue.close();
  expect(peer.connections).toBe(1);
  expect(events.filter((event) => event === "heard")).toHaveLength(transactions);
  return events;
}

const letterTo = (...forwardPaths: readonly string[]): Envelope => ({
  reversePath: "ann@a.test",
  parameters: { smtputf8: false },
  recipients: forwardPaths.map((forwardPath) => ({ forwardPath, parameters: {} })),
});

describe("a connection to the next hop", () => {
  it("takes the next message when the last one is written down", async () => {
    const one = ["MAIL", "heard", "noted"];
    expect(await deliver([letterTo("a@b.test"), letterTo("c@b.test"), letterTo("d@b.test")], 3)).toEqual([
      ...one,
      ...one,
      ...one,
    ]);
  });

  it("takes the next hundred recipients of a message when the first are written down", async () => {
    const many = Array.from({ length: 150 }, (_, number) => `bob-${number}@b.test`);
    const one = ["MAIL", "heard", "noted"];
    expect(await deliver([letterTo(...many)], 2)).toEqual([...one, ...one]);
  });
});
