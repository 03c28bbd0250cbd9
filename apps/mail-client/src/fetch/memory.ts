/**
 * Which messages are here already, by the server's lasting names (UIDL, RFC 1939 §7): a line of JSON each, added when the
 * message is on the disk. A line that power loss tore is left out: its message comes twice, and is not lost.
 */
import { open, readFile, type FileHandle } from "node:fs/promises";
import { writeFileAtomic } from "@socketscope/host";

/** The mailbox: the same name may stand for another message on another server. */
export interface Account {
  readonly server: string;
  readonly user: string;
}

type Entry = readonly [server: string, user: string, id: string];

export class Memory {
  readonly #path: string;
  readonly #account: Account;
  readonly #others: readonly Entry[];
  readonly #ids: Set<string>;
  /** Messages come to their end side by side: the first of them opens it for all. */
  #file: Promise<FileHandle> | undefined;

  private constructor(path: string, account: Account, entries: readonly Entry[]) {
    this.#path = path;
    this.#account = account;
    const isOurs = ([server, user]: Entry): boolean => server === account.server && user === account.user;
    this.#others = entries.filter((entry) => !isOurs(entry));
    this.#ids = new Set(entries.filter(isOurs).map(([, , id]) => id));
  }

  static async open(path: string, account: Account): Promise<Memory> {
    return new Memory(path, account, entriesOf(await readIfThere(path)));
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** What is not on the server any more need not be remembered. */
  async keepOnly(present: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#ids].filter((id) => !present.has(id));
    if (gone.length === 0) return;
    for (const id of gone) this.#ids.delete(id);
    const { server, user } = this.#account;
    const ours = [...this.#ids].map((id): Entry => [server, user, id]);
    await writeFileAtomic(this.#path, [...this.#others, ...ours].map(lineOf).join(""), 0o600);
  }

  async add(id: string): Promise<void> {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#file ??= open(this.#path, "a", 0o600);
    const file = await this.#file;
    await file.appendFile(lineOf([this.#account.server, this.#account.user, id]));
  }

  async close(): Promise<void> {
    const file = await this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    await file.sync();
    await file.close();
  }
}

function lineOf(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}

function entriesOf(text: string): readonly Entry[] {
  return text.split("\n").flatMap((line) => {
    const entry = line === "" ? undefined : parsed(line);
    return isEntry(entry) ? [entry] : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  return Array.isArray(value) && value.length === 3 && value.every((one) => typeof one === "string");
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
