/**
 * Tells an inspector of the layer below TLS and of its keys, where the server was started with `--inspect-wire`. Records
 * with a hole among them cannot be opened: a connection's are told whole, or not on from where they are too many.
 */
import type { Flow, Tap } from "@socketscope/socket-core";
import { FlowPace, TapBudget, type TapBudgetLimits } from "./tap-budget.ts";
import { now, type TapSender } from "./tap-sender.ts";

export class TapWireSender implements Tap {
  readonly #sender: TapSender;
  readonly #budget: TapBudget | undefined;
  /** Under TLS, and told whole until now. */
  readonly #whole = new Map<number, FlowPace>();

  /** `budget`: of this layer, beside what is told of the one above. Without it all that the other side takes. */
  constructor(sender: TapSender, budget: TapBudgetLimits | undefined) {
    this.#sender = sender;
    if (budget !== undefined) this.#budget = new TapBudget(budget);
  }

  opened(): void {
    // What is said in the clear is told by the tap above.
  }
  refused(): void {
    // Told by the tap above.
  }
  secured(): void {
    // Told by the tap above.
  }
  speaks({ id }: Flow, protocol: string): void {
    if (protocol === "tls") this.#whole.set(id, new FlowPace());
    // TLS has ended before the connection does: what is said now is told by the tap above.
    else this.#whole.delete(id);
  }
  keys({ id }: Flow, line: string): void {
    if (this.#whole.has(id)) this.#sender.send({ type: "keys", at: now(), flow: id, line });
  }
  bytes({ id }: Flow, direction: "in" | "out", octets: Uint8Array): void {
    const pace = this.#whole.get(id);
    if (pace === undefined) return;
    const at = now();
    const fits =
      !this.#sender.full &&
      (this.#budget === undefined || this.#budget.carries(pace, octets.length, false, at) === octets.length);
    if (fits) this.#sender.send({ type: "wire", at, flow: id, direction, octets });
    else {
      this.#whole.delete(id);
      this.#sender.send({ type: "wire-lost", at, flow: id });
    }
  }
  closed({ id }: Flow): void {
    this.#whole.delete(id);
  }
}
