/** Passes on what a tap is told, and remembers which TLS was agreed: a stream says only that there is some. */
import type { Flow, Tap, TapPoint } from "@socketscope/socket-core";

export interface Secured {
  /** `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
}

export class SecuredTap implements Tap {
  readonly #tap: TapPoint | undefined;
  secure: Secured | undefined;

  constructor(tap: TapPoint | undefined) {
    this.#tap = tap;
  }

  opened(flow: Flow): void {
    this.#tap?.opened(flow);
  }
  refused(...about: Parameters<Tap["refused"]>): void {
    this.#tap?.refused(...about);
  }
  speaks(flow: Flow, protocol: string): void {
    this.#tap?.speaks(flow, protocol);
  }
  bytes(flow: Flow, direction: "in" | "out", bytes: Uint8Array): void {
    this.#tap?.bytes(flow, direction, bytes);
  }
  secured(flow: Flow, protocol: string, cipher: string, alpn: string | undefined): void {
    this.secure = { protocol, cipher };
    this.#tap?.secured(flow, protocol, cipher, alpn);
  }
  closed(...about: Parameters<Tap["closed"]>): void {
    this.#tap?.closed(...about);
  }
}
