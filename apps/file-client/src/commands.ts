/** Every command there is, with its own types kept inside: what main.ts and the tests call by name. */
import { parseCommandLine, type CommandLineInput } from "@socketscope/host";
import { commandLineOf, runCommand, runGiven, type FileCommand, type WordKinds } from "./command.ts";
import { chmod, mkdir, mv, rm } from "./commands/change.ts";
import { cat, get } from "./commands/get.ts";
import { ls } from "./commands/ls.ts";
import { mget, mput } from "./commands/many.ts";
import { mirror } from "./commands/mirror.ts";
import { put } from "./commands/put.ts";
import type { Job } from "./job.ts";
import type { Terminal } from "./terminal.ts";

export interface NamedCommand {
  readonly help: string;
  readonly words: WordKinds;
  /** As a program: reads the process's command line, ends with its exit code. */
  readonly program: () => Promise<void>;
  /** The exit code. Throws UsageError. */
  readonly run: (input: CommandLineInput, terminal: Terminal) => Promise<number>;
  /** Within a job of the shell; `place` makes of its words what the command takes. Throws UsageError. */
  readonly within: (input: CommandLineInput, job: Job, place: Place) => Promise<void>;
}

export type Place = (words: readonly string[], kinds: WordKinds) => readonly string[];

function named<T>(command: FileCommand<T>): readonly [string, NamedCommand] {
  return [
    command.name,
    {
      help: command.help,
      words: command.words,
      program: () => runCommand(command),
      async run(input, terminal) {
        const parsed = parseCommandLine(commandLineOf(command), input);
        if (parsed.kind === "run") return runGiven(command, parsed.options, terminal);
        terminal.stdout.write(parsed.text);
        return 0;
      },
      async within(input, job, place) {
        const parsed = parseCommandLine(commandLineOf(command), input);
        if (parsed.kind === "print") job.terminal.stdout.write(parsed.text);
        else await command.run(job, place(parsed.options.words, command.words), parsed.options.own);
      },
    },
  ];
}

export const commands: ReadonlyMap<string, NamedCommand> = new Map([
  named(ls),
  named(get),
  named(put),
  named(mget),
  named(mput),
  named(mirror),
  named(mv),
  named(rm),
  named(mkdir),
  named(chmod),
  named(cat),
]);
