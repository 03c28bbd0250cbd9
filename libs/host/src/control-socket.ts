/** `STATE/APP.sock`: a UNIX socket for its user alone, through which a running server is asked and told. */
import { chmod, lstat, rm } from "node:fs/promises";
import { type Listener, listenTcp } from "@socketscope/socket-core";
import { serveHttp } from "@socketscope/web";
import { type ControlResources, controlHandler } from "./control.ts";
import { codeOf, StateError } from "./errors.ts";
import { describeError } from "./exit.ts";
import type { Log } from "./log.ts";
import type { Ready } from "./ready.ts";
import type { StateFolder } from "./state.ts";

export interface ControlSocketOptions {
  readonly state: StateFolder;
  /** Its lock (`state.lockFor(app)`) must be held: a socket found in the way is then a dead process's. */
  readonly app: string;
  readonly resources: ControlResources;
  readonly log: Log;
}

/** Connections at once: people and scripts, no crowds. */
const MAX_CONNECTIONS = 64;

/** The file goes when the listener is drained. Throws StateError where something else has its name. */
export async function openControlSocket(options: ControlSocketOptions): Promise<Listener> {
  const { state, app, resources, log } = options;
  const path = state.socket(`${app}.sock`);
  await removeStale(path);
  const handler = controlHandler(resources);
  const onError = (error: unknown): void => log.error(`control socket: ${describeError(error)}`);
  const listener = await listenTcp(
    { path, host: "", port: 0, protocol: "http", maxConnections: MAX_CONNECTIONS },
    (stream) => serveHttp(stream, handler, { onError }),
  );
  // until now the folder's 0700 has kept others out
  await chmod(path, 0o600);
  return listener;
}

async function removeStale(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isSocket()) {
      throw new StateError(
        "STATE_IN_THE_WAY",
        `${path} is no socket: move it away, or choose another --state DIR`,
      );
    }
    await rm(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/** `/status`: what the ready line said, without the password, how long ago, and what the app adds. */
export function statusResources(
  ready: Ready,
  more: () => Readonly<Record<string, unknown>> = () => ({}),
): ControlResources {
  const started = performance.now();
  const { app, version, engine, state, listeners, ca, account } = ready;
  return {
    "/status": {
      GET: () => ({
        app,
        version,
        engine,
        pid: process.pid,
        state,
        ca,
        user: account?.user,
        uptimeSeconds: Math.round((performance.now() - started) / 1000),
        listeners,
        ...more(),
      }),
    },
  };
}
