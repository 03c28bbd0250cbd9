/** The relay as a child: started on a state folder, stopped, killed, or made to stand still. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CrashError } from "./crash-error.ts";

const workspace = fileURLToPath(new URL("../../..", import.meta.url));
/** Run as source, the relay is run as source; built, it is the built one. */
const program = import.meta.url.endsWith(".ts")
  ? ["--import", "tsx", "--conditions=@socketscope/source", "apps/mail-relay/src/main.ts"]
  : ["apps/mail-relay/dist/main.js"];
const noFsync = fileURLToPath(new URL("../src/no-fsync.mjs", import.meta.url));

export interface RelayOptions {
  readonly state: string;
  /** 0: any free one. */
  readonly port: number;
  /** The next hop of all mail for others; undefined: nothing leaves. */
  readonly nextHop?: number;
  readonly fsync: boolean;
}

export class Relay {
  readonly port: number;
  readonly state: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess, exited: Promise<unknown>, port: number, state: string) {
    this.#child = child;
    this.#exited = exited;
    this.port = port;
    this.state = state;
  }

  /** Throws CrashError "NOT_READY". */
  static async start({ state, port, nextHop, fsync }: RelayOptions): Promise<Relay> {
    const off = ["submission", "smtps", "pop3", "pop3s", "web"].flatMap((name) => [`--${name}-port`, "off"]);
    const route =
      nextHop === undefined
        ? []
        : [
            "--relay",
            "--trust",
            "127.0.0.1/32",
            "--route",
            `far.test=127.0.0.1:${nextHop}`,
            "--retry",
            "200ms",
          ];
    const child = spawn(
      process.execPath,
      [
        ...(fsync ? [] : ["--import", noFsync]),
        ...program,
        "--json",
        "--log=off",
        "--host=127.0.0.1",
        `--port=${port}`,
        `--state=${state}`,
        ...off,
        ...route,
      ],
      { cwd: workspace, stdio: ["ignore", "pipe", "inherit"] },
    );
    const exited = once(child, "exit");
    const first: unknown[] = await Promise.race([
      once(createInterface({ input: child.stdout }), "line"),
      exited,
    ]);
    const bound = /"name":"smtp","url":"smtp:\/\/[^"]*:(\d+)/.exec(String(first[0]))?.[1];
    if (bound === undefined)
      throw new CrashError("NOT_READY", `the relay did not start: ${String(first[0])}`);
    return new Relay(child, exited, Number(bound), state);
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
