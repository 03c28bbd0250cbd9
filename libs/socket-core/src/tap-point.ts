/**
 * Where taps plug in: the inspector, a recorder and a page may all listen. Free when nobody does, and a listener that
 * throws is unplugged, never the flow nor another listener.
 */
import type { Address, CloseReason, Flow, Intercepted, Tap } from "./flow.ts";

/** One plugged-in tap: the same tap may be plugged in twice, and each is unplugged for itself. */
interface Plug {
  readonly tap: Tap;
}

export class TapPoint implements Tap {
  /** In the order in which they came; never changed but replaced, for a tap may unplug while all are being told. */
  #plugs: readonly Plug[] | undefined;
  #wire: TapPoint | undefined;

  constructor(tap?: Tap) {
    if (tap !== undefined) this.#plugs = [{ tap }];
  }

  get listening(): boolean {
    return this.#plugs !== undefined;
  }

  /** Told from the next happening on, behind those that listen already. Returns what unplugs it. */
  attach(tap: Tap): () => void {
    const plug = { tap };
    this.#plugs = [...(this.#plugs ?? []), plug];
    return () => this.#unplug(plug);
  }

  /** The layer below TLS, while somebody listens there. */
  get wire(): TapPoint | undefined {
    return this.#wire?.listening === true ? this.#wire : undefined;
  }

  /**
   * Told of the layer below TLS, as `ListenOptions.wireTap` is, and of TLS's keys: of connections that are opened from
   * now on. Who has the keys reads everything. Returns what unplugs it.
   */
  attachWire(tap: Tap): () => void {
    this.#wire ??= new TapPoint();
    return this.#wire.attach(tap);
  }

  opened(flow: Flow): void {
    if (this.#plugs !== undefined) this.#tell((tap) => tap.opened(flow));
  }
  refused(remote: Address, local: Address, rule: string): void {
    if (this.#plugs !== undefined) this.#tell((tap) => tap.refused(remote, local, rule));
  }
  speaks(flow: Flow, protocol: string): void {
    if (this.#plugs !== undefined) this.#tell((tap) => tap.speaks(flow, protocol));
  }
  bytes(flow: Flow, direction: "in" | "out", bytes: Uint8Array): void {
    if (this.#plugs === undefined) return;
    // As #tell does, without a closure for each chunk.
    for (const plug of this.#plugs) {
      try {
        plug.tap.bytes(flow, direction, bytes);
      } catch {
        this.#unplug(plug);
      }
    }
  }
  secured(flow: Flow, protocol: string, cipher: string, alpn: string | undefined): void {
    if (this.#plugs !== undefined) this.#tell((tap) => tap.secured(flow, protocol, cipher, alpn));
  }
  cleared(flow: Flow): void {
    if (this.#plugs !== undefined) this.#tell((tap) => tap.cleared?.(flow));
  }
  closed(flow: Flow, reason: CloseReason): void {
    if (this.#plugs !== undefined) this.#tell((tap) => tap.closed(flow, reason));
  }

  intercepted(flow: Flow, event: Intercepted): void {
    if (this.#plugs !== undefined) this.#tell((tap) => tap.intercepted?.(flow, event));
  }

  keys(flow: Flow, line: string): void {
    if (this.#plugs !== undefined) this.#tell((tap) => tap.keys?.(flow, line));
  }

  #tell(what: (tap: Tap) => void): void {
    for (const plug of this.#plugs ?? []) {
      try {
        what(plug.tap);
      } catch {
        this.#unplug(plug);
      }
    }
  }

  #unplug(plug: Plug): void {
    const rest = this.#plugs?.filter((other) => other !== plug) ?? [];
    this.#plugs = rest.length > 0 ? rest : undefined;
  }
}
