/** A program that runs beside the test until it is stopped: its output is kept, its end is checked. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { endsWithUs } from "@socketscope/peers";
import { LaunchError } from "./launch-error.ts";
import { killGroup, plainEnvironment } from "./run.ts";

export interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until the awaited line has come. Default 60,000. */
  readonly readyTimeout?: number;
  /** Milliseconds between SIGTERM and SIGKILL. Default 60,000. */
  readonly stopTimeout?: number;
}

/** Nothing takes that long: it ends a wait for what never comes, and says what that was before the test's own end. */
export const PATIENCE_MS = 60_000;

/** Characters of each output stream that are kept; the oldest go first. */
const kept = 1024 * 1024;

export class Spawned implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #title: string;
  readonly #stopTimeout: number;
  readonly #exited: Promise<number | string>;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #stdout = "";
  #stderr = "";
  #ended: number | string | undefined;

  constructor(program: string, args: readonly string[], options: SpawnOptions = {}) {
    this.#title = [program, ...args].join(" ");
    this.#stopTimeout = options.stopTimeout ?? PATIENCE_MS;
    const child = spawn(program, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: plainEnvironment(options.env),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#child = child;
    endsWithUs(child);
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.#lines.push(line);
      if (this.#lines.length > 10_000) this.#lines.shift();
      this.#wake();
    });
    child.stdout.on(
      "data",
      (chunk: Buffer) => (this.#stdout = (this.#stdout + chunk.toString()).slice(-kept)),
    );
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-kept);
      this.#wake();
    });
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => resolve(`cannot run: ${error.message}`));
      child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
    void this.#remember();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }
  get stdout(): string {
    return this.#stdout;
  }
  get stderr(): string {
    return this.#stderr;
  }
  /** The exit code, or the name of the signal that ended it. */
  get exited(): Promise<number | string> {
    return this.#exited;
  }

  /** The first line of standard output that `test` takes. Throws LaunchError TIMEOUT, or NOT_READY when it ends before. */
  line(test: (line: string) => boolean = () => true, timeout = PATIENCE_MS): Promise<string> {
    return this.#until(
      () => this.#lines.find((line) => test(line)),
      "the awaited line on standard output",
      timeout,
    );
  }

  /** Resolves once standard error holds `text` (logs go there). */
  async logged(text: string | RegExp, timeout = PATIENCE_MS): Promise<void> {
    const holds = (): true | undefined =>
      (typeof text === "string" ? this.#stderr.includes(text) : text.test(this.#stderr)) || undefined;
    await this.#until(holds, `${String(text)} on standard error`, timeout);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGTERM, then waits for the end and returns it. Throws LaunchError TIMEOUT (and kills) when it does not end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    this.#child.kill(signal);
    const timer = setTimeout(() => killGroup(this.#child), this.#stopTimeout);
    const end = await this.#exited;
    clearTimeout(timer);
    killGroup(this.#child);
    if (end === "SIGKILL")
      throw this.#failed("TIMEOUT", `did not end ${this.#stopTimeout} ms after ${signal}`);
    return end;
  }

  /** Stops it and throws LaunchError EXIT_CODE unless it ended with 0. */
  async [Symbol.asyncDispose](): Promise<void> {
    const end = await (this.#ended ?? this.stop());
    if (end !== 0) throw this.#failed("EXIT_CODE", `ended with ${end}`);
  }

  async #remember(): Promise<void> {
    this.#ended = await this.#exited;
    this.#wake();
  }

  #wake(): void {
    for (const look of this.#waiting) look();
  }

  #until<T>(find: () => T | undefined, what: string, timeout: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const timer = setTimeout(() => {
        settle();
        reject(this.#failed("TIMEOUT", `${what} did not come within ${timeout} ms`));
      }, timeout);
      const look = (): void => {
        const found = find();
        if (found === undefined && this.#ended === undefined) return;
        settle();
        if (found === undefined)
          reject(this.#failed("NOT_READY", `ended with ${this.#ended} before ${what}`));
        else resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  #failed(code: LaunchError["code"], what: string): LaunchError {
    const tail = `${this.#stdout.slice(-1000)}\n${this.#stderr.slice(-3000)}`;
    return new LaunchError(code, `${this.#title}: ${what}\n${tail}`);
  }
}
