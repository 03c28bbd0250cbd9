/**
 * The control sockets of the programs that run on our state folder: what is set on their listeners, what they hold, and
 * the way there for who wants to change it. Asked only while somebody looks.
 */
import { type ControlAnswer, ControlClient, type ControlVerb } from "@socketscope/host";
import type { Store } from "../store/store.ts";
import type { ControlView, FaultView, HeldView } from "../views.ts";
import { type HeldJson, viewOfHeld } from "./held.ts";

export interface ControlsOptions {
  readonly state: string;
  readonly store: Store;
  readonly showSecrets: boolean;
  /** It stands differently now. */
  readonly tell: (control: ControlView) => void;
}

/** Looks between two questions to a program on which nothing is set. */
const RESTING_LOOKS = 4;

type FaultsJson = Readonly<Record<string, { readonly faults: readonly FaultView[] }>>;

interface Program {
  readonly client: ControlClient;
  view: ControlView;
  /** As it was told last. */
  told: string;
}

export class Controls implements Disposable {
  readonly #options: ControlsOptions;
  readonly #programs = new Map<string, Program>();
  readonly #unwatch: () => void;
  #looks = 0;
  #looking = false;

  constructor(options: ControlsOptions) {
    this.#options = options;
    // An intercept that acts is news of its program.
    this.#unwatch = options.store.watch((change) => {
      if (change.type !== "message" || change.message.protocol !== "socket") return;
      const app = options.store.sockets.get(change.message.socket)?.view.app;
      const program = app === undefined ? undefined : this.#programs.get(app);
      if (program !== undefined && isSet(program.view)) void this.#ask(program);
    });
  }

  get views(): readonly ControlView[] {
    return [...this.#programs.values()].map(({ view }) => view);
  }

  /** Asks those that may have changed. Never rejects. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const resting = this.#looks++ % RESTING_LOOKS === 0;
    const here = this.#here();
    for (const [app, { client }] of this.#programs)
      if (!here.has(app)) {
        client[Symbol.dispose]();
        this.#programs.delete(app);
        this.#options.tell({ app, listeners: [], held: [] });
      }
    await Promise.all(
      [...here]
        .map((app) => this.#program(app))
        .filter(({ view }) => resting || isSet(view))
        .map((program) => this.#ask(program)),
    );
    this.#looking = false;
  }

  /** Undefined where no such program runs here. */
  async forward(
    app: string,
    method: ControlVerb,
    path: string,
    content: string | undefined,
  ): Promise<ControlAnswer | undefined> {
    if (!this.#here().has(app)) return undefined;
    const program = this.#program(app);
    const answer = await program.client.ask(method, path, content);
    if (method !== "GET") await this.#ask(program);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#unwatch();
    for (const { client } of this.#programs.values()) client[Symbol.dispose]();
    this.#programs.clear();
  }

  #here(): ReadonlySet<string> {
    const { sources } = this.#options.store;
    return new Set(sources.filter(({ here, connected }) => here && connected).map(({ app }) => app));
  }

  #program(app: string): Program {
    let program = this.#programs.get(app);
    if (program === undefined) {
      const view = { app, listeners: [], held: [] };
      program = { client: new ControlClient(this.#options.state, app), view, told: "" };
      this.#programs.set(app, program);
    }
    return program;
  }

  async #ask(program: Program): Promise<void> {
    const { client, view } = program;
    try {
      const faults: FaultsJson = JSON.parse((await client.ask("GET", "/faults")).text);
      const listeners = Object.entries(faults).map(([name, one]) => ({ name, faults: one.faults }));
      const now = { app: view.app, listeners, held: [] };
      program.view = isSet(now) ? { ...now, held: await this.#heldBy(program) } : now;
    } catch {
      // It has ended, or has no such resource: the tap link tells of the one, and the other has nothing to tell.
      return;
    }
    const text = JSON.stringify(program.view);
    if (text === program.told) return;
    program.told = text;
    this.#options.tell(program.view);
  }

  async #heldBy({ client, view }: Program): Promise<readonly HeldView[]> {
    const { store, showSecrets } = this.#options;
    const listed: readonly HeldJson[] = JSON.parse((await client.ask("GET", "/held")).text);
    const views = listed.map(async (short): Promise<HeldView | undefined> => {
      const before = view.held.find(({ chunk }) => chunk === short.chunk);
      // What could be read once stays as it is.
      if (before?.editable === true && before.behind === short.behind) return before;
      const { status, text } = await client.ask("GET", `/held/${short.chunk}`);
      if (status !== 200) return undefined;
      const whole: HeldJson = { ...JSON.parse(text), listener: short.listener };
      const { since } = before ?? { since: Date.now() - whole.heldMs };
      const conversation = store.conversationOf(view.app, whole.flow.id);
      return viewOfHeld(whole, { app: view.app, since, conversation, showSecrets });
    });
    return (await Promise.all(views)).filter((one) => one !== undefined);
  }
}

/** Whether a fault is set on it. */
function isSet({ listeners, held }: ControlView): boolean {
  return held.length > 0 || listeners.some(({ faults }) => faults.length > 0);
}
