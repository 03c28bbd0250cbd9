/** Carries out the steps of one walkthrough, in their order. */
import type { ChildProcess } from "node:child_process";
import type { Outcome } from "./outcome.ts";
import { defaultOutput, toLines } from "./output.ts";
import { fillIn, matchOutput, type Match, type Values } from "./pattern.ts";
import { Sandbox } from "./sandbox.ts";
import { type Ran, Shell } from "./shell.ts";
import type { CommandStep, Expected, FileStep, InterruptStep, OpenStep, ShowsStep, Step } from "./step.ts";
import type { Walkthrough } from "./step.ts";
import { Terminal } from "./terminal.ts";

export interface RunOptions {
  /** The folder whose entries are linked into the sandbox; none when left out. */
  readonly workspace?: string;
  /** Characters of output a step may print. Default 256 KiB. */
  readonly maxOutput?: number;
  /** Default `process.platform`. */
  readonly platform?: string;
  /** Variables that are put over the sandbox's own, such as a HOME. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told of each child, which leads a group of its own: of who is to end it should this process be killed. */
  readonly started?: (child: ChildProcess) => void;
}

/** `await using run = new WalkthroughRun(walkthrough)`: nothing it started is left when it is disposed. */
export class WalkthroughRun implements AsyncDisposable {
  readonly walkthrough: Walkthrough;
  readonly #sandbox: Sandbox;
  readonly #shell: Shell;
  readonly #terminals = new Map<string, Terminal>();
  readonly #outcomes: Promise<Outcome>[] = [];
  readonly #options: RunOptions;
  #values: Values = new Map();

  constructor(walkthrough: Walkthrough, options: RunOptions = {}) {
    this.walkthrough = walkthrough;
    this.#options = options;
    this.#sandbox = new Sandbox(options.workspace, options.environment, options.started);
    this.#shell = new Shell(this.#sandbox);
  }

  /** Where the commands run. */
  get folder(): string {
    return this.#sandbox.folder;
  }
  /** What has been captured so far. */
  get values(): Values {
    return this.#values;
  }

  /** The outcome of step `index`; steps before it are carried out first, each once. */
  async step(index: number): Promise<Outcome> {
    for (let at = this.#outcomes.length; at <= index; at += 1) {
      const step = this.walkthrough.steps[at];
      if (step === undefined) throw new RangeError(`there is no step ${at}`);
      const before = this.#outcomes[at - 1];
      this.#outcomes[at] = this.#after(before, step);
    }
    return this.#outcomes[index] ?? Promise.reject(new RangeError(`there is no step ${index}`));
  }

  /** All of them. */
  async all(): Promise<Outcome[]> {
    const last = this.walkthrough.steps.length - 1;
    if (last >= 0) await this.step(last);
    return Promise.all(this.#outcomes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#outcomes);
    await this.#shell[Symbol.asyncDispose]();
    await Promise.all([...this.#terminals.values()].map((one) => one[Symbol.asyncDispose]()));
    this.#sandbox[Symbol.dispose]();
  }

  async #after(before: Promise<Outcome> | undefined, step: Step): Promise<Outcome> {
    await before;
    const { leftOut } = step;
    if (leftOut !== undefined && !leftOut.except.includes(this.#options.platform ?? process.platform)) {
      return { state: "left out", reason: leftOut.reason };
    }
    const outcome = await this.#perform(step);
    if (outcome.state === "passed") {
      for (const [name, value] of outcome.captured) {
        if (!this.#values.has(name)) await this.#shell.set(name, value);
      }
      this.#values = outcome.captured;
    }
    return outcome;
  }

  async #perform(step: Step): Promise<Outcome> {
    switch (step.kind) {
      case "command":
        return this.#command(step);
      case "file":
        return this.#file(step);
      case "open":
        return this.#open(step);
      case "shows":
        return this.#shows(step, step.terminal);
      case "interrupt":
        return this.#interrupt(step);
    }
  }

  async #command(step: CommandStep): Promise<Outcome> {
    const command = this.#fill(step, step.command);
    if (typeof command !== "string") return command;
    const ran = await this.#shell.run(command, {
      timeout: step.timeout * 1000,
      output: this.#options.maxOutput ?? defaultOutput,
    });
    if (ran.status === undefined) {
      return { state: "failed", line: step.line, why: cutOff(ran, step.timeout), output: ran.output };
    }
    return this.#judge(step, ran.output, ran.status);
  }

  async #file(step: FileStep): Promise<Outcome> {
    const content = this.#fill(step, step.content);
    if (typeof content !== "string") return content;
    try {
      this.#sandbox.write(step.path, content);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { state: "failed", line: step.line, why: error.message, output: "" };
    }
    return { state: "passed", captured: this.#values };
  }

  async #open(step: OpenStep): Promise<Outcome> {
    const command = this.#fill(step, step.command);
    if (typeof command !== "string") return command;
    if (this.#terminals.has(step.terminal)) {
      return {
        state: "failed",
        line: step.line,
        why: `the terminal ${step.terminal} is taken: ^C ends what runs there`,
        output: "",
      };
    }
    const limit = this.#options.maxOutput ?? defaultOutput;
    this.#terminals.set(step.terminal, new Terminal(command, this.#sandbox, this.#values, limit));
    return this.#shows(step, step.terminal);
  }

  async #shows(step: OpenStep | ShowsStep, name: string): Promise<Outcome> {
    const terminal = this.#terminals.get(name);
    if (terminal === undefined) return nobody(step);
    const { match, lines, ended } = await terminal.shows(
      step.expected.lines,
      this.#values,
      step.timeout * 1000,
    );
    if (match.matches) return { state: "passed", captured: match.captured };
    const until = ended === undefined ? `within ${step.timeout} s` : `before its end (${ended})`;
    return {
      state: "failed",
      line: step.expected.line + match.expected,
      why: `${name} did not show this ${until}: ${step.expected.lines[match.expected] ?? "its end"}`,
      output: lines.join("\n"),
    };
  }

  async #interrupt(step: InterruptStep): Promise<Outcome> {
    const terminal = this.#terminals.get(step.terminal);
    if (terminal === undefined) return nobody(step);
    const status = await terminal.interrupt(step.timeout * 1000);
    const { lines } = await terminal.shows(step.expected.lines, this.#values, 0);
    this.#terminals.delete(step.terminal);
    if (status === undefined) {
      const why = `${step.terminal} did not end by itself within ${step.timeout} s of ^C`;
      return { state: "failed", line: step.line, why, output: lines.join("\n") };
    }
    return this.#judge(step, lines.join("\n"), status);
  }

  #judge(step: CommandStep | InterruptStep, output: string, status: number): Outcome {
    // The blank lines that part two commands of a block are no promise: those at an end are not compared.
    const lines = toLines(output.trimEnd());
    const match = matchOutput(step.expected.lines, lines, this.#values);
    const right = step.status === undefined || status === step.status;
    if (match.matches && right) return { state: "passed", captured: match.captured };
    const actual = { lines, status };
    if (match.matches) {
      const why = `expected exit status ${step.status}, it was ${status}`;
      return { state: "failed", line: step.statusLine ?? step.line, why, actual, output };
    }
    const [line, why] = describe(step.expected, lines, match);
    return { state: "failed", line, why, actual, output };
  }

  /** The text with its values, or the outcome when one of them has never been captured. */
  #fill(step: Step, text: string): string | Outcome {
    const names: string[] = [];
    const filled = fillIn(text, this.#values, (name) => names.push(name));
    if (names.length === 0) return filled;
    const why = `{{${names[0]}}} has no value: no step before has captured it`;
    return { state: "failed", line: step.line, why, output: "" };
  }
}

function nobody(step: ShowsStep | OpenStep | InterruptStep): Outcome {
  return {
    state: "failed",
    line: step.line,
    why: `nothing runs in the terminal ${step.terminal}`,
    output: "",
  };
}

function cutOff({ how }: Ran, seconds: number): string {
  switch (how) {
    case "timeout":
      return `it was cut off after ${seconds} s`;
    case "overflow":
      return "it was cut off: it printed too much";
    case "exit":
    case "done":
      return "a signal ended the shell";
  }
}

function describe(
  expected: Expected,
  actual: readonly string[],
  match: Match & { matches: false },
): [line: number, why: string] {
  const wanted = expected.lines[match.expected];
  const got = actual[match.actual];
  const line = expected.line + match.expected;
  if (wanted === undefined) return [line, `expected no further line, got: ${got ?? ""}`];
  if (got === undefined) return [line, `expected this line, the output had ended: ${wanted}`];
  return [line, `expected: ${wanted}\n${" ".repeat(4)}but got: ${got}`];
}
