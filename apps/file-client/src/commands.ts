/** Every command there is, with its own types kept inside: what main.ts and the tests call by name. */
import { parseCommandLine, type CommandLineInput } from "@socketscope/host";
import { commandLineOf, runCommand, runGiven, type FileCommand } from "./command.ts";
import { cat, get } from "./commands/get.ts";
import { ls } from "./commands/ls.ts";
import { put } from "./commands/put.ts";
import type { Terminal } from "./terminal.ts";

export interface NamedCommand {
  readonly help: string;
  /** As a program: reads the process's command line, ends with its exit code. */
  readonly program: () => Promise<void>;
  /** The exit code. Throws UsageError. */
  readonly run: (input: CommandLineInput, terminal: Terminal) => Promise<number>;
}

function named<T>(command: FileCommand<T>): readonly [string, NamedCommand] {
  return [
    command.name,
    {
      help: command.help,
      program: () => runCommand(command),
      async run(input, terminal) {
        const parsed = parseCommandLine(commandLineOf(command), input);
        if (parsed.kind === "run") return runGiven(command, parsed.options, terminal);
        terminal.stdout.write(parsed.text);
        return 0;
      },
    },
  ];
}

export const commands: ReadonlyMap<string, NamedCommand> = new Map([
  named(ls),
  named(get),
  named(put),
  named(cat),
]);
