/** The films of a folder on real sockets, for tests: on a free port of 127.0.0.1, with the engine asked for. */
import { TapPoint, type Admission } from "@socketscope/socket-core";
import { hand, nodeHttp, type Engine } from "@socketscope/web/engine";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { Studio, type StudioOptions } from "../src/studio.ts";

export const ENGINES: readonly (readonly [name: string, engine: Engine])[] = [
  ["hand", hand],
  ["node-http", nodeHttp],
];

export interface Serving extends AsyncDisposable {
  readonly origin: string;
  readonly errors: unknown[];
  readonly studio: Studio;
}

export const everybody: Admission = { admit: () => ({ action: "allow" }), release: () => undefined };

export async function serving(
  options: Partial<StudioOptions> = {},
  engine: Engine = hand,
  writeStall = 30_000,
): Promise<Serving> {
  const errors: unknown[] = [];
  const studio = new Studio({
    media: SAMPLE_FOLDER,
    serverNames: [],
    channels: [{ name: "demo", path: SAMPLE_FOLDER }],
    partMs: 400,
    ...options,
  });
  const listener = await engine({
    host: "127.0.0.1",
    port: 0,
    handler: studio.handler,
    tap: new TapPoint(),
    admission: everybody,
    idle: 60_000,
    writeStall,
    maxConnections: 1000,
    onError: (error) => errors.push(error),
  });
  return {
    origin: `http://127.0.0.1:${listener.address.port}`,
    errors,
    studio,
    async [Symbol.asyncDispose]() {
      await listener.drain(1000);
      await studio.close();
    },
  };
}
