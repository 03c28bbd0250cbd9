/** Messages as files of a Maildir: synced in tmp, then moved to new. */
import { join } from "node:path";
import { FolderSync, Maildir, newBase, type MaildirFile } from "@socketscope/maildir";
import type { Letter, Store } from "./store.ts";

export class MaildirStore implements Store {
  readonly name: string;
  readonly memory: string;
  readonly #maildir: Maildir;
  /** Begun, and not in new yet. */
  readonly #open = new Set<MaildirFile>();

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
    const file = await this.#maildir.create(newBase(Date.now()));
    this.#open.add(file);
    return {
      write: (octets) => file.write(octets),
      end: () => undefined,
      keep: async () => {
        await file.finish();
        await file.show();
        this.#open.delete(file);
        await this.#maildir.settle();
      },
    };
  }

  async close(): Promise<void> {
    for (const file of this.#open) await file.withdraw();
    this.#open.clear();
  }
}
