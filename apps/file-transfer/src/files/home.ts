/** What all views of one folder share: the open root, unfinished uploads, how much is there. */
import type { Folder } from "./folder.ts";
import { Locks } from "./locks.ts";
import { Partials } from "./partials.ts";
import { Usage } from "./usage.ts";
import { Walk, type WalkLimits } from "./walk.ts";

export class Home {
  readonly root: Folder;
  readonly walk: Walk;
  readonly partials: Partials;
  readonly usage = new Usage();
  readonly locks = new Locks();
  /** Paths that "unique" has given to somebody. */
  readonly reserved = new Set<string>();
  #counted: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(root: Folder, limits: WalkLimits) {
    this.root = root;
    this.walk = new Walk(root, limits);
    this.partials = new Partials(root);
  }

  /** For homes with a quota: `again` where nobody is in it whose changes would be counted twice. */
  async count(again: boolean): Promise<void> {
    if (again) this.#counted = undefined;
    this.#counted ??= this.usage.count(this.root);
    await this.#counted;
  }

  /** Somebody here has a quota. */
  get isCounted(): boolean {
    return this.#counted !== undefined;
  }

  async expire(before: number): Promise<void> {
    this.usage.shrink(await this.partials.expire(before));
  }

  /** Once, whoever asks: the last view's end and that of the server may come together. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.walk.rest();
    await this.partials.close();
    this.root.close();
  }
}
