/** How often each connection was used: what the pages say of "this socket" is counted, never guessed. */
import type { Address, Flow } from "@socketscope/socket-core";
import type { Handler } from "@socketscope/web";

export class Conversations {
  // Weak: a connection that is gone takes its count along.
  readonly #requests = new WeakMap<Flow, number>();

  /** Counts what goes through `handler`. */
  counted(handler: Handler): Handler {
    return (request) => {
      this.#requests.set(request.flow, this.requests(request.flow) + 1);
      return handler(request);
    };
  }

  /** Requests on this connection so far, the one that is being answered included. */
  requests(flow: Flow): number {
    return this.#requests.get(flow) ?? 0;
  }
}

/** `127.0.0.1:8080`, `[::1]:8080`. */
export function endpoint({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
