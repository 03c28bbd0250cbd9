/** What cannot be written down ends it: nothing that is not here is removed from the server, and nothing half stays. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectPop3 } from "../../src/fetch/connect.ts";
import { MaildirStore } from "../../src/fetch/maildir-store.ts";
import { MboxStore } from "../../src/fetch/mbox-store.ts";
import { Memory } from "../../src/fetch/memory.ts";
import { Retrieval } from "../../src/fetch/retrieval.ts";
import type { Letter, Store } from "../../src/fetch/store.ts";
import { LETTER, Pop3Peer } from "../pop3-peer.ts";

let folder: TemporaryFolder;
const at = (name: string): string => join(folder.path, name);
beforeEach(() => {
  folder = new TemporaryFolder("mail-store");
});
afterEach(() => folder[Symbol.dispose]());

/** A store whose second letter fails at one of its steps. */
class Failing implements Store {
  readonly name = "failing";
  readonly memory = undefined;
  readonly kept: number[] = [];
  readonly #at: string;
  #count = 0;

  constructor(failsAt: string) {
    this.#at = failsAt;
  }

  async begin(): Promise<Letter> {
    const number = ++this.#count;
    const step = async (name: string): Promise<void> => {
      await Promise.resolve();
      if (number === 2 && name === this.#at) throw new Error("no space left on device");
    };
    await step("begin");
    return {
      write: () => step("write"),
      end: () => step("end"),
      keep: async () => {
        await step("keep");
        this.kept.push(number);
      },
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe("a store that fails", () => {
  it.each(["begin", "write", "end", "keep"])("at %s", async (step) => {
    await using peer = await Pop3Peer.listen({ messages: [LETTER, LETTER, LETTER] });
    const exchange = await connectPop3({
      host: "127.0.0.1",
      port: peer.port,
      tls: "off",
      login: { user: "u", password: "p", allowClear: true },
    });
    const store = new Failing(step);
    const watcher = {
      expect: () => undefined,
      add: () => undefined,
      done: () => undefined,
      complain: () => undefined,
    };
    const retrieval = new Retrieval(
      exchange,
      store,
      undefined,
      { number: undefined, all: false, remove: true },
      watcher,
    );
    await expect(retrieval.run()).rejects.toThrow("no space left on device");
    exchange.end();
    expect(store.kept).not.toContain(2);
    expect(peer.lines).not.toContain("DELE 2");
  });
});

describe("a mailbox that is in use", () => {
  it("an mbox waits for another program's lock, and takes over that of a dead one", async () => {
    const first = await MboxStore.open(at("inbox"));
    const second = MboxStore.open(at("inbox"));
    const letter = first.begin();
    await letter.write(Buffer.from("Subject: one\r\n\r\n"));
    await letter.end();
    await first.close();
    const other = await second;
    const half = other.begin();
    await half.write(Buffer.from("half"));
    await other.close();
    expect(await readFile(at("inbox"), "latin1")).toMatch(/^From MAILER-DAEMON .*\nSubject: one\n\n\n$/);
    expect(await readdir(folder.path)).toEqual(["inbox"]);
  });

  it("a Maildir keeps what is whole, and forgets the rest", async () => {
    const store = await MaildirStore.open(at("box"));
    const [one, two] = [await store.begin(), await store.begin()];
    await one.write(Buffer.from("one\r\n"));
    await one.end();
    await one.keep();
    await two.write(Buffer.from("half"));
    await store.close();
    expect(await readdir(join(at("box"), "tmp"))).toEqual([]);
    expect(await readdir(join(at("box"), "new"))).toHaveLength(1);
  });
});

it("the memory is added to by many at once, and closed once", async () => {
  const account = { server: "s:1", user: "u" };
  const memory = await Memory.open(at("seen"), account);
  await Promise.all(Array.from({ length: 20 }, (_, number) => memory.add(`id-${number}`)));
  await memory.close();
  await memory.close();
  const again = await Memory.open(at("seen"), account);
  expect(Array.from({ length: 20 }, (_, number) => again.has(`id-${number}`))).not.toContain(false);
  expect((await Memory.open(at("seen"), { ...account, user: "v" })).has("id-1")).toBe(false);
  await again.keepOnly(new Set(["id-3"]));
  expect(await readFile(at("seen"), "utf8")).toBe('["s:1","u","id-3"]\n');
});
