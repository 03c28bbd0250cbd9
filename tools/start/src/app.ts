/** One app as a child process: its ready line, its log lines with its name before them, its end. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Ready {
  readonly listeners: readonly {
    readonly name: string;
    readonly url: string;
    /** Of an SSH host key: to be compared with what a client shows at first sight. */
    readonly fingerprint?: string;
  }[];
  readonly account?: { readonly user: string; readonly password: string };
  readonly ca?: string;
  readonly state?: string;
}

export interface Ended {
  readonly name: string;
  /** The exit code, or the name of the signal. */
  readonly how: number | string;
}

/** Run as source we start the apps' sources, built what was built. */
const isSource = import.meta.url.endsWith(".ts");

export function mainOf(root: string, app: string): string {
  return join(root, "apps", app, ...(isSource ? ["src", "main.ts"] : ["dist", "main.js"]));
}

/** Lines kept to explain a crash. */
const keptLines = 15;

export class App {
  readonly name: string;
  readonly ended: Promise<Ended>;
  /** Rejects never: an app that does not get ready ends. */
  readonly ready: Promise<Ready>;
  readonly lastLines: string[] = [];
  wasReady = false;
  readonly #child: ChildProcess;

  /** `print` gets each line, without its newline. */
  constructor(
    root: string,
    name: string,
    options: readonly string[],
    print: (app: string, line: string) => void,
  ) {
    this.name = name;
    // Only the sources need the compiler: in a bundle for a room without network there is none.
    const compiler = isSource
      ? ["--import", import.meta.resolve("tsx"), "--conditions=@socketscope/source"]
      : [];
    const node = [...compiler, mainOf(root, name)];
    const child = spawn(process.execPath, [...node, "--json", ...options], {
      // npm changes to the workspace's root; a relative path is meant from where the user stands.
      cwd: process.env["INIT_CWD"] ?? process.cwd(),
      stdio: ["ignore", "pipe", "pipe"],
      // A terminal's Ctrl+C goes to the whole group: a child of that group would hear it twice, and cut.
      detached: true,
    });
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once("error", (error) => resolve({ name, how: error.message }));
      child.once("close", (code, signal) => resolve({ name, how: code ?? signal ?? "unknown" }));
    });
    const take = (line: string): void => {
      this.lastLines.push(line);
      if (this.lastLines.length > keptLines) this.lastLines.shift();
      print(name, line);
    };
    createInterface({ input: child.stderr }).on("line", take);
    this.ready = new Promise((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const ready = readReady(line);
        if (ready === undefined) return take(line);
        this.wasReady = true;
        resolve(ready);
      });
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}

function readReady(line: string): Ready | undefined {
  if (!line.startsWith('{"ready":true')) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    return isReady(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isReady(value: unknown): value is Ready {
  return (
    typeof value === "object" && value !== null && "listeners" in value && Array.isArray(value.listeners)
  );
}
