/** Another terminal of the reader: one program that goes on while the steps do, and its output. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { Output, toLines } from "./output.ts";
import { type Match, matchOutput, type Values } from "./pattern.ts";
import { endTree } from "./processes.ts";
import type { Sandbox } from "./sandbox.ts";

/** Milliseconds a server has to drain at the end of the file. */
const grace = 15_000;

export interface Shown {
  readonly match: Match;
  /** The lines not looked at before. */
  readonly lines: readonly string[];
  /** Why no more can come, or undefined when only the time ran out. */
  readonly ended: string | undefined;
}

export class Terminal implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #output: Output;
  readonly #closed: Promise<void>;
  /** Lines that earlier steps have matched. */
  #seen = 0;
  #ended: string | undefined;

  constructor(command: string, sandbox: Sandbox, values: Values, limit: number) {
    const child = spawn("bash", ["--noprofile", "--norc", "-c", `exec 2>&1\n${command}`], {
      cwd: sandbox.folder,
      env: { ...sandbox.environment, ...Object.fromEntries(values) },
      // A person sits there and types nothing: an input that is open, and silent.
      stdio: ["pipe", "pipe", "ignore"],
      detached: true,
    });
    this.#child = child;
    sandbox.started(child);
    this.#output = new Output(limit);
    child.stdout.on("data", (chunk: Buffer) => this.#output.add(chunk));
    const end = (why: string): void => {
      this.#ended = why;
      this.#output.wake();
    };
    this.#closed = once(child, "close").then(
      () => end(child.signalCode ?? `exit status ${child.exitCode}`),
      (error: Error) => end(error.message),
    );
  }

  /** Waits until the new output holds what is expected; what comes after it waits for the next step. */
  async shows(expected: readonly string[], values: Values, ms: number): Promise<Shown> {
    const look = (): Match => matchOutput(expected, this.#fresh(), values, { open: true });
    await this.#output.until(
      () => look().matches || this.#ended !== undefined || this.#output.overflow || undefined,
      ms,
    );
    const match = look();
    const lines = this.#fresh();
    if (match.matches) this.#seen += match.taken;
    return { match, lines, ended: this.#ended ?? (this.#output.overflow ? "too much output" : undefined) };
  }

  /**
   * `^C`, as a terminal sends it: to the whole group. Returns the exit status as a shell gives it (130 for one
   * that SIGINT ended), undefined when it had to be killed.
   */
  async interrupt(ms: number): Promise<number | undefined> {
    if (this.#ended === undefined) await endTree(this.#child, ms, "SIGINT");
    await this.#closed;
    const { exitCode, signalCode } = this.#child;
    if (signalCode === "SIGKILL") return undefined;
    return signalCode === null ? (exitCode ?? undefined) : 128 + constants.signals[signalCode];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === undefined) await endTree(this.#child, grace);
    await this.#closed;
  }

  /** Whole lines only, until the program has ended: half a line may match by chance. */
  #fresh(): string[] {
    const text = this.#output.text;
    const whole = this.#ended === undefined ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
    return toLines(whole).slice(this.#seen);
  }
}
