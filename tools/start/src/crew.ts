/** The apps that run together: when one breaks, all end. */
import type { App, Ready } from "./app.ts";

export class Crew {
  /** Asked to end, or one of them broke: nobody is started any more. */
  stopping = false;
  crashed = false;
  readonly #launch: (name: string) => App;
  readonly #apps: App[] = [];
  readonly #watched: Promise<void>[] = [];

  /** `launch` starts the app of that name. */
  constructor(launch: (name: string) => App) {
    this.#launch = launch;
  }

  /** Resolves when all of these are ready, with what they say of themselves; with nothing once they have ended instead. */
  async start(names: readonly string[]): Promise<readonly (readonly [name: string, ready: Ready])[]> {
    if (this.stopping || names.length === 0) return [];
    const apps = names.map((name) => this.#launch(name));
    const watched = apps.map((app) => this.#watch(app));
    this.#apps.push(...apps);
    this.#watched.push(...watched);
    const ready = Promise.all(apps.map(async (app) => [app.name, await app.ready] as const));
    return Promise.race([ready, Promise.all(watched).then(() => [])]);
  }

  /** A second time it cuts: the apps know what twice means. */
  stop(): void {
    this.stopping = true;
    for (const app of this.#apps) app.signal("SIGTERM");
  }

  /** Resolves when all that were started have ended. */
  get ended(): Promise<unknown> {
    return Promise.all(this.#watched);
  }

  async #watch(app: App): Promise<void> {
    const { how } = await app.ended;
    // Asked to end, or asked for something else than to serve (--help).
    if (how === 0 && (this.stopping || !app.wasReady)) return;
    this.crashed = true;
    process.stderr.write(crashReport(app, how));
    if (!this.stopping) this.stop();
  }
}

function crashReport(app: App, how: number | string): string {
  const lines = app.lastLines.map((line) => `    ${line}\n`).join("");
  const said = lines === "" ? "It said nothing.\n" : `Its last lines:\n${lines}`;
  return `\nnpm start: ${app.name} ended with ${typeof how === "number" ? `code ${how}` : how}. ${said}`;
}
