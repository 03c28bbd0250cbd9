/** The measurements of mail: rates beside other servers, memory, and a queue that has grown. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askControl } from "@socketscope/host";
import { BenchError } from "./bench-error.ts";
import { mailAmounts, type MailCase } from "./mail-cases.ts";
import { MailLoad, send } from "./mail-load.ts";
import { MailRelay, startMailServer } from "./mail-servers.ts";
import { holdIdle, judgeAmount, settledMemory, weigh } from "./memory.ts";
import { sendPipelined } from "./pipelined-load.ts";
import { compare, type Effort } from "./rates.ts";
import type { Result } from "./result.ts";

const MiB = 1024 * 1024;

export function measureMail(one: MailCase, folder: string, effort: Effort): Promise<Result> {
  const load = new MailLoad(one);
  return compare(one, effort, {
    start: (name) => startMailServer(name, folder),
    load: (server, seconds) =>
      one.sender === "pipelined"
        ? sendPipelined(server.port, one.sessions, seconds)
        : load.run(server, seconds),
  });
}

export async function measureIdleSessions(count: number): Promise<Result> {
  await using relay = await MailRelay.start();
  // Messages pay for what is set up once: compiled code, room for young objects.
  await send(relay.port, { sessions: 100, reused: true, messages: 2000 });
  const octets = await weigh(relay, count, (port, sessions, meanwhile) =>
    holdIdle("smtp", port, sessions, meanwhile),
  );
  return judgeAmount(mailAmounts.idle, `${count.toLocaleString("en")} at once`, { ours: octets / 1024 });
}

export async function measureLargeMessage(): Promise<Result> {
  await using relay = await MailRelay.start();
  const large = { sessions: 1, reused: true, messages: 1, size: 100_000_000 };
  await send(relay.port, { ...large, size: 1_000_000, messages: 10 });
  const before = await settledMemory(relay);
  await send(relay.port, large);
  return judgeAmount(mailAmounts.large, "into the queue", { ours: (relay.mostMemory() - before) / MiB });
}

/** Fills a queue through the front door, starts a relay on it, and asks for its first page. */
export async function measureQueue(count: number): Promise<Result> {
  const state = mkdtempSync(join(tmpdir(), "socketscope-bench-queue-"));
  try {
    {
      await using relay = await MailRelay.start(state);
      await send(relay.port, { sessions: 100, reused: true, messages: count, size: 1000 });
    }
    const begun = performance.now();
    await using relay = await MailRelay.start(state);
    const started = performance.now();
    const page = await askControl(relay.state, "mail-relay", "GET", "/queue?limit=100");
    const listed = performance.now();
    if (typeof page !== "object" || page === null || !("total" in page) || page.total !== count)
      throw new BenchError("SERVER", `the queue should hold ${count}: ${JSON.stringify(page).slice(0, 200)}`);
    return judgeAmount(mailAmounts.opened, `${count.toLocaleString("en")} messages`, {
      ours: (started - begun) / 1000,
      "a page of 100": (listed - started) / 1000,
    });
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
