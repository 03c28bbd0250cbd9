/** Whether a peer takes what is queued for it: made only for a stream that has octets waiting. */
import type { Socket } from "node:net";

export class WriteStall {
  #taken: number;
  #inFlight: number;
  #since: number;

  /** `taken`: octets that have left Node's queue. `at`: the monotonic clock, in milliseconds. */
  constructor(wire: Socket, taken: number, at: number) {
    this.#taken = taken;
    this.#inFlight = unsentOf(wire);
    this.#since = at;
  }

  /** Milliseconds without progress. What the kernel took is progress; what we queue behind it is none. */
  watch(wire: Socket, taken: number, at: number): number {
    const inFlight = unsentOf(wire);
    if (taken !== this.#taken || inFlight !== this.#inFlight) {
      this.#taken = taken;
      this.#inFlight = inFlight;
      this.#since = at;
    }
    return at - this.#since;
  }
}

/** Octets of the write in flight that the kernel has not taken; 0 where Node does not tell. */
function unsentOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null || !("writeQueueSize" in handle)) return 0;
  return typeof handle.writeQueueSize === "number" ? handle.writeQueueSize : 0;
}
