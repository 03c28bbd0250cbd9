/** A server of ours as a child: started, stopped, killed, or made to stand still. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CrashError } from "./crash-error.ts";

const workspace = fileURLToPath(new URL("../../..", import.meta.url));
/** Run as source, the server is run as source; built, it is the built one. */
const isSource = import.meta.url.endsWith(".ts");

/** A server that does not do what it should: the trial must see it. */
export type Control = "no-fsync" | "no-notes";

export interface ChildOptions {
  readonly app: "mail-relay" | "file-transfer";
  /** Of the listener whose port is wanted. */
  readonly listener: "smtp" | "ftp";
  readonly args: readonly string[];
  /** "no-fsync": its disk only says that it has written. "no-notes": it writes down no delivery. */
  readonly control?: Control | undefined;
}

export class Child {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess, exited: Promise<unknown>, port: number) {
    this.#child = child;
    this.#exited = exited;
    this.port = port;
  }

  /** Throws CrashError "NOT_READY". */
  static async start({ app, listener, args, control }: ChildOptions): Promise<Child> {
    const program = isSource
      ? ["--import", "tsx", "--conditions=@socketscope/source", `apps/${app}/src/main.ts`]
      : [`apps/${app}/dist/main.js`];
    const child = spawn(
      process.execPath,
      [
        ...(control === undefined ? [] : ["--import", controlModule(control)]),
        ...program,
        "--json",
        "--log=off",
        "--host=127.0.0.1",
        ...args,
      ],
      { cwd: workspace, stdio: ["ignore", "pipe", "inherit"] },
    );
    const exited = once(child, "exit");
    const first: unknown[] = await Promise.race([
      once(createInterface({ input: child.stdout }), "line"),
      exited,
    ]);
    const url = new RegExp(`"name":"${listener}","url":"[a-z]+://[^"]*:(\\d+)`);
    const bound = url.exec(String(first[0]))?.[1];
    if (bound === undefined) throw new CrashError("NOT_READY", `${app} did not start: ${String(first[0])}`);
    return new Child(child, exited, Number(bound));
  }

  /** It does nothing from here on; what it has told others is told. */
  standStill(): void {
    this.#child.kill("SIGSTOP");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#exited;
  }
}

/** Loaded before the server. */
function controlModule(control: Control): string {
  return fileURLToPath(new URL(`../src/${control}.mjs`, import.meta.url));
}
