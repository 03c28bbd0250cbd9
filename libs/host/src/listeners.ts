/** Every address a program answers on, opened together and closed together. */
import type { Listener, TlsServerOptions } from "@socketscope/socket-core";
import { listenOn } from "./listen-on.ts";
import type { Log } from "./log.ts";
import { listenerUrl, type ListenerUrl } from "./ready.ts";

/** One service on each `--host`. */
export interface Service {
  /** In the ready line: "smtp", "submission", "http". */
  readonly name: string;
  /** Of its URL: "smtp" for submission, "http" for the inbox. */
  readonly scheme: string;
  readonly port: number | "off";
  /** The option that chooses another port. */
  readonly option: string;
  /** Of its host key, where it has one. */
  readonly fingerprint?: string;
  /** It has a certificate. */
  readonly secure: boolean;
  listen(host: string, port: number): Promise<Listener>;
}

export class Listeners {
  readonly #open: readonly (readonly [service: Service, listener: Listener])[];

  private constructor(open: readonly (readonly [Service, Listener])[]) {
    this.#open = open;
  }

  /** Throws ListenError, with nothing left open, when one address cannot be had. */
  static async open(services: readonly Service[], hosts: readonly string[], log: Log): Promise<Listeners> {
    const open: (readonly [Service, Listener])[] = [];
    try {
      for (const service of services) {
        const { port, option } = service;
        if (port === "off") continue;
        const listeners = await listenOn({ hosts, port, option, log }, (host, at) =>
          service.listen(host, at),
        );
        for (const listener of listeners) open.push([service, listener]);
      }
    } catch (error) {
      await Promise.all(open.map(([, listener]) => listener.drain(0)));
      throw error;
    }
    return new Listeners(open);
  }

  get urls(): ListenerUrl[] {
    return this.#open.map(([{ name, scheme, fingerprint }, { address }]) => ({
      ...listenerUrl(name, address, scheme),
      ...(fingerprint !== undefined && { fingerprint }),
    }));
  }

  /** Connections open now. */
  get open(): number {
    return this.#open.reduce((sum, [, { open }]) => sum + open.size, 0);
  }

  replaceTls(tls: TlsServerOptions): void {
    for (const [{ secure }, listener] of this.#open) if (secure) listener.replaceTls(tls);
  }

  /** How many were cut off. */
  async drain(ms: number): Promise<number> {
    const cut = await Promise.all(this.#open.map(([, listener]) => listener.drain(ms)));
    return cut.reduce((sum, count) => sum + count, 0);
  }
}
