/** The same answers over a socket in the state folder: what `inspector tail` and its like ask. */
import { chmod, rm } from "node:fs/promises";
import type { StateFolder } from "@socketscope/host";
import { listenTcp, type Listener } from "@socketscope/socket-core";
import { serveHttp, type Handler } from "@socketscope/web";

/** `inspector.sock` is the tap link; this one speaks HTTP. */
export const CONTROL_SOCKET = "inspector-control.sock";

export async function openControl(options: {
  readonly state: StateFolder;
  readonly ask: Handler;
  readonly onError: (error: unknown) => void;
}): Promise<Listener> {
  const path = options.state.socket(CONTROL_SOCKET);
  // The lock of the state folder is ours: what lies here is a dead process's.
  await rm(path, { force: true });
  const listener = await listenTcp({ path, host: "", port: 0, protocol: "http" }, (stream) =>
    serveHttp(stream, options.ask, { onError: options.onError }),
  );
  await chmod(path, 0o600);
  return listener;
}
