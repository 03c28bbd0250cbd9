/** Whether a peer takes what is queued for it: made only for a stream that has octets waiting. */
import type { Socket } from "node:net";

export class WriteStall {
  #taken: number;
  #inFlight: number;
  #since: number;
  #ms = 0;

  /** `taken`: octets that have left Node's queue. `at`: the monotonic clock, in milliseconds. */
  constructor(wire: Socket, taken: number, at: number) {
    this.#taken = taken;
    this.#inFlight = unsentOf(wire);
    this.#since = at;
  }

  /** Milliseconds without progress. */
  get ms(): number {
    return this.#ms;
  }

  /** What the kernel took is progress; what we queue behind it is none. */
  watch(wire: Socket, taken: number, at: number): void {
    const inFlight = unsentOf(wire);
    if (taken !== this.#taken || inFlight !== this.#inFlight) {
      this.#taken = taken;
      this.#inFlight = inFlight;
      this.#since = at;
    }
    this.#ms = at - this.#since;
  }
}

/** Octets of the write in flight that the kernel has not taken; 0 where Node does not tell. */
function unsentOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null || !("writeQueueSize" in handle)) return 0;
  return typeof handle.writeQueueSize === "number" ? handle.writeQueueSize : 0;
}

/** As things stand: none where nothing is queued. `written`: octets given to Node, `queued`: those it still has. */
export function stallOf(
  before: WriteStall | undefined,
  wire: Socket,
  queued: number,
  written: number,
  at: number,
): WriteStall | undefined {
  if (queued === 0) return undefined;
  const stall = before ?? new WriteStall(wire, written - queued, at);
  stall.watch(wire, written - queued, at);
  return stall;
}
