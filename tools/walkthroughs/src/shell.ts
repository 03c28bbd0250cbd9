/**
 * The reader's shell: one bash for all steps of a file, so that `cd`, variables and open descriptors last.
 * Commands come in over a descriptor of their own; a line with a random word in it tells where the output of one ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Socket } from "node:net";
import { Output } from "./output.ts";
import { endTree } from "./processes.ts";
import type { Sandbox } from "./sandbox.ts";

export interface ShellLimits {
  /** Milliseconds. */
  readonly timeout: number;
  /** Characters of output. */
  readonly output: number;
}

export interface Ran {
  readonly output: string;
  /** Exit status; undefined when it had to be cut off. */
  readonly status: number | undefined;
  /** "done", the shell itself ended, time ran out, or it printed more than is allowed. */
  readonly how: "done" | "exit" | "timeout" | "overflow";
}

/** Milliseconds a command that was cut off has for its own clean-up. */
const grace = 2000;

/** 99 brings commands, 98 is the output for the mark: a command sees neither, whatever it does with 1. */
function script(mark: string): string {
  return `exec 2>&1 98>&1 99<&3 3<&-
while IFS= read -r -d '' -u 99 __command; do
  eval "$__command" </dev/null 98>&- 99<&-
  printf '\\n${mark} %d\\n' "$?" >&98
done`;
}

export class Shell implements AsyncDisposable {
  readonly #sandbox: Sandbox;
  readonly #mark = randomBytes(12).toString("hex");
  readonly #variables = new Map<string, string>();
  #running: Running | undefined;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** An exported variable, of this shell and of the next one should it end. */
  async set(name: string, value: string): Promise<void> {
    this.#variables.set(name, value);
    if (this.#running === undefined) return;
    await this.run(`export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`, {
      timeout: 60_000,
      output: 1000,
    });
  }

  async run(command: string, limits: ShellLimits): Promise<Ran> {
    const running = (this.#running ??= this.#start());
    const { child, input, output } = running;
    output.clear(limits.output);
    input.write(`${command}\0`);
    const how = await output.until(() => {
      if (this.#status(output) !== undefined) return "done";
      if (output.overflow) return "overflow";
      return running.ended ? "exit" : undefined;
    }, limits.timeout);
    const done = how === "done" ? this.#status(output) : undefined;
    if (done !== undefined) {
      return { output: output.text.slice(0, done.at), status: done.status, how: "done" };
    }
    await this.#stop();
    const status = how === "exit" ? (child.exitCode ?? undefined) : undefined;
    return { output: output.text, status, how: how ?? "timeout" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }

  #status(output: Output): { at: number; status: number } | undefined {
    const at = output.text.lastIndexOf(`\n${this.#mark} `);
    const found = at === -1 ? null : / (\d+)\n/.exec(output.text.slice(at));
    return found === null ? undefined : { at, status: Number(found[1]) };
  }

  #start(): Running {
    const child = spawn("bash", ["--noprofile", "--norc", "-c", script(this.#mark)], {
      cwd: this.#sandbox.folder,
      env: { ...this.#sandbox.environment, ...Object.fromEntries(this.#variables) },
      stdio: ["ignore", "pipe", "ignore", "pipe"],
      detached: true,
    });
    this.#sandbox.started(child);
    const output = new Output();
    const input = child.stdio[3];
    if (!(input instanceof Socket)) throw new TypeError("descriptor 3 is no pipe");
    // A shell that has ended takes no more commands: its exit says so.
    input.on("error", () => {});
    const running: Running = { child, input, output, ended: false, closed: Promise.resolve() };
    const end = (): void => {
      running.ended = true;
      output.wake();
    };
    child.stdout?.on("data", (chunk: Buffer) => output.add(chunk));
    child.once("exit", end);
    running.closed = once(child, "close").then(end, end);
    return running;
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.input.destroy();
    await endTree(running.child, grace);
    // Nobody of it is left, so the pipe ends; what a program printed last is read before.
    await running.closed;
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly input: Socket;
  readonly output: Output;
  ended: boolean;
  closed: Promise<void>;
}
