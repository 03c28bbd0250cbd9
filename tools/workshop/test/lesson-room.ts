/** A walkthrough that is carried out while an inspector watches, as it is in a workshop. */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Inspector } from "@socketscope/inspector";
import { endsWithUs, PATIENCE_MS, type RunningApp, spawnApp, workspaceRoot } from "@socketscope/testkit";
import { type Outcome, type Walkthrough, WalkthroughRun } from "@socketscope/walkthroughs";
import { Judge } from "../src/judge.ts";
import type { Check } from "../src/lesson.ts";
import { Watch } from "../src/watch.ts";

export class LessonRoom implements AsyncDisposable {
  readonly #walkthrough: Walkthrough;
  readonly #run: WalkthroughRun;
  readonly #app: RunningApp;
  readonly #inspector: Inspector;
  readonly #watch: Watch;
  readonly #attached = new Set<string>();
  #changed: (() => void) | undefined;

  private constructor(walkthrough: Walkthrough, run: WalkthroughRun, app: RunningApp, inspector: Inspector) {
    this.#walkthrough = walkthrough;
    this.#run = run;
    this.#app = app;
    this.#inspector = inspector;
    this.#watch = new Watch(inspector);
  }

  static async open(walkthrough: Walkthrough): Promise<LessonRoom> {
    const run = new WalkthroughRun(walkthrough, { workspace: workspaceRoot, started: endsWithUs });
    const state = join(run.folder, ".home", ".local", "state", "socketscope");
    const app = await spawnApp("inspector", ["--state", state]);
    const room = new LessonRoom(walkthrough, run, app, new Inspector(state));
    const after = await room.#watch.look();
    void room.#watch.follow(after, () => room.#changed?.()).catch(() => undefined);
    return room;
  }

  /** A server that was started has told the inspector so when this resolves: nobody is as quick as the next step here. */
  async step(at: number): Promise<Outcome> {
    const outcome = await this.#run.step(at);
    for (const step of this.#walkthrough.steps.slice(0, at + 1)) {
      const app =
        step.kind === "open" ? /^npm start -- (\S+)(?!.*--state)/.exec(step.command)?.[1] : undefined;
      if (app === undefined || this.#attached.has(app)) continue;
      this.#attached.add(app);
      await this.#attaches(app);
    }
    return outcome;
  }

  async #attaches(app: string): Promise<void> {
    const late = performance.now() + PATIENCE_MS;
    while (performance.now() < late) {
      const { sources } = await this.#inspector.snapshot();
      if (sources.some((source) => source.app === app && source.connected)) return;
      await setTimeout(20);
    }
  }

  /** From now on. */
  judge(checks: readonly Check[]): readonly Judge[] {
    const judges = checks.map((check) => new Judge(check));
    this.#watch.judge(judges, Date.now());
    return judges;
  }

  /** Resolves once it holds, or when the time for it has passed. */
  async until(holds: () => boolean | undefined): Promise<void> {
    const late = performance.now() + PATIENCE_MS;
    while (holds() !== true && performance.now() < late) {
      const changed = new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
      await Promise.race([changed, setTimeout(late - performance.now(), undefined, { ref: false })]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run[Symbol.asyncDispose]();
    this.#inspector[Symbol.dispose]();
    await this.#app[Symbol.asyncDispose]();
  }
}
