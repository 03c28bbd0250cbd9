import { createConnection } from "node:net";
import { LaunchError } from "./launch-error.ts";
import type { Spawned } from "./spawned.ts";

/** Waits until the program accepts on that port of 127.0.0.1. Throws LaunchError NOT_READY after ten seconds. */
export async function accepts(port: number, running: Spawned): Promise<void> {
  const given = performance.now() + 10_000;
  while (performance.now() < given) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: "127.0.0.1" });
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
  throw new LaunchError("NOT_READY", `nobody accepts on port ${port}: ${running.stdout}${running.stderr}`);
}
