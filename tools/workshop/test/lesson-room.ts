/** A walkthrough that is carried out while an inspector watches, as it is in a workshop. */
import { join } from "node:path";
import { Inspector } from "@socketscope/inspector";
import { type RunningApp, spawnApp, workspaceRoot } from "@socketscope/testkit";
import { type Walkthrough, WalkthroughRun } from "@socketscope/walkthroughs";
import { Judge } from "../src/judge.ts";
import type { Check } from "../src/lesson.ts";
import { Watch } from "../src/watch.ts";

/** Milliseconds for what was said to be seen. */
const SEEN = 8000;

export class LessonRoom implements AsyncDisposable {
  readonly run: WalkthroughRun;
  readonly #app: RunningApp;
  readonly #inspector: Inspector;
  readonly #watch: Watch;
  #changed: (() => void) | undefined;

  private constructor(run: WalkthroughRun, app: RunningApp, inspector: Inspector) {
    this.run = run;
    this.#app = app;
    this.#inspector = inspector;
    this.#watch = new Watch(inspector);
  }

  static async open(walkthrough: Walkthrough): Promise<LessonRoom> {
    const run = new WalkthroughRun(walkthrough, { workspace: workspaceRoot });
    const state = join(run.folder, ".home", ".local", "state", "socketscope");
    const app = await spawnApp("inspector", ["--state", state]);
    const room = new LessonRoom(run, app, new Inspector(state));
    const after = await room.#watch.look();
    void room.#watch.follow(after, () => room.#changed?.()).catch(() => undefined);
    return room;
  }

  /** From now on. */
  judge(checks: readonly Check[]): readonly Judge[] {
    const judges = checks.map((check) => new Judge(check));
    this.#watch.judge(judges, Date.now());
    return judges;
  }

  /** Resolves once it holds, or when the time for it has passed. */
  async until(holds: () => boolean | undefined): Promise<void> {
    const late = performance.now() + SEEN;
    while (holds() !== true && performance.now() < late) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, late - performance.now());
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run[Symbol.asyncDispose]();
    this.#inspector[Symbol.dispose]();
    await this.#app[Symbol.asyncDispose]();
  }
}
