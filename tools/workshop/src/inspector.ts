/** The inspector that watches: the one that runs on the state folder, or one of ours. */
import { Inspector } from "@socketscope/inspector";
import { UsageError } from "@socketscope/host";
import { App } from "@socketscope/start";
import { WorkshopError } from "./errors.ts";

export interface Watched extends AsyncDisposable {
  readonly inspector: Inspector;
  /** The page's address, where we have started it. */
  readonly page: string | undefined;
}

/** Throws WorkshopError ROOM when none runs and none can be started. */
export async function openInspector(root: string, state: string, port: number | undefined): Promise<Watched> {
  const inspector = new Inspector(state);
  if (await runs(inspector)) {
    return { inspector, page: undefined, [Symbol.asyncDispose]: async () => inspector[Symbol.dispose]() };
  }
  const options = ["--state", state, ...(port === undefined ? [] : ["--port", String(port)])];
  const app = new App(root, "inspector", options, () => undefined);
  const ready = await Promise.race([app.ready, app.ended]);
  if ("how" in ready) {
    const said = app.lastLines.join("\n");
    throw new WorkshopError("ROOM", `the inspector cannot be started: ${said}`);
  }
  return {
    inspector,
    page: ready.listeners.find(({ name }) => name === "page")?.url,
    async [Symbol.asyncDispose]() {
      inspector[Symbol.dispose]();
      app.signal("SIGTERM");
      await app.ended;
    },
  };
}

async function runs(inspector: Inspector): Promise<boolean> {
  try {
    await inspector.snapshot();
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
