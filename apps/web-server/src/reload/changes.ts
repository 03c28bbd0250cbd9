/** What changed below a folder, gathered: an editor that saves writes, renames and touches within milliseconds. */
import { watch, type FSWatcher } from "node:fs";

export interface ChangesOptions {
  /** Milliseconds without another change until what changed is told. Default 80. */
  readonly quietMs?: number;
  /** The folder can no longer be watched. */
  readonly onError: (error: unknown) => void;
}

/** Names remembered of one burst; who changes more than that has changed everything. */
const MOST = 1000;

export class Changes {
  readonly #watcher: FSWatcher;
  readonly #changed = new Set<string>();
  readonly #tell: (names: readonly string[]) => void;
  readonly #quietMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** `tell` gets paths below `folder`, with this system's separators. */
  constructor(folder: string, tell: (names: readonly string[]) => void, options: ChangesOptions) {
    this.#tell = tell;
    this.#quietMs = options.quietMs ?? 80;
    this.#watcher = watch(folder, { recursive: true, persistent: false });
    this.#watcher.on("error", options.onError);
    this.#watcher.on("change", (_event, name) => this.#note(String(name)));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher.close();
  }

  #note(name: string): void {
    // What editors put beside a file while they save, and version control's own.
    if (/(?:^|[/\\])(?:\.|node_modules[/\\])|~$|\.swp$/.test(name)) return;
    if (this.#changed.size < MOST) this.#changed.add(name);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const names = [...this.#changed];
      this.#changed.clear();
      this.#tell(names);
    }, this.#quietMs).unref();
  }
}
