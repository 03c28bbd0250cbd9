/** Holds what was seen on the wire against what a step asks for. */
import type { MessageView, SocketView } from "@socketscope/inspector";
import type { Check } from "./lesson.ts";

export class Judge {
  readonly check: Check;
  #done = false;
  /** By socket: how much of the chain was seen. */
  readonly #reached = new Map<number, number>();
  /** The advice of the newest socket that any fits: of several the first. */
  #advice: { readonly socket: number; readonly place: number } | undefined;

  constructor(check: Check) {
    this.check = check;
  }

  get done(): boolean {
    return this.#done;
  }

  /** What is missing, told by what was seen. */
  get told(): string {
    return this.check.advice[this.#advice?.place ?? -1]?.say ?? this.check.nothing;
  }

  /** `passing`: what befell a socket from before this step, such as its end, and tells nothing of a try. */
  message(message: MessageView, socket: SocketView, { passing = false } = {}): void {
    const { seen } = this.check;
    if (!passing) this.#advise(message, socket);
    if (seen === "refused") return;
    const reached = this.#reached.get(socket.key) ?? 0;
    if (seen[reached]?.matches(message, socket) !== true) return;
    this.#reached.set(socket.key, reached + 1);
    if (reached + 1 === seen.length) this.#done = true;
  }

  #advise(message: MessageView, socket: SocketView): void {
    const place = this.check.advice.findIndex(({ when }) => when.matches(message, socket));
    const before = this.#advice;
    if (place === -1 || (before !== undefined && before.socket > socket.key)) return;
    // An error is not forgotten because QUIT followed it; a new connection is a new try.
    if (before?.socket === socket.key && before.place < place) return;
    this.#advice = { socket: socket.key, place };
  }

  refusal(): void {
    if (this.check.seen === "refused") this.#done = true;
  }
}
