/** A server as a program, with one engine: the web server on a small site of files that say which they are, the mail relay. */
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
const command = (app: string): string[] =>
  import.meta.url.endsWith(".ts")
    ? ["--import", "tsx", "--conditions=@socketscope/source", `apps/${app}/src/main.ts`]
    : [`apps/${app}/dist/main.js`];

/** Throws DifferentialError "NOT_READY". */
export async function startServer(engine: Engine): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), "differential-"));
  const root = join(folder, "root");
  mkdirSync(join(root, "inbox"), { recursive: true });
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(root, name), content);
  const site = ["--root", root, "--writable", join(root, "inbox"), "--https-port", "off"];
  const started = await startApp("web-server", folder, ["--engine", engine, ...site]);
  return { ...started, port: portOf(started.ready, "http") };
}

export interface RunningApp extends AsyncDisposable {
  /** Its first line. */
  readonly ready: string;
}

/** On 127.0.0.1 and any free port; `folder` goes when it ends. Throws DifferentialError "NOT_READY". */
export async function startApp(app: string, folder: string, args: readonly string[]): Promise<RunningApp> {
  const options = ["--json", "--host", "127.0.0.1", "--port", "0", "--log", "off"];
  const state = ["--state", join(folder, "state")];
  const child = spawn(process.execPath, [...command(app), ...options, ...state, ...args], {
    cwd: workspace,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line"), exited]);
  const ready = String(first[0]);
  if (!ready.startsWith("{")) throw new DifferentialError("NOT_READY", `${app} ${args.join(" ")}: ${ready}`);
  return {
    ready,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL"); // connections are left waiting on purpose: nothing to drain
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Throws DifferentialError "NOT_READY". */
export function portOf(ready: string, listener: string): number {
  const port = new RegExp(`"name":"${listener}","url":"\\w+://[^"]*:(\\d+)`).exec(ready)?.[1];
  if (port === undefined) throw new DifferentialError("NOT_READY", `no listener ${listener}: ${ready}`);
  return Number(port);
}
