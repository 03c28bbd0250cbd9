/** A site on real sockets, for tests: on a free port of 127.0.0.1, with the engine asked for. */
import type { Admission, TlsServerOptions } from "@socketscope/socket-core";
import { TapPoint } from "@socketscope/socket-core";
import type { Engine } from "@socketscope/web/engine";
import { hand, nodeHttp } from "@socketscope/web/engine";
import { site, type SiteOptions } from "../src/site.ts";

export const ENGINES: readonly (readonly [name: string, engine: Engine])[] = [
  ["hand", hand],
  ["node-http", nodeHttp],
];

export interface Serving {
  readonly origin: string;
  readonly port: number;
  readonly errors: unknown[];
  readonly tap: TapPoint;
  close(): Promise<number>;
}

const everybody: Admission = { admit: () => ({ action: "allow" }), release: () => undefined };

export async function serving(
  options: Partial<SiteOptions> & { readonly root: string },
  engine: Engine = hand,
  tls?: TlsServerOptions,
  admission: Admission = everybody,
): Promise<Serving> {
  const errors: unknown[] = [];
  const tap = new TapPoint();
  const handler = site({
    listing: true,
    spa: false,
    followSymlinks: false,
    standing: { fields: [], noCache: false, cors: false, coi: false },
    observers: [],
    ...options,
  });
  const listener = await engine({
    host: "127.0.0.1",
    port: 0,
    handler,
    tls,
    tap,
    admission,
    idle: 60_000,
    maxConnections: 1000,
    onError: (error) => errors.push(error),
  });
  const { port } = listener.address;
  return {
    origin: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    port,
    errors,
    tap,
    close: () => listener.drain(1000),
  };
}
