/** Starts an app as a user does, on free ports and with a state folder of its own, and reads its ready line. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LaunchError } from "./launch-error.ts";
import { Spawned, type SpawnOptions } from "./spawned.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

/** The first line on standard output under `--json` (a contract, see ARCHITECTURE.md "Command lines"). */
export interface ReadyLine {
  readonly ready: true;
  readonly app: string;
  readonly engine: string;
  readonly pid: number;
  readonly state: string;
  readonly ca?: string;
  readonly account?: { readonly user: string; readonly password: string };
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
}

export interface AppOptions extends SpawnOptions {
  /**
   * `source` runs the TypeScript through tsx, `dist` what `npm run build` made. Default `source`, which needs no build
   * and is never stale; `TESTKIT_FROM=dist` makes it `dist`, which starts in half the time: CI has just built it.
   */
  readonly from?: "source" | "dist";
  /** Another file than the app's main, from the workspace's root. */
  readonly entry?: string;
}

/** Every port option of every app, so that a test never meets a port in use. */
const portOptions: Readonly<Record<string, readonly string[]>> = {
  "web-server": ["port", "https-port"],
  "mail-relay": ["port", "submission-port", "smtps-port", "pop3-port", "pop3s-port", "web-port"],
  "file-transfer": ["port", "implicit-port", "sftp-port", "web-port"],
  "video-streamer": ["port", "rtmp-port"],
  inspector: ["port"],
};

export const workspaceRoot = fileURLToPath(new URL("../../..", import.meta.url)).replace(/[\\/]$/, "");

export class RunningApp implements AsyncDisposable {
  readonly ready: ReadyLine;
  readonly process: Spawned;
  readonly #folder: TemporaryFolder;

  constructor(ready: ReadyLine, process: Spawned, folder: TemporaryFolder) {
    this.ready = ready;
    this.process = process;
    this.#folder = folder;
  }

  /** The first address of the listener of that name, without a slash at its end. Throws LaunchError NOT_READY. */
  url(name: string): string {
    const [first] = this.urls(name);
    if (first === undefined) {
      const names = this.ready.listeners.map((one) => one.name).join(", ");
      throw new LaunchError("NOT_READY", `no listener ${name} among ${names}`);
    }
    return first;
  }
  urls(name: string): string[] {
    return this.ready.listeners.filter((one) => one.name === name).map((one) => one.url.replace(/\/$/, ""));
  }
  get stderr(): string {
    return this.process.stderr;
  }

  /** SIGTERM; throws LaunchError EXIT_CODE unless it drains and ends with 0. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.process[Symbol.asyncDispose]();
    } finally {
      this.#folder[Symbol.dispose]();
    }
  }
}

/** `await using app = await spawnApp("web-server", ["--root", folder])`. */
export async function spawnApp(
  app: string,
  args: readonly string[] = [],
  options: AppOptions = {},
): Promise<RunningApp> {
  const folder = new TemporaryFolder(app);
  const given = new Set(args.map((argument) => argument.split("=", 1)[0]));
  const unless = (name: string, value: string): string[] =>
    given.has(`--${name}`) ? [] : [`--${name}`, value];
  const command = [
    ...node(app, options),
    "--json",
    ...unless("state", join(folder.path, "state")),
    ...(portOptions[app] ?? []).flatMap((name) => unless(name, "0")),
    ...args,
  ];
  const running = new Spawned(process.execPath, command, { cwd: workspaceRoot, ...options });
  try {
    const ready = readReadyLine(await running.line(undefined, options.readyTimeout));
    return new RunningApp(ready, running, folder);
  } catch (error) {
    await running.stop("SIGKILL").catch(() => "killed as asked");
    folder[Symbol.dispose]();
    throw error;
  }
}

function node(app: string, { from, entry }: AppOptions): string[] {
  // Another entry is a test's own, and never built.
  const usual = entry === undefined && process.env["TESTKIT_FROM"] === "dist" ? "dist" : "source";
  if ((from ?? usual) === "dist") return [entry ?? `apps/${app}/dist/main.js`];
  return ["--import", "tsx", "--conditions=@socketscope/source", entry ?? `apps/${app}/src/main.ts`];
}

function readReadyLine(line: string): ReadyLine {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new LaunchError("NOT_READY", `the first line is no JSON: ${line.slice(0, 200)}`);
  }
  if (!isReadyLine(parsed))
    throw new LaunchError("NOT_READY", `the first line is no ready line: ${line.slice(0, 200)}`);
  return parsed;
}

function isReadyLine(value: unknown): value is ReadyLine {
  return (
    typeof value === "object" &&
    value !== null &&
    "ready" in value &&
    value.ready === true &&
    "app" in value &&
    typeof value.app === "string" &&
    "listeners" in value &&
    Array.isArray(value.listeners)
  );
}
