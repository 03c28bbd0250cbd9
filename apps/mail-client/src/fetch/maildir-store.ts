/** Messages as files of a Maildir: synced in tmp, then moved to new. */
import { join } from "node:path";
import { FolderSync, Maildir, newBase } from "@socketscope/maildir";
import { LocalText } from "./local-text.ts";
import type { Letter, Store } from "./store.ts";

export class MaildirStore implements Store {
  readonly name: string;
  readonly memory: string;
  readonly #maildir: Maildir;
  /** Begun, and not in new yet. */
  readonly #open = new Map<string, { close(): Promise<void> }>();

  private constructor(folder: string, maildir: Maildir) {
    this.name = `Maildir ${folder}`;
    this.memory = join(folder, ".uidl");
    this.#maildir = maildir;
  }

  static async open(folder: string): Promise<MaildirStore> {
    const maildir = new Maildir(folder, new FolderSync());
    await maildir.make();
    return new MaildirStore(folder, maildir);
  }

  async begin(): Promise<Letter> {
    const base = newBase(Date.now());
    const file = await this.#maildir.create(base);
    this.#open.set(base, file);
    const text = new LocalText({ quotes: false });
    return {
      write: (octets) => file.write(text.data(octets)),
      end: () => file.write(text.end()),
      keep: async () => {
        await file.finish();
        await this.#maildir.show(base);
        this.#open.delete(base);
        await this.#maildir.settle();
      },
    };
  }

  async close(): Promise<void> {
    for (const [base, file] of this.#open) {
      await file.close();
      await this.#maildir.withdraw(base);
    }
    this.#open.clear();
  }
}
