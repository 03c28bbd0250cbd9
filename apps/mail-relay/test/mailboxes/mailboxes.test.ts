import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderName, mailboxOfFolder } from "../../src/mailboxes/folder-name.ts";
import { Mailboxes, type MailboxChange } from "../../src/mailboxes/mailboxes.ts";
import { spooled, textOf } from "../support.ts";

const letter = (subject: string): string =>
  `From: Bob <bob@b.test>\r\nTo: ann@a.test\r\nSubject: ${subject}\r\n\r\nHello, ${subject}\r\n`;

/** As every program writes a file of a Maildir. */
const onDisk = (text: string): string => text.replaceAll("\r\n", "\n");

describe("mailboxes", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = new TemporaryFolder("mailboxes");
  });
  afterEach(() => folder[Symbol.dispose]());
  const path = (): string => join(folder.path, "maildir");
  const open = (
    more: { maxMessages?: number; maxAge?: number; now?: () => number } = {},
  ): Promise<Mailboxes> => Mailboxes.open({ folder: path(), ...more });
  const deliver = async (mailboxes: Mailboxes, subject: string, ...to: string[]): Promise<void> => {
    await mailboxes.deliver(await spooled(folder.path, letter(subject)), to, { reversePath: "bob@b.test" });
  };

  it("delivers to each mailbox with its trace fields, and nothing stays in tmp", async () => {
    const mailboxes = await open();
    await deliver(mailboxes, "one", "ann@a.test", "cy@c.test");
    for (const mailbox of ["ann@a.test", "cy@c.test"]) {
      const [name = ""] = readdirSync(join(path(), mailbox, "new"));
      expect(readFileSync(join(path(), mailbox, "new", name), "latin1")).toBe(
        onDisk(`Return-Path: <bob@b.test>\r\nDelivered-To: ${mailbox}\r\n${letter("one")}`),
      );
      expect(readdirSync(join(path(), mailbox, "tmp"))).toEqual([]);
    }
  });

  it("shows what a list needs, and the same after a restart", async () => {
    const first = await open();
    await deliver(first, "=?utf-8?q?z=C3=A4hlt?=", "ann@a.test");
    const [message] = first.list({ limit: 10 }).messages;
    expect(message).toMatchObject({
      mailbox: "ann@a.test",
      subject: "zählt",
      from: "Bob <bob@b.test>",
      reversePath: "bob@b.test",
      seen: false,
    });
    const again = (await open()).list({ limit: 10 }).messages[0];
    expect(again).toMatchObject({ id: message?.id, subject: "zählt", size: message?.size });
    expect(again === undefined ? "" : await textOf((await open()).read(again.id) ?? failed())).toContain(
      "Hello",
    );
  });

  it("delivers to all or none", async () => {
    const mailboxes = await open();
    mkdirSync(join(path(), "cy@c.test"), { recursive: true });
    writeFileSync(join(path(), "cy@c.test", "tmp"), "a file where a folder should be");
    await expect(deliver(mailboxes, "one", "ann@a.test", "cy@c.test")).rejects.toThrow("EEXIST");
    expect(readdirSync(join(path(), "ann@a.test", "new"))).toEqual([]);
    expect(mailboxes.list({ limit: 10 }).total).toBe(0);
  });

  it("marks, removes and clears, and tells those who watch", async () => {
    const mailboxes = await open();
    const changes: MailboxChange["type"][] = [];
    mailboxes.watch(({ type }) => changes.push(type));
    await deliver(mailboxes, "one", "ann@a.test");
    await deliver(mailboxes, "two", "ann@a.test");
    const [two, one] = mailboxes.list({ limit: 10 }).messages;
    expect(mailboxes.names()).toEqual([{ mailbox: "ann@a.test", messages: 2, unseen: 2 }]);
    await mailboxes.markSeen(one?.id ?? "", true);
    expect(readdirSync(join(path(), "ann@a.test", "cur"))[0]).toMatch(/:2,S$/);
    expect(mailboxes.names()).toEqual([{ mailbox: "ann@a.test", messages: 2, unseen: 1 }]);
    expect(await mailboxes.remove([two?.id ?? "", "nobody"])).toBe(1);
    expect(await mailboxes.clear("ann@a.test")).toBe(1);
    expect(changes).toEqual(["added", "added", "changed", "removed", "removed"]);
    expect(readdirSync(join(path(), "ann@a.test", "new"))).toEqual([]);
  });

  it("finds by sender, subject and words, in pages", async () => {
    const mailboxes = await open();
    for (const subject of ["red", "green", "blue"]) await deliver(mailboxes, subject, "ann@a.test");
    const found = await mailboxes.search({ text: "HELLO green", limit: 10 });
    expect([found.messages.map(({ subject }) => subject), found.total, found.skipped]).toEqual([
      ["green"],
      1,
      0,
    ]);
    expect(mailboxes.list({ mailbox: "cy@c.test", limit: 10 }).total).toBe(0);
    const first = mailboxes.list({ limit: 2 });
    expect(first).toMatchObject({ total: 3 });
    const rest = mailboxes.list({ limit: 2, before: first.messages[1]?.id });
    expect(rest.messages).toHaveLength(1);
    expect(first.messages.map(({ id }) => id)).not.toContain(rest.messages[0]?.id);
  });

  it("sees what another program reads and puts in", async () => {
    const mailboxes = await open();
    await deliver(mailboxes, "one", "ann@a.test");
    const box = join(path(), "ann@a.test");
    const [name = ""] = readdirSync(join(box, "new"));
    renameSync(join(box, "new", name), join(box, "cur", `${name}:2,S`));
    writeFileSync(join(box, "new", "1.x.y"), letter("by hand"));
    await mailboxes.refresh();
    expect(
      mailboxes
        .list({ limit: 10 })
        .messages.map(({ subject, seen }) => [subject, seen])
        .toSorted(),
    ).toEqual([
      ["by hand", false],
      ["one", true],
    ]);
  });

  it.each([
    ["LF", onDisk(letter("other"))],
    ["CR LF", letter("other")],
    ["both", letter("other").replace("\r\n", "\n")],
    ["a CR on its own", letter("other").replace("\r\n", "\r")],
  ])(
    "hands out what another program wrote with %s as it goes over the wire, and tells its size",
    async (_, text) => {
      const mailboxes = await open();
      await deliver(mailboxes, "ours", "ann@a.test");
      writeFileSync(join(path(), "ann@a.test", "new", "1.x.y"), text);
      const lock = await mailboxes.lock("ann@a.test");
      const texts = new Map<string, string>();
      for (const { id, size } of lock?.messages ?? []) {
        const whole = await textOf(lock?.read(id) ?? failed());
        expect(whole).toHaveLength(size);
        texts.set(whole.slice(-7, -2), whole);
      }
      expect(texts.get("other")).toBe(letter("other"));
      expect(texts.get(" ours")).toMatch(/^Return-Path: <bob@b\.test>\r\n[^]*Hello, ours\r\n$/);
      lock?.release();
    },
  );

  it("keeps no more than it may, and nothing that is too old", async () => {
    let now = 1_000_000;
    const mailboxes = await open({ maxMessages: 2, maxAge: 1000, now: () => now });
    for (const subject of ["one", "two", "three"]) {
      await deliver(mailboxes, subject, "ann@a.test");
      now += 10;
    }
    expect(mailboxes.list({ limit: 10 }).messages.map(({ subject }) => subject)).toEqual(["three", "two"]);
    now += 5000;
    await deliver(mailboxes, "four", "ann@a.test");
    expect(mailboxes.list({ limit: 10 }).messages.map(({ subject }) => subject)).toEqual(["four"]);
  });

  it("gives a mailbox to one session at a time (RFC 1939 §4)", async () => {
    const mailboxes = await open();
    await deliver(mailboxes, "one", "ann@a.test");
    const lock = await mailboxes.lock("ann@a.test");
    expect(await mailboxes.lock("ann@a.test")).toBeUndefined();
    await deliver(mailboxes, "two", "ann@a.test");
    expect(lock?.messages).toHaveLength(1);
    await lock?.remove(lock.messages.map(({ id }) => id));
    lock?.release();
    expect((await mailboxes.lock("ann@a.test"))?.messages).toHaveLength(1);
  });
});

function failed(): never {
  throw new Error("there is no such message");
}

describe("a mailbox's folder", () => {
  it.each(["ann@a.test", "a/../../b@x", ".hidden@x", "zoë@ä.test", 'q"uo te@x', "a%41@x", "..", "a\0b@x"])(
    "%j leads nowhere else, and back",
    (mailbox) => {
      const name = folderName(mailbox) ?? "";
      expect(name).not.toMatch(/[/\0]|^\./);
      expect(mailboxOfFolder(name)).toBe(mailbox);
    },
  );

  it("is not made for an address that is too long", () => {
    expect(folderName(`${"x".repeat(300)}@a.test`)).toBeUndefined();
  });
});
