/** Every address the server answers on: HTTP and HTTPS on each `--host`, opened together and closed together. */
import { explainListenError, listenerUrl, type ListenerUrl } from "@socketscope/host";
import type { Intercept, Listener, TlsServerOptions } from "@socketscope/socket-core";
import type { Engine, EngineOptions } from "@socketscope/web/engine";

export interface ListenersOptions extends Omit<EngineOptions, "host" | "port" | "tls" | "intercept"> {
  readonly engine: Engine;
  readonly hosts: readonly string[];
  readonly http: number | "off";
  readonly https: number | "off";
  /** By the listeners' names. */
  readonly intercepts: { readonly http: Intercept; readonly https: Intercept };
  /** Asked for when HTTPS is on. */
  readonly tls: TlsServerOptions | undefined;
}

export class Listeners {
  readonly #plain: readonly Listener[];
  readonly #secure: readonly Listener[];

  private constructor(plain: readonly Listener[], secure: readonly Listener[]) {
    this.#plain = plain;
    this.#secure = secure;
  }

  /** Throws ListenError, with nothing left open, when one address cannot be had. */
  static async open(options: ListenersOptions): Promise<Listeners> {
    const { intercepts } = options;
    const plain = await openAll(
      { ...options, intercept: intercepts.http },
      options.http,
      undefined,
      "--port N",
    );
    try {
      const secure =
        options.tls === undefined
          ? []
          : await openAll(
              { ...options, intercept: intercepts.https },
              options.https,
              options.tls,
              "--https-port N",
            );
      return new Listeners(plain, secure);
    } catch (error) {
      await Promise.all(plain.map((listener) => listener.drain(0)));
      throw error;
    }
  }

  get urls(): ListenerUrl[] {
    return [
      ...this.#plain.map(({ address }) => listenerUrl("http", address)),
      ...this.#secure.map(({ address }) => listenerUrl("https", address)),
    ];
  }

  get httpsPort(): number | undefined {
    return this.#secure[0]?.address.port;
  }

  /** Connections open now. */
  get open(): number {
    return [...this.#plain, ...this.#secure].reduce((sum, { open }) => sum + open.size, 0);
  }

  replaceTls(tls: TlsServerOptions): void {
    for (const listener of this.#secure) listener.replaceTls(tls);
  }

  /** How many were cut off. */
  async drain(ms: number): Promise<number> {
    const cut = await Promise.all([...this.#plain, ...this.#secure].map((listener) => listener.drain(ms)));
    return cut.reduce((sum, count) => sum + count, 0);
  }
}

async function openAll(
  options: ListenersOptions & { readonly intercept: Intercept },
  port: number | "off",
  tls: TlsServerOptions | undefined,
  option: string,
): Promise<Listener[]> {
  const listeners: Listener[] = [];
  if (port === "off") return listeners;
  try {
    for (const host of options.hosts) {
      // With port 0 the first address chooses for all, so that one URL names the server on each.
      const wanted = port === 0 ? (listeners[0]?.address.port ?? 0) : port;
      try {
        listeners.push(await options.engine({ ...options, host, port: wanted, tls }));
      } catch (error) {
        throw explainListenError(error, { host, port: wanted, option });
      }
    }
    return listeners;
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.drain(0)));
    throw error;
  }
}
