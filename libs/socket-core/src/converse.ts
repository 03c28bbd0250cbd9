/** A client's view of the same loop: events are pulled instead of pushed. */
import type { Core, RemoteError } from "@socketscope/wire";
import { drive } from "./drive.ts";
import type { CloseReason } from "./flow.ts";
import type { Clocks, Link } from "./link.ts";
import type { Stream } from "./stream.ts";

/** Events that may wait to be pulled; then the socket pauses. */
const MAX_WAITING_EVENTS = 16;

export interface Dialogue<Event, Action> {
  readonly link: Link<Action>;
  send(action: Action): boolean;
  /** The next event, or undefined when there will be none: `closed` then says why. Rejects when the peer broke the protocol. */
  next(): Promise<Event | undefined>;
  readonly closed: CloseReason | undefined;
}

export function converse<Event extends object, Action, Wait extends string>(
  stream: Stream,
  core: Core<Event, Action, Wait>,
  clocks: Clocks<Wait>,
): Dialogue<Event, Action> {
  const waiting: Event[] = [];
  const pulls: { resolve(event: Event | undefined): void; reject(error: RemoteError): void }[] = [];
  let roomy: (() => void) | undefined;
  let closed: CloseReason | undefined;
  let fault: RemoteError | undefined;
  const link = drive(
    stream,
    core,
    {
      on(event) {
        const pull = pulls.shift();
        if (pull !== undefined) {
          pull.resolve(event);
          return;
        }
        waiting.push(event);
        if (waiting.length < MAX_WAITING_EVENTS) return;
        return new Promise<void>((resolve) => {
          roomy = resolve;
        });
      },
      refused(error) {
        fault = error;
      },
      closed(reason) {
        closed = reason;
        for (const pull of pulls.splice(0)) {
          if (fault === undefined) pull.resolve(undefined);
          else pull.reject(fault);
        }
      },
    },
    clocks,
    { readsWhileFull: true },
  );
  return {
    link,
    send: (action) => link.send(action),
    next() {
      const event = waiting.shift();
      if (event !== undefined) {
        roomy?.();
        roomy = undefined;
        return Promise.resolve(event);
      }
      if (closed !== undefined)
        return fault === undefined ? Promise.resolve(undefined) : Promise.reject(fault);
      return new Promise((resolve, reject) => {
        pulls.push({ resolve, reject });
      });
    },
    get closed() {
      return closed;
    },
  };
}
