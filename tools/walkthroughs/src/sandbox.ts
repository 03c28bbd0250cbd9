/** The folder a walkthrough runs in: it looks like the workspace's root, and what is written stays there. */
import type { ChildProcess } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { WalkthroughError } from "./errors.ts";

/** Entries of the workspace a command may not need, and must not change through a link. */
const unlinked = new Set([".git", ".nx", "coverage"]);

export class Sandbox implements Disposable {
  readonly folder: string;
  /** Nothing of our own environment goes in but where programs are. */
  readonly environment: Readonly<Record<string, string>>;
  /** Told of each child that is started in it. */
  readonly started: (child: ChildProcess) => void;
  readonly #home: string;

  /** `workspace`: its top entries are linked to, so that `apps/…` in a command means what it means to the reader. */
  constructor(
    workspace: string | undefined,
    environment: Readonly<Record<string, string>> = {},
    started: (child: ChildProcess) => void = () => undefined,
  ) {
    this.started = started;
    // Short: a program may put a Unix socket in its home, and the path of one holds some hundred octets.
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "wt-")));
    this.#home = join(this.folder, ".home");
    mkdirSync(join(this.#home, "tmp"), { recursive: true });
    if (workspace !== undefined) {
      for (const entry of readdirSync(workspace)) {
        if (!unlinked.has(entry)) symlinkSync(join(workspace, entry), join(this.folder, entry));
      }
    }
    const path = process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
    this.environment = {
      // Where administrators' programs are; a plain user's PATH often lacks them.
      PATH: `${path}:/usr/sbin:/sbin`,
      HOME: this.#home,
      TMPDIR: join(this.#home, "tmp"),
      LC_ALL: "C.UTF-8",
      TERM: "dumb",
      NO_COLOR: "1",
      NX_DAEMON: "false",
      npm_config_update_notifier: "false",
      npm_config_offline: "true",
      ...environment,
    };
  }

  /** Throws WalkthroughError SANDBOX for a path that leads out, through `..` or a link. */
  write(path: string, content: string): void {
    const target = resolve(this.folder, path);
    const folder = dirname(target);
    if (!this.#holds(target)) throw leadsOut(path);
    // The nearest folder that exists tells where the links lead; only then may folders be made below it.
    let nearest = folder;
    while (!exists(nearest)) nearest = dirname(nearest);
    if (!this.#holds(realpathSync(nearest)) || (exists(target) && !this.#holds(realpathSync(target)))) {
      throw leadsOut(path);
    }
    mkdirSync(folder, { recursive: true });
    writeFileSync(target, content);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #holds(path: string): boolean {
    const inside = relative(this.folder, path);
    return inside !== ".." && !inside.startsWith(`..${sep}`);
  }
}

function leadsOut(path: string): WalkthroughError {
  return new WalkthroughError("SANDBOX", `file=${path} leads out of the sandbox`);
}

function exists(path: string): boolean {
  try {
    realpathSync(path);
    return true;
  } catch {
    return false;
  }
}
