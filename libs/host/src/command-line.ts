/**
 * One command line, read from four places: what is typed wins over `SOCKETSCOPE_*`, that over `--config FILE`, that
 * over the default. Commander knows the grammar of a command line and writes the help; what a value means is ours.
 */
import { Command, CommanderError, Option } from "commander";
import { UsageError } from "./errors.ts";
import { path } from "./option-kinds.ts";
import {
  answering,
  collector,
  type Declared,
  type Given,
  type OptionReader,
  quoted,
} from "./option-reader.ts";
import { type Environment, fromConfigFile, fromEnvironment } from "./option-sources.ts";

export interface CommandLine<T> {
  /** As a person types it: "web-server". */
  readonly name: string;
  readonly version: string;
  /** One or two sentences on top of the help. */
  readonly summary: string;
  /** What follows the options: `{ name: "URL", help: "…" }`. All are required unless said otherwise. */
  readonly positionals?: readonly Positional[];
  /** Command lines under the help, one a line, at most 78 columns each. */
  readonly examples: readonly string[];
  readonly options: (read: OptionReader, positionals: readonly string[]) => T;
}

export interface Positional {
  readonly name: string;
  readonly help: string;
  readonly optional?: boolean;
  /** One or more; only the last positional can be. */
  readonly repeatable?: boolean;
}

export interface CommandLineInput {
  /** Without node and the script: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
  readonly env: Environment;
  /** Where relative paths on the command line start. */
  readonly cwd: string;
}

/** Go on with the options, or print `text` on standard output and be done (help, version). */
export type Parsed<T> =
  | { readonly kind: "run"; readonly options: T }
  | { readonly kind: "print"; readonly text: string };

/** Columns; what a terminal has at least. */
const HELP_WIDTH = 80;

/** Throws {@link UsageError} (exit code 2) whose message is one line. */
export function parseCommandLine<T>(line: CommandLine<T>, input: CommandLineInput): Parsed<T> {
  const declared: Declared[] = [];
  const collect = collector(declared);
  line.options(collect, []);
  collect.maybe("config", path("FILE"), CONFIG);
  const typed = readTyped(line, declared, input);
  if (typed.print !== undefined) return { kind: "print", text: typed.print };

  const environment = fromEnvironment(declared, input.env, input.cwd);
  const early = answering((name) => typed.given.get(name) ?? environment.get(name));
  const file = early.maybe("config", path("FILE"), CONFIG);
  const config = file === undefined ? undefined : fromConfigFile(declared, file);
  const answers = answering((name) => typed.given.get(name) ?? environment.get(name) ?? config?.get(name));
  return { kind: "run", options: line.options(answers, typed.positionals) };
}

const CONFIG = { help: "options of the same names from a JSON file" };

interface Typed {
  readonly given: ReadonlyMap<string, Given>;
  readonly positionals: readonly string[];
  /** Help or version was asked for. */
  readonly print: string | undefined;
}

function readTyped<T>(line: CommandLine<T>, declared: readonly Declared[], input: CommandLineInput): Typed {
  const given = new Map<string, { texts: string[]; source: string; base: string }>();
  let printed = "";
  const command = new Command(line.name)
    .description(line.summary)
    .helpOption("-h, --help", "show this help")
    .version(`${line.name} ${line.version}`, "--version", "show the version")
    .allowExcessArguments(true)
    .exitOverride()
    // narrow descriptions still wrap: the longest option leaves them few columns
    .configureHelp({ minWidthToWrap: 20 })
    .configureOutput({
      getOutHelpWidth: () => HELP_WIDTH,
      getOutHasColors: () => false,
      writeOut: (text) => {
        printed += text;
      },
      writeErr: () => undefined,
    })
    .addHelpText("after", ["", "Example:", ...line.examples.map((example) => `  ${example}`)].join("\n"));
  for (const positional of line.positionals ?? []) {
    const name = positional.repeatable === true ? `${positional.name}...` : positional.name;
    command.argument(positional.optional === true ? `[${name}]` : `<${name}>`, positional.help);
  }
  const note = (name: string, flag: string, text: string): void => {
    const entry = given.get(name) ?? { texts: [], source: flag, base: input.cwd };
    entry.texts.push(text);
    given.set(name, entry);
  };
  for (const option of declared) addOption(command, option, note);

  try {
    command.parse([...input.argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { given, positionals: [], print: printed };
    throw new UsageError(usageCode(error.code), oneLine(error.message), { cause: error });
  }
  const repeats = line.positionals?.at(-1)?.repeatable === true;
  const excess = repeats ? undefined : command.args[line.positionals?.length ?? 0];
  if (excess !== undefined)
    throw new UsageError("USAGE_EXCESS", `unexpected argument ${quoted(excess)} (see --help)`);
  return { given, positionals: command.args, print: undefined };
}

function addOption(
  command: Command,
  option: Declared,
  note: (name: string, flag: string, text: string) => void,
): void {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  const add = (flag: string, help: string, textOf: (given: unknown) => string): void => {
    const argument = option.argument === undefined ? "" : ` <${option.argument}>`;
    command.addOption(new Option(`${short}--${flag}${argument}`, help).helpGroup(option.group));
    // Commander's own store is not asked: it folds --no-cache into "cache", and forgets who said what.
    command.on(`option:${flag}`, (given: unknown) => note(option.name, `--${flag}`, textOf(given)));
  };
  const shown = option.shown === undefined || option.shown === "" ? "" : ` (default: ${option.shown})`;
  const repeatable = option.repeatable ? "; repeatable" : "";
  if (option.argument !== undefined) {
    add(option.name, `${option.help}${repeatable}${shown}`, (given) =>
      typeof given === "string" ? given : "",
    );
  } else if (option.negatable) {
    add(option.name, `${option.help} (default)`, () => "true");
    add(`no-${option.name}`, `turn --${option.name} off`, () => "false");
  } else {
    add(option.name, option.help, () => "true");
  }
}

/** `commander.unknownOption` → `USAGE_UNKNOWN_OPTION`. */
function usageCode(code: string): string {
  const word = code.replace(/^commander\./, "").replaceAll(/[A-Z]/g, (letter) => `_${letter}`);
  return `USAGE_${word.toUpperCase()}`;
}

/** Commander's messages start with "error: " and put the suggestion on a second line. */
function oneLine(message: string): string {
  const [first = "", hint] = message.replace(/^error: /, "").split("\n");
  const suggestion = hint === undefined ? "" : ` ${hint.replace(/^\(D/, "(d")}`;
  return `${first}${suggestion}`.replaceAll(/[\p{Cc}\p{Cf}]/gu, "?");
}
