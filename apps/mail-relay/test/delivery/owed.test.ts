/** RFC 3461 §4.1: who asked for a notice of success gets it, though the power fails while other next hops are still to come. */
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { wantsNotice } from "@socketscope/message";
import type { Notify } from "@socketscope/smtp";
import { SmtpPeer, TemporaryFolder } from "@socketscope/testkit";
import { expect, describe, it } from "vitest";
import { Delivery } from "../../src/delivery/delivery.ts";
import { MailExchangers } from "../../src/delivery/mail-exchangers.ts";
import type { Fate } from "../../src/delivery/notices.ts";
import { Routes } from "../../src/delivery/routes.ts";
import { Sessions } from "../../src/delivery/sessions.ts";
import { Queue } from "../../src/queue/queue.ts";
import { spooled } from "../support.ts";

/** Delivers what the folder's queue holds, a port for each domain, until `done`. */
async function deliver(
  folder: string,
  ports: Readonly<Record<string, number>>,
  done: (queue: Queue) => Promise<void>,
): Promise<readonly string[]> {
  const notices: string[] = [];
  const queue = await Queue.open({ folder, schedule: [1000] });
  const sessions = new Sessions({ hostname: "relay.test", tls: "off" });
  const delivery = new Delivery({
    queue,
    sessions,
    routes: new Routes({
      relay: true,
      routes: Object.entries(ports).map(([domain, port]) => ({ domain, host: "127.0.0.1", port })),
      smarthost: undefined,
      smarthostLogin: undefined,
      relayAllow: [],
    }),
    exchangers: new MailExchangers({ hostname: "relay.test", resolver: undefined, port: 25 }),
    notices: {
      tell(_message, fates: readonly Fate[]) {
        const wanted = fates.filter(({ recipient, action }) =>
          wantsNotice(recipient.parameters.notify, action),
        );
        notices.push(...wanted.map(({ recipient, action }) => `${recipient.forwardPath} ${action}`));
        return Promise.resolve(true);
      },
    },
    schedule: [1000],
    delayNotice: Infinity,
    expire: Infinity,
    now: Date.now,
    onError: (error) => {
      throw error;
    },
  });
  delivery.start();
  await done(queue);
  await delivery.drain(0);
  await queue.close();
  return notices;
}

const journalOf = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".journal"))
    .map((name) => readFileSync(join(folder, name), "latin1"))
    .join("");

const emptied = async (queue: Queue): Promise<void> => {
  await expect.poll(() => queue.size).toBe(0);
};

describe("a message with two next hops, and a crash when one of them has it", () => {
  it.each([
    ["asked for a notice", ["SUCCESS"], "SIZE 100000", ["a@near.test relayed", "b@far.test relayed"]],
    ["asked for none", ["FAILURE"], "SIZE 100000", []],
    // RFC 3461 §5.2.2: who knows DSN owes it from then on.
    ["asked, and the hop that has it passes that on", ["SUCCESS"], "DSN", ["b@far.test relayed"]],
  ] as const)("the sender %s", async (_what, notify: readonly Notify[], offers, about) => {
    using folder = new TemporaryFolder("owed");
    const path = join(folder.path, "queue");
    const crashed = join(folder.path, "crashed");
    await using near = await SmtpPeer.listen({ offers: [offers] });
    await using silent = await SmtpPeer.listen({ answer: () => null });
    await using far = await SmtpPeer.listen({ offers: ["SIZE 100000"] });
    const filling = await Queue.open({ folder: path, schedule: [1000] });
    const recipients = ["a@near.test", "b@far.test"].map((forwardPath) => ({
      forwardPath,
      parameters: { notify },
    }));
    const envelope = { reversePath: "ann@a.test", parameters: { smtputf8: false }, recipients };
    const letter = await spooled(folder.path, "A: b\r\n\r\ntext\r\n");
    await filling.enqueue(envelope, letter, { arrived: Date.now() });
    await filling.close();

    await deliver(path, { "near.test": near.port, "far.test": silent.port }, async () => {
      // It is on the disk that one of them has it, and the other has said nothing yet.
      await expect.poll(() => journalOf(path)).toContain('"type":"state"');
      cpSync(path, crashed, { recursive: true });
    });
    const heard = await deliver(crashed, { "near.test": near.port, "far.test": far.port }, emptied);

    expect(heard).toEqual(about);
    expect(near.messages).toHaveLength(1);
    expect(far.messages).toHaveLength(1);
  });
});
