/** An app of ours under measurement: built, as its users start it, but with a way to have its garbage collected. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { BenchError } from "./bench-error.ts";
import { end, residentOctets, type Running } from "./running.ts";

const workspace = fileURLToPath(new URL("../../..", import.meta.url));
const collector = fileURLToPath(new URL("./collector.js", import.meta.url));

export class BuiltApp implements Running {
  readonly name: string;
  /** Of its first listener. */
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ready: string;

  private constructor(name: string, child: ChildProcess, lines: AsyncIterator<string>, ready: string) {
    this.name = name;
    this.#child = child;
    this.#lines = lines;
    this.#ready = ready;
    this.port = Number(/"url":"[a-z0-9]+:\/\/[^"]*:(\d+)/.exec(ready)?.[1]);
  }

  /** On 127.0.0.1, without a log and without caps. Throws BenchError SERVER. */
  static async start(name: string, args: readonly string[]): Promise<BuiltApp> {
    const program = ["--expose-gc", "--import", collector, `apps/${name}/dist/main.js`];
    const common = ["--json", "--log=off", "--host=127.0.0.1", "--max-connections=off"];
    const child = spawn(
      process.execPath,
      [...program, ...common, "--max-connections-per-address=off", ...args],
      { cwd: workspace, stdio: ["ignore", "pipe", "inherit"] },
    );
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value } = await lines.next();
    const app = new BuiltApp(name, child, lines, String(value));
    if (!(app.port > 0)) throw new BenchError("SERVER", `${name} did not start`);
    return app;
  }

  /** Of the listener of that name. */
  portOf(listener: string): number {
    return Number(new RegExp(`"name":"${listener}","url":"[^"]*:(\\d+)`).exec(this.#ready)?.[1]);
  }

  async memory(): Promise<number> {
    for (let i = 0; i < 2; i++) {
      this.#child.kill("SIGUSR2");
      await this.#lines.next();
    }
    return residentOctets(this.#child.pid ?? 0);
  }

  /** Octets: the most it ever had, from /proc. */
  mostMemory(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return end(this.#child);
  }
}
