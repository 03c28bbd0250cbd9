/** The web server as a program, with one engine, on a small site of files that say which they are. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DifferentialError } from "./differential-error.ts";

export const ENGINES = ["hand", "node-http"] as const;
export type Engine = (typeof ENGINES)[number];

/** Content of each file of the site: what answered is told by it. */
export const FILES = { "a.txt": "file", "probe.txt": "probe", "inside.txt": "inside" } as const;

export interface RunningServer extends AsyncDisposable {
  readonly port: number;
}

const workspace = fileURLToPath(new URL("../../..", import.meta.url));
/** Run as source, the app is run as source; built, it is the built one. */
const command = import.meta.url.endsWith(".ts")
  ? ["--import", "tsx", "--conditions=@socketscope/source", "apps/web-server/src/main.ts"]
  : ["apps/web-server/dist/main.js"];

/** Throws DifferentialError "NOT_READY". */
export async function startServer(engine: Engine): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), "differential-"));
  const root = join(folder, "root");
  mkdirSync(join(root, "inbox"), { recursive: true });
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(root, name), content);
  const site = ["--root", root, "--writable", join(root, "inbox"), "--state", join(folder, "state")];
  const options = ["--json", "--host", "127.0.0.1", "--port", "0", "--https-port", "off", "--log", "off"];
  const child = spawn(process.execPath, [...command, "--engine", engine, ...options, ...site], {
    cwd: workspace,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line"), exited]);
  const port = portOf(String(first[0]));
  if (port === undefined) throw new DifferentialError("NOT_READY", `${engine}: ${String(first[0])}`);
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL"); // connections are left waiting on purpose: nothing to drain
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function portOf(ready: string): number | undefined {
  const port = /"name":"http","url":"http:\/\/[^"]*:(\d+)/.exec(ready)?.[1];
  return port === undefined ? undefined : Number(port);
}
