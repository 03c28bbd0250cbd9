/** What a running inspector sees, from a moment on, shown to those who judge it. */
import type { Change, Inspector, MessageView, SocketView } from "@socketscope/inspector";
import type { Judge } from "./judge.ts";

export class Watch {
  readonly #inspector: Inspector;
  readonly #sockets = new Map<number, SocketView>();
  #judges: readonly Judge[] = [];
  #since = 0;
  readonly #kept: MessageView[] = [];

  constructor(inspector: Inspector) {
    this.#inspector = inspector;
  }

  /** From now on these are asked; what was seen since `since` (milliseconds since 1970) counts. */
  judge(judges: readonly Judge[], since: number): void {
    this.#judges = judges;
    this.#since = since;
    for (const message of this.#kept) this.#show(message);
  }

  /** What the inspector knows already. Resolves with the number to follow from. */
  async look(): Promise<number> {
    const { number, sockets, messages, refusals } = await this.#inspector.snapshot();
    for (const socket of sockets) this.#sockets.set(socket.key, socket);
    for (const message of messages) this.#take(message);
    for (const refusal of refusals) if (refusal.at >= this.#since) this.#refused();
    return number;
  }

  /** Calls `changed` after each batch, until the inspector ends. */
  async follow(after: number, changed: () => void): Promise<void> {
    for await (const changes of this.#inspector.follow(after)) {
      for (const change of changes) this.#change(change);
      changed();
    }
  }

  #change(change: Change): void {
    if (change.type === "socket") this.#sockets.set(change.socket.key, change.socket);
    else if (change.type === "message") this.#take(change.message);
    else if (change.type === "forgotten") for (const key of change.sockets) this.#sockets.delete(key);
    else if (change.type === "refusal" && change.refusal.at >= this.#since) this.#refused();
  }

  #take(message: MessageView): void {
    this.#kept.push(message);
    // A step is over in minutes: what is older than these matters to none.
    if (this.#kept.length > KEPT) this.#kept.splice(0, KEPT / 2);
    this.#show(message);
  }

  #show(message: MessageView): void {
    const socket = this.#sockets.get(message.socket);
    if (socket === undefined || message.at < this.#since) return;
    const passing = message.kind === "event" && socket.opened < this.#since;
    for (const judge of this.#judges) judge.message(message, socket, { passing });
  }

  #refused(): void {
    for (const judge of this.#judges) judge.refusal();
  }
}

/** Messages looked at again when a step begins. */
const KEPT = 20_000;
