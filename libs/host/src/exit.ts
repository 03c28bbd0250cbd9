/** How a program ends: 0 it did what it should, 1 it could not, 2 it was asked wrongly. */
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { codeOf, UsageError } from "./errors.ts";
import { printable } from "./log.ts";
import type { Secrets } from "./secrets.ts";

export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** Milliseconds for the event loop to empty by itself. */
const LAST_RESORT = 1000;

/** A program that runs once: parses, does, ends with `main`'s exit code. Signals end it as the system does. */
export async function runOnce<T>(line: CommandLine<T>, main: (options: T) => Promise<number>): Promise<void> {
  survivePipes();
  try {
    const parsed = parseCommandLine(line, {
      argv: process.argv.slice(2),
      env: process.env,
      cwd: process.cwd(),
    });
    if (parsed.kind === "print") process.stdout.write(parsed.text);
    else process.exitCode = await main(parsed.options);
  } catch (error) {
    failWith(line.name, error);
  }
}

/** One line on standard error, and the exit code that fits the error. */
export function failWith(app: string, error: unknown, secrets?: Secrets): void {
  const text = describeError(error);
  process.stderr.write(`${app}: ${secrets?.mask(text) ?? text}\n`);
  process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failure;
}

/** One line. Our own errors speak for themselves; of others the code and the place are worth knowing. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error));
  const code = codeOf(error);
  if (error.name !== "Error" && error.name !== "TypeError" && code !== undefined)
    return printable(error.message);
  const place = /\(?((?:file:|\/)[^\s()]+:\d+:\d+)\)?/.exec(error.stack ?? "")?.[1];
  const codePart = code === undefined || error.message.includes(code) ? "" : ` (${code})`;
  return printable(`${error.message || error.name}${codePart}${place === undefined ? "" : ` at ${place}`}`);
}

/** A reader that has gone (`| head -1`) is no reason to die: the program's work is not its output. */
export function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      const code = codeOf(error);
      if (code !== "EPIPE" && code !== "EIO") throw error;
    });
  }
}

/** Lets the process end. Where something still holds it after a second, that is said and it ends all the same. */
export function leave(report: (resources: string) => void): void {
  const timer = setTimeout(() => {
    report(process.getActiveResourcesInfo().join(" "));
    // written after the report, so both are out when it returns
    process.stdout.write("", () => process.exit());
  }, LAST_RESORT);
  timer.unref();
}
