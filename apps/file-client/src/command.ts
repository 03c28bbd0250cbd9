/** A command of the program: its own command line, run once; the shell calls the same with a server that is there. */
import { runOnce, UsageError, type CommandLine, type OptionReader, type Positional } from "@socketscope/host";
import { Job } from "./job.ts";
import { readServerOptions, type ServerOptions } from "./server-options.ts";
import { VERSION, type Terminal } from "./terminal.ts";

/**
 * `first`, then `rest`: "there" is a path on the server, "here" a local one, "text" neither.
 */
export interface WordKinds {
  readonly first: "there" | "here" | "text";
  readonly rest: "there" | "here" | "text";
  /** The folder one stands in, there or here, is added when there are fewer words than this. */
  readonly otherwise?: { readonly fewerThan: number; readonly add: "there" | "here" };
}

export interface FileCommand<T> {
  readonly name: string;
  /** One clause, for the list of commands. */
  readonly help: string;
  readonly positionals: readonly Positional[];
  readonly examples: readonly string[];
  /** What its words are, for the shell, where paths are written without a server in front. */
  readonly words: WordKinds;
  /** Options of its own. */
  readonly options: (read: OptionReader) => T;
  /** What goes wrong is told by the job, or thrown. */
  readonly run: (job: Job, words: readonly string[], options: T) => Promise<void>;
}

export async function runCommand<T>(command: FileCommand<T>): Promise<void> {
  await runOnce(commandLineOf(command), (given) => runGiven(command, given, process));
}

export interface Given<T> {
  readonly own: T;
  readonly server: ServerOptions;
  readonly words: readonly string[];
}

export function commandLineOf<T>(command: FileCommand<T>): CommandLine<Given<T>> {
  return {
    name: `file-client ${command.name}`,
    version: VERSION,
    summary: `${command.help[0]?.toUpperCase() ?? ""}${command.help.slice(1)}.`,
    positionals: command.positionals,
    examples: command.examples,
    options: (read, words) => ({ own: command.options(read), server: readServerOptions(read), words }),
  };
}

/** The exit code; a wrong command line is thrown. */
export async function runGiven<T>(
  command: FileCommand<T>,
  { own, server, words }: Given<T>,
  terminal: Terminal,
): Promise<number> {
  const job = new Job(server, terminal);
  try {
    await command.run(job, words, own);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    job.failed(error);
  }
  return job.exitCode;
}
