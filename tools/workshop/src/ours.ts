/** Which ports our own servers have, that run on a state folder: what holds those is nothing to be mended. */
import { askControl } from "@socketscope/host";
import { HttpAgent } from "@socketscope/web";

const SERVERS = ["web-server", "mail-relay", "file-transfer", "video-streamer"];

/** The server's name by port. */
export async function portsOfOurs(state: string): Promise<ReadonlyMap<number, string>> {
  const all = await Promise.all(
    SERVERS.map(async (app) => {
      // Who does not run has none.
      const status = await askControl(state, app, "GET", "/status").catch(() => undefined);
      return portsIn(status).map((port) => [port, app] as const);
    }),
  );
  return new Map(all.flat());
}

function portsIn(status: unknown): number[] {
  if (typeof status !== "object" || status === null || !("listeners" in status)) return [];
  const { listeners } = status;
  if (!Array.isArray(listeners)) return [];
  return listeners.flatMap((one: unknown) =>
    typeof one === "object" && one !== null && "url" in one && typeof one.url === "string"
      ? [Number(/:(\d+)\/?$/.exec(one.url)?.[1])]
      : [],
  );
}

/** Milliseconds for somebody else's program to say something, and octets of it. */
const LATE = 1000;
const MAX_PAGE = 64 * 1024;

/** Does the inspector's page answer there? Whose state folder it runs on does not matter: the port is ours. */
export async function isInspector(port: number): Promise<boolean> {
  using agent = new HttpAgent({ deadlines: { connect: LATE, firstByte: LATE, content: LATE } });
  try {
    const { body } = await agent.request({ url: `http://127.0.0.1:${port}/`, close: true });
    return (await body.text(MAX_PAGE)).includes("<title>Socketscope: wire inspector</title>");
  } catch {
    return false;
  }
}
