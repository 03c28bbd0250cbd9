/**
 * All mailboxes: a Maildir for each address, and in memory what a list shows of each message. What is delivered is on
 * the disk, names and all, before anybody is told that it is.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { deliveredToField, returnPathField } from "@socketscope/message";
import type { Spooled } from "../spooled.ts";
import { folderName, mailboxOfFolder } from "./folder-name.ts";
import { FolderSync, Maildir, newBase, type MaildirEntry, type MaildirFile } from "@socketscope/maildir";
import { LetterSearch, type SearchLimits } from "./letter-search.ts";
import { summarise, type Summary } from "./summary.ts";

export interface StoredMessage extends Summary {
  /** The same after a restart. */
  readonly id: string;
  readonly mailbox: string;
  /** Octets, line ends of two each. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly arrived: number;
  readonly seen: boolean;
}

export type MailboxChange =
  | { readonly type: "added"; readonly message: StoredMessage }
  | { readonly type: "changed"; readonly message: StoredMessage }
  | { readonly type: "removed"; readonly id: string; readonly mailbox: string };

export interface MailboxesOptions {
  /** `FOLDER/ADDRESS/{tmp,new,cur}`. */
  readonly folder: string;
  /** Kept in each mailbox; the oldest go. Default Infinity. */
  readonly maxMessages?: number;
  /** Milliseconds. Default Infinity. */
  readonly maxAge?: number;
  readonly search?: Partial<SearchLimits>;
  readonly now?: () => number;
}

export interface MailboxQuery {
  /** Undefined: all of them. */
  readonly mailbox?: string | undefined;
  /** The id after which the last page ended. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface MailboxPage {
  /** The newest first. */
  readonly messages: readonly StoredMessage[];
  readonly total: number;
}

interface Kept {
  readonly message: StoredMessage;
  readonly entry: MaildirEntry;
}

/** Of a file that was just found. */
interface Looked extends Kept {
  /** What a search looks at, where all of it was read. */
  readonly text: string | undefined;
}

/** Files of a folder that are read at the same time. */
const LOOKED_AT_ONCE = 16;

interface Box {
  readonly maildir: Maildir;
  /** By id, the oldest first. */
  readonly messages: Map<string, Kept>;
  stamp: string;
  locked: boolean;
}

export class MailboxesError extends Error {
  override readonly name = "MailboxesError";
  readonly code = "MAILBOX_NAME";
}

/** A mailbox that one POP3 session has for itself (RFC 1939 §4). */
export interface MailboxLock {
  /** As it was when it was locked, the oldest first. */
  readonly messages: readonly { readonly id: string; readonly size: number }[];
  read(id: string): AsyncIterable<Uint8Array>;
  remove(ids: readonly string[]): Promise<void>;
  release(): void;
}

export class Mailboxes {
  readonly #options: MailboxesOptions;
  readonly #sync = new FolderSync();
  readonly #boxes = new Map<string, Box>();
  readonly #watchers = new Set<(change: MailboxChange) => void>();
  readonly #now: () => number;
  readonly #search: LetterSearch;

  private constructor(options: MailboxesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#search = new LetterSearch(options.search);
  }

  /** What is in the folder from before is there again. */
  static async open(options: MailboxesOptions): Promise<Mailboxes> {
    const mailboxes = new Mailboxes(options);
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(options.folder)) {
      const mailbox = mailboxOfFolder(name);
      if (mailbox !== undefined) await mailboxes.#refresh(mailboxes.#box(mailbox), mailbox);
    }
    return mailboxes;
  }

  /** Makes an empty one, so that it is seen before its first message. */
  async create(mailbox: string): Promise<void> {
    await this.#box(mailbox).maildir.make();
  }

  /**
   * Durable in all of them when it resolves; rejects with nothing left in any (MailboxesError for an address that is no
   * folder's name, the system's error for a full disk).
   */
  async deliver(
    message: Spooled,
    to: readonly string[],
    about: { readonly reversePath: string },
  ): Promise<readonly StoredMessage[]> {
    const at = this.#now();
    const places = to.map((mailbox) => ({ mailbox, box: this.#box(mailbox), base: newBase(at) }));
    const files: MaildirFile[] = [];
    let shown: readonly { readonly mailbox: string; readonly box: Box; readonly entry: MaildirEntry }[];
    const writing = places.map(async ({ mailbox, box, base }) => {
      await box.maildir.make();
      const file = await box.maildir.create(base);
      files.push(file);
      // RFC 5321 §4.4: the reverse-path is kept in the message when it leaves SMTP.
      const head = Buffer.from(returnPathField(about.reversePath) + deliveredToField(mailbox), "utf8");
      for await (const piece of withHead(head, message)) await file.write(piece);
      await file.finish();
      return { mailbox, box, file };
    });
    try {
      const written = await Promise.all(writing);
      shown = await Promise.all(
        written.map(async ({ mailbox, box, file }) => ({ mailbox, box, entry: await file.show() })),
      );
      await Promise.all(shown.map(({ box }) => box.maildir.settle()));
    } catch (error) {
      // The others may still write.
      await Promise.allSettled(writing);
      await Promise.all(files.map((file) => file.withdraw().catch(() => undefined)));
      throw error;
    }
    const stored: StoredMessage[] = [];
    for (const { mailbox, box, entry } of shown) {
      stored.push(await this.#keep(box, mailbox, entry, at));
      await this.#retain(box);
    }
    return stored;
  }

  /** Addresses with their counts. */
  names(): { readonly mailbox: string; readonly messages: number; readonly unseen: number }[] {
    return [...this.#boxes]
      .map(([mailbox, { messages }]) => ({
        mailbox,
        messages: messages.size,
        unseen: [...messages.values()].filter(({ message }) => !message.seen).length,
      }))
      .toSorted((a, b) => (a.mailbox < b.mailbox ? -1 : 1));
  }

  list(query: MailboxQuery): MailboxPage {
    return pageOf(this.#sorted(query.mailbox), query);
  }

  /**
   * Those that fit what is typed into the search, by all of their text. `skipped`: letters whose text was not looked at
   * to its end, since the limits of the search were reached.
   */
  async search(query: MailboxQuery & { readonly text: string }): Promise<MailboxPage & { skipped: number }> {
    const letters = this.#sorted(query.mailbox);
    const { found, skipped } = await this.#search.find(query.text, letters, ({ id }) => this.#open(id));
    return { ...pageOf(found, query), skipped };
  }

  #sorted(mailbox: string | undefined): StoredMessage[] {
    const boxes = mailbox === undefined ? [...this.#boxes.values()] : [this.#boxes.get(mailbox)];
    return boxes
      .flatMap((box) => [...(box?.messages.values() ?? [])].map(({ message }) => message))
      .toSorted((a, b) => b.arrived - a.arrived || (a.id < b.id ? 1 : -1));
  }

  #open(id: string): AsyncIterable<Uint8Array> {
    const pieces = this.read(id);
    if (pieces === undefined) throw new MailboxesError("the message has gone");
    return pieces;
  }

  get(id: string): StoredMessage | undefined {
    return this.#find(id)?.kept.message;
  }

  /** The octets as they go over the wire. */
  read(id: string): AsyncIterable<Uint8Array> | undefined {
    const found = this.#find(id);
    return found?.box.maildir.read(found.kept.entry.file);
  }

  async markSeen(id: string, seen: boolean): Promise<StoredMessage | undefined> {
    const found = this.#find(id);
    if (found === undefined || found.kept.message.seen === seen) return found?.kept.message;
    const { box, kept } = found;
    const file = await box.maildir.mark(kept.entry, seen);
    const message = { ...kept.message, seen };
    box.messages.set(id, { message, entry: { ...kept.entry, file, seen } });
    this.#tell({ type: "changed", message });
    return message;
  }

  /** How many there were. */
  async remove(ids: Iterable<string>): Promise<number> {
    let count = 0;
    for (const id of ids) {
      const found = this.#find(id);
      if (found === undefined) continue;
      await this.#remove(found.box, found.kept);
      count++;
    }
    return count;
  }

  async clear(mailbox?: string): Promise<number> {
    const boxes = mailbox === undefined ? [...this.#boxes.values()] : [this.#boxes.get(mailbox)];
    return this.remove(boxes.flatMap((box) => [...(box?.messages.keys() ?? [])]));
  }

  /** Looks for what other programs have put in, marked and removed. */
  async refresh(): Promise<void> {
    for (const [mailbox, box] of this.#boxes) await this.#refresh(box, mailbox);
  }

  /** Undefined: somebody has it. Another program's changes are seen first. */
  async lock(mailbox: string): Promise<MailboxLock | undefined> {
    const box = this.#box(mailbox);
    if (box.locked) return undefined;
    box.locked = true;
    try {
      await box.maildir.make();
      await this.#refresh(box, mailbox);
    } catch (error) {
      box.locked = false;
      throw error;
    }
    const kept = new Map(box.messages);
    return {
      messages: [...kept.values()].map(({ message }) => ({ id: message.id, size: message.size })),
      read: (id) => {
        const found = box.messages.get(id);
        if (found === undefined) throw new MailboxesError("the message has gone");
        return box.maildir.read(found.entry.file);
      },
      remove: async (ids) => {
        await this.remove(ids);
        await box.maildir.settle();
      },
      release: () => {
        box.locked = false;
      },
    };
  }

  watch(watcher: (change: MailboxChange) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #box(mailbox: string): Box {
    const known = this.#boxes.get(mailbox);
    if (known !== undefined) return known;
    const name = folderName(mailbox);
    if (name === undefined) throw new MailboxesError("this address is too long to be a mailbox");
    const maildir = new Maildir(join(this.#options.folder, name), this.#sync);
    const box = { maildir, messages: new Map<string, Kept>(), stamp: "", locked: false };
    this.#boxes.set(mailbox, box);
    return box;
  }

  #find(id: string): { readonly box: Box; readonly kept: Kept } | undefined {
    for (const box of this.#boxes.values()) {
      const kept = box.messages.get(id);
      if (kept !== undefined) return { box, kept };
    }
    return undefined;
  }

  async #keep(box: Box, mailbox: string, entry: MaildirEntry, arrived: number): Promise<StoredMessage> {
    return this.#insert(box, await this.#look(box, mailbox, entry, arrived));
  }

  async #look(box: Box, mailbox: string, entry: MaildirEntry, arrived?: number): Promise<Looked> {
    const id = idOf(mailbox, entry.base);
    const { modified, summary, text } = await summarise(join(box.maildir.folder, entry.file));
    const size = await box.maildir.wireSize(entry.file);
    const message = { ...summary, id, mailbox, size, arrived: arrived ?? modified, seen: entry.seen };
    return { message, entry, text };
  }

  #insert(box: Box, { message, entry, text }: Looked): StoredMessage {
    box.messages.set(message.id, { message, entry });
    if (text !== undefined) this.#search.keep(message.id, text);
    this.#tell({ type: "added", message });
    return message;
  }

  async #refresh(box: Box, mailbox: string): Promise<void> {
    const stamp = await box.maildir.stamp().catch(() => "");
    if (stamp === box.stamp) return;
    const there = new Map((await box.maildir.entries()).map((entry) => [idOf(mailbox, entry.base), entry]));
    for (const [id, { message }] of box.messages) if (!there.has(id)) this.#forget(box, message);
    const fresh: MaildirEntry[] = [];
    for (const [id, entry] of there) {
      const known = box.messages.get(id);
      if (known === undefined) fresh.push(entry);
      else if (known.entry.file !== entry.file) {
        const message = { ...known.message, seen: entry.seen };
        box.messages.set(id, { message, entry });
        this.#tell({ type: "changed", message });
      }
    }
    for (let at = 0; at < fresh.length; at += LOOKED_AT_ONCE) {
      const some = fresh.slice(at, at + LOOKED_AT_ONCE);
      const looked = await Promise.all(
        some.map((entry) => this.#look(box, mailbox, entry).catch(() => undefined)),
      );
      // One that was delivered meanwhile is there already.
      for (const one of looked)
        if (one !== undefined && !box.messages.has(one.message.id)) this.#insert(box, one);
    }
    box.stamp = stamp;
    await this.#retain(box);
  }

  async #retain(box: Box): Promise<void> {
    const { maxMessages = Infinity, maxAge = Infinity } = this.#options;
    if (box.messages.size <= maxMessages && maxAge === Infinity) return;
    const oldest = [...box.messages.values()].toSorted((a, b) => a.message.arrived - b.message.arrived);
    const surplus = oldest.length - Math.min(oldest.length, maxMessages);
    const limit = this.#now() - maxAge;
    for (const [index, kept] of oldest.entries())
      if (index < surplus || kept.message.arrived < limit) await this.#remove(box, kept);
  }

  async #remove(box: Box, { message, entry }: Kept): Promise<void> {
    await box.maildir.remove(entry.file);
    this.#forget(box, message);
  }

  #forget(box: Box, { id, mailbox }: StoredMessage): void {
    box.messages.delete(id);
    this.#search.forget(id);
    this.#tell({ type: "removed", id, mailbox });
  }

  #tell(change: MailboxChange): void {
    for (const watcher of this.#watchers) watcher(change);
  }
}

function pageOf(messages: readonly StoredMessage[], { before, limit }: MailboxQuery): MailboxPage {
  const at = before === undefined ? 0 : messages.findIndex(({ id }) => id === before) + 1;
  return { messages: messages.slice(at, at + limit), total: messages.length };
}

function idOf(mailbox: string, base: string): string {
  return createHash("sha256").update(`${mailbox}/${base}`).digest("base64url").slice(0, 22);
}

async function* withHead(head: Uint8Array, message: Spooled): AsyncGenerator<Uint8Array> {
  if (message.octets !== undefined) {
    yield Buffer.concat([head, message.octets]);
    return;
  }
  yield head;
  yield* message.read();
}
