/** Where a tap plugs in: free when nobody listens, and a listener that throws is unplugged, never the flow. */
import type { Address, CloseReason, Flow, Intercepted, Tap } from "./flow.ts";

export class TapPoint implements Tap {
  #tap: Tap | undefined;

  constructor(tap?: Tap) {
    this.#tap = tap;
  }

  get listening(): boolean {
    return this.#tap !== undefined;
  }

  /** One listener at a time: the next replaces it. Returns what unplugs it. */
  attach(tap: Tap): () => void {
    this.#tap = tap;
    return () => {
      if (this.#tap === tap) this.#tap = undefined;
    };
  }

  opened(flow: Flow): void {
    if (this.#tap !== undefined) this.#tell((tap) => tap.opened(flow));
  }
  refused(remote: Address, local: Address, rule: string): void {
    if (this.#tap !== undefined) this.#tell((tap) => tap.refused(remote, local, rule));
  }
  speaks(flow: Flow, protocol: string): void {
    if (this.#tap !== undefined) this.#tell((tap) => tap.speaks(flow, protocol));
  }
  bytes(flow: Flow, direction: "in" | "out", bytes: Uint8Array): void {
    if (this.#tap === undefined) return;
    // As #tell does, without a closure for each chunk.
    try {
      this.#tap.bytes(flow, direction, bytes);
    } catch {
      this.#tap = undefined;
    }
  }
  secured(flow: Flow, protocol: string, cipher: string, alpn: string | undefined): void {
    if (this.#tap !== undefined) this.#tell((tap) => tap.secured(flow, protocol, cipher, alpn));
  }
  closed(flow: Flow, reason: CloseReason): void {
    if (this.#tap !== undefined) this.#tell((tap) => tap.closed(flow, reason));
  }

  intercepted(flow: Flow, event: Intercepted): void {
    if (this.#tap !== undefined) this.#tell((tap) => tap.intercepted?.(flow, event));
  }

  #tell(what: (tap: Tap) => void): void {
    if (this.#tap === undefined) return;
    try {
      what(this.#tap);
    } catch {
      this.#tap = undefined;
    }
  }
}
