import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "@socketscope/smtp";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diskFiles, type JournalFiles } from "../../src/queue/journal-files.ts";
import { Queue, type QueueOptions } from "../../src/queue/queue.ts";
import type { Owed } from "../../src/queue/queued.ts";
import { spooled, textOf } from "../support.ts";

const to = (...addresses: string[]): Envelope => ({
  reversePath: "ann@a.test",
  parameters: { smtputf8: false },
  recipients: addresses.map((forwardPath) => ({ forwardPath, parameters: {} })),
});
const deferred = { code: 451, lines: ["Later"] };
const sent = { code: 250, lines: ["OK"] };

describe("the queue", () => {
  let folder: TemporaryFolder;
  let now = 1_000_000;
  beforeEach(() => {
    folder = new TemporaryFolder("queue");
    now = 1_000_000;
  });
  afterEach(() => folder[Symbol.dispose]());
  const path = (): string => join(folder.path, "queue");
  const open = (more: Partial<QueueOptions> = {}): Promise<Queue> =>
    Queue.open({ folder: path(), schedule: [1000, 5000], now: () => now, ...more });
  const put = async (
    queue: Queue,
    text = "A: b\r\n\r\ntext\r\n",
    envelope = to("bob@b.test"),
  ): Promise<string> => queue.enqueue(envelope, await spooled(folder.path, text), { arrived: now });
  const segments = (): string[] => readdirSync(path()).filter((name) => name.endsWith(".journal"));

  it("has after a restart what it had before, small and big", async () => {
    const big = `A: b\r\n\r\n${"line\r\n".repeat(2000)}`;
    const before = await open();
    const ids = [await put(before), await put(before, big)];
    await before.close();
    const after = await open();
    expect(after.list({ limit: 10 }).messages.map(({ id }) => id)).toEqual(ids);
    expect(await textOf(after.read(ids[0] ?? ""))).toBe("A: b\r\n\r\ntext\r\n");
    expect(await textOf(after.read(ids[1] ?? ""))).toBe(big);
    expect(after.torn).toEqual([]);
    await after.close();
  });

  it("shares one sync among all who come while one runs", async () => {
    const queue = await open();
    const message = await spooled(folder.path, "A: b\r\n\r\n");
    await Promise.all(
      Array.from({ length: 200 }, () => queue.enqueue(to("b@b.test"), message, { arrived: now })),
    );
    expect(queue.size).toBe(200);
    expect(queue.syncs).toBeLessThan(10);
    await queue.close();
  });

  it("gives what is due, never twice, and again when its time has come", async () => {
    const queue = await open();
    const id = await put(queue, undefined, to("b@b.test", "c@c.test"));
    expect(queue.take()?.id).toBe(id);
    expect(queue.take()).toBeUndefined();
    await queue.settle(id, [
      { forwardPath: "b@b.test", outcome: "delivered", reply: sent },
      { forwardPath: "c@c.test", outcome: "deferred", reply: deferred, host: "mx:25" },
    ]);
    expect(queue.take()).toBeUndefined();
    expect(queue.nextDue()).toBe(now + 1000);
    now += 1000;
    const again = queue.take();
    expect(again?.recipients.map(({ forwardPath }) => forwardPath)).toEqual(["c@c.test"]);
    expect(again?.attempts).toBe(1);
    expect(again?.history[0]?.results.map(({ host }) => host)).toEqual([undefined, "mx:25"]);
    await queue.settle(id, [{ forwardPath: "c@c.test", outcome: "failed", reply: sent }]);
    expect(queue.size).toBe(0);
    await queue.close();
    expect((await open()).size).toBe(0);
  });

  it("holds, releases, flushes and removes, over a restart too", async () => {
    let queue = await open();
    const id = await put(queue);
    await queue.hold(id, true);
    await queue.close();
    queue = await open();
    expect(queue.take()).toBeUndefined();
    await queue.hold(id, false);
    expect(queue.take()?.id).toBe(id);
    await queue.settle(id, [{ forwardPath: "bob@b.test", outcome: "deferred", reply: deferred }]);
    expect(queue.take()).toBeUndefined();
    expect(await queue.flush()).toBe(1);
    expect(queue.take()?.id).toBe(id);
    expect(await queue.remove(id)).toBe(true);
    expect(await queue.remove(id)).toBe(false);
    await queue.close();
    expect((await open()).size).toBe(0);
  });

  it.each([0, 300])(
    "loses nothing it has promised when the file ends anywhere behind it, %i octets of zeros behind it",
    async (zeros) => {
      const queue = await open({ aheadOctets: 0 });
      const first = await put(queue);
      const file = join(path(), segments()[0] ?? "");
      const promised = readFileSync(file).length;
      const second = await put(queue, "B: c\r\n\r\nsecond\r\n");
      const both = readFileSync(file).length;
      await queue.close();
      const whole = readFileSync(file);
      for (let end = promised; end < whole.length; end += 7) {
        writeFileSync(file, Buffer.concat([whole.subarray(0, end), Buffer.alloc(zeros)]));
        const after = await open();
        const ids = after.list({ limit: 10 }).messages.map(({ id }) => id);
        expect(ids).toEqual(end < both ? [first] : [first, second]);
        expect(after.torn).toEqual([]);
        await after.close();
      }
    },
  );

  it("makes room ahead, so that few syncs make the file longer, and gives back what it did not use", async () => {
    const lengths: number[] = [];
    const queue = await open({ aheadOctets: 4000 });
    for (let i = 0; i < 20; i++) {
      await put(queue);
      lengths.push(readFileSync(join(path(), segments()[0] ?? "")).length);
    }
    expect(new Set(lengths).size).toBeLessThan(6);
    await queue.close();
    expect(readFileSync(join(path(), segments()[0] ?? "")).length).toBeLessThan(lengths.at(-1) ?? 0);
    const after = await open();
    expect([after.size, after.torn]).toEqual([20, []]);
    await after.close();
  });

  it("takes what is torn in the last batch for a promise to nobody, whatever of that batch is whole", async () => {
    const queue = await open({ aheadOctets: 0 });
    const first = await put(queue);
    const file = join(path(), segments()[0] ?? "");
    const message = await spooled(folder.path, "A: b\r\n\r\n");
    const before = readFileSync(file).length;
    const batch = await Promise.all(
      ["b@b.test", "c@c.test"].map((one) => queue.enqueue(to(one), message, { arrived: now })),
    );
    // As power loss leaves it: no mark behind the batch, and a sector of it was not written.
    const octets = readFileSync(file);
    await queue.close();
    octets.fill(0, before + 60, before + 90);
    writeFileSync(file, octets);
    const after = await open();
    expect(after.list({ limit: 10 }).messages.map(({ id }) => id)).toEqual([first, batch[1]]);
    expect(after.torn).toEqual([]);
    await after.close();
    expect((await open()).torn).toEqual([]);
  });

  it("waits for no sync to write down an attempt that reached nobody, and has it after a restart", async () => {
    const queue = await open();
    const id = await put(queue);
    expect(queue.take()?.id).toBe(id);
    const before = queue.syncs;
    await queue.settle(id, [{ forwardPath: "bob@b.test", outcome: "deferred", reply: deferred }]);
    expect(queue.syncs).toBe(before);
    expect(queue.show(id)?.attempts).toBe(1);
    await queue.close();
    const after = await open();
    expect(after.show(id)?.attempts).toBe(1);
    await after.close();
  });

  it("sets aside what is torn in the middle, says so, and delivers the rest", async () => {
    const queue = await open({ aheadOctets: 0 });
    await put(queue);
    const file = join(path(), segments()[0] ?? "");
    const end = readFileSync(file).length;
    const second = await put(queue);
    await queue.close();
    const octets = readFileSync(file);
    octets[end - 3] = (octets[end - 3] ?? 0) ^ 1;
    writeFileSync(file, octets);
    const after = await open();
    expect(after.list({ limit: 10 }).messages.map(({ id }) => id)).toEqual([second]);
    expect(after.torn).toHaveLength(1);
    expect(readdirSync(join(path(), "aside"))).toHaveLength(1);
    await after.close();
  });

  it("takes no message for whole whose own file is not", async () => {
    const queue = await open();
    const id = await put(queue, `A: b\r\n\r\n${"x".repeat(5000)}\r\n`);
    await queue.close();
    truncateSync(join(path(), "large", `${id}.eml`), 100);
    const after = await open();
    expect(after.size).toBe(0);
    expect(after.torn[0]).toContain("100 octets of");
    await after.close();
  });

  it("tells who comes when the disk is full, keeps nothing of it, and goes on when there is room", async () => {
    let full = false;
    const files: JournalFiles = {
      ...diskFiles,
      async create(path) {
        const file = await diskFiles.create(path);
        const write = async (octets: Uint8Array, at: number): Promise<void> => {
          if (full) {
            await file.write(octets.subarray(0, 10), at);
            throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
          }
          await file.write(octets, at);
        };
        return { ...file, write };
      },
    };
    const queue = await open({ files });
    const first = await put(queue);
    full = true;
    await expect(put(queue)).rejects.toMatchObject({ code: "QUEUE_FULL" });
    full = false;
    const third = await put(queue);
    await queue.close();
    const after = await open();
    expect(after.list({ limit: 10 }).messages.map(({ id }) => id)).toEqual([first, third]);
    expect(after.torn).toEqual([]);
    await after.close();
  });

  it("promises nothing when a sync fails, and never writes to that file again", async () => {
    let broken = false;
    const files: JournalFiles = {
      ...diskFiles,
      async create(path) {
        const file = await diskFiles.create(path);
        const write = async (octets: Uint8Array, at: number): Promise<void> => {
          await file.write(octets, at);
          if (broken) throw new Error("EIO");
        };
        return { ...file, write };
      },
    };
    const queue = await open({ files });
    await put(queue);
    broken = true;
    await expect(put(queue)).rejects.toMatchObject({ code: "QUEUE_BROKEN" });
    broken = false;
    await put(queue);
    expect(segments()).toHaveLength(2);
    await queue.close();
    expect((await open()).size).toBe(2);
  });

  it("lets go of segments that nobody needs, and writes again what keeps the oldest", async () => {
    const queue = await open({ segmentOctets: 2000 });
    const stays = await put(queue);
    for (let i = 0; i < 60; i++) {
      const id = await put(queue);
      await queue.remove(id);
    }
    await expect.poll(() => segments().length).toBeLessThan(12);
    expect(await textOf(queue.read(stays))).toContain("text");
    await queue.close();
    const after = await open();
    expect(after.list({ limit: 10 }).messages.map(({ id }) => id)).toEqual([stays]);
    await after.close();
  });

  it("keeps every change of those that come while another is on its way to the disk", async () => {
    const queue = await open();
    const id = await put(queue, undefined, to("a@a.test", "b@b.test", "c@c.test"));
    queue.take();
    await Promise.all([
      queue.reached(id, ["a@a.test"]),
      queue.hold(id, true),
      queue.reached(id, ["b@b.test"]),
    ]);
    const left = { held: true, recipients: [{ forwardPath: "c@c.test" }] };
    expect(queue.show(id)).toMatchObject({ ...left, active: true });
    await Promise.all([
      queue.settle(id, [{ forwardPath: "c@c.test", outcome: "deferred", reply: deferred }]),
      queue.hold(id, false),
    ]);
    expect(queue.show(id)).toMatchObject({ held: false, attempts: 1, active: false });
    await queue.close();
    const after = await open();
    expect(after.show(id)).toMatchObject({ recipients: left.recipients, held: false });
    await after.close();
  });

  it("keeps the notices that are owed for who was reached, until an attempt is settled", async () => {
    const queue = await open();
    const id = await put(queue, undefined, to("a@a.test", "b@b.test", "c@c.test"));
    queue.take();
    const owed = (forwardPath: string): Owed => ({
      recipient: { forwardPath, parameters: { notify: ["SUCCESS"] } },
      reply: { code: 250, lines: ["OK"] },
      host: "b.test:25",
    });
    await queue.reached(id, ["a@a.test"], [owed("a@a.test")]);
    // A hundred at a time first, then all of them with the last.
    await queue.reached(id, ["a@a.test", "b@b.test"], [owed("a@a.test"), owed("b@b.test")]);
    await queue.close();
    const after = await open();
    expect(after.show(id)).toMatchObject({
      recipients: [{ forwardPath: "c@c.test" }],
      owed: [owed("a@a.test"), owed("b@b.test")],
    });
    after.take();
    await after.settle(id, [{ forwardPath: "c@c.test", outcome: "deferred", reply: deferred }]);
    await after.close();
    const last = await open();
    expect(last.show(id)?.owed).toBeUndefined();
    expect(last.show(id)?.attempts).toBe(1);
    await last.close();
  });

  it("says when the disk does not give back what was written", async () => {
    const queue = await open({ aheadOctets: 0 });
    const id = await put(queue);
    const file = join(path(), segments()[0] ?? "");
    const octets = readFileSync(file);
    octets[octets.length - 1] = 0;
    writeFileSync(file, octets);
    await expect(textOf(queue.read(id))).rejects.toMatchObject({ code: "QUEUE_BROKEN" });
    await queue.close();
  });

  it("takes a foreign record for none of its own", async () => {
    const queue = await open();
    const id = await put(queue);
    await queue.close();
    appendFileSync(join(path(), segments()[0] ?? ""), "somebody else's octets");
    const after = await open();
    expect(after.list({ limit: 10 }).messages.map((message) => message.id)).toEqual([id]);
    await after.close();
  });

  it("holds as many messages as it may", async () => {
    const queue = await open({ maxMessages: 1 });
    await put(queue);
    await expect(put(queue)).rejects.toMatchObject({ code: "QUEUE_FULL" });
    await queue.close();
  });
});
