/** Runs a program of somebody else to its end: bounded in time and output, and nothing of it stays behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { endsWithUs } from "@socketscope/peers";
import { LaunchError } from "./launch-error.ts";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to a small environment; our own is not passed on, so that a proxy or a HOME set here changes nothing. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which then ends. Default: standard input is empty. */
  readonly input?: string | Uint8Array;
  /** Milliseconds until the process group is killed and `run` throws. Default 120,000. */
  readonly timeout?: number;
  /** Octets kept of each output stream; more is read and forgotten. Default 16 MiB. */
  readonly maxOutput?: number;
}

export interface RunResult {
  /** The exit code, or undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: Uint8Array;
  /** Standard output and error as UTF-8. */
  readonly text: string;
  readonly stderr: string;
  /** Output was longer than `maxOutput`. */
  readonly truncated: boolean;
}

/** What a child needs of our environment, and English messages. */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const {
    PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME = "/",
    TMPDIR,
  } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), LC_ALL: "C.UTF-8", ...more };
}

/** Throws LaunchError NOT_INSTALLED or TIMEOUT; any exit code is a result. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { timeout = 120_000, maxOutput = 16 * 1024 * 1024 } = options;
  const child = spawn(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: plainEnvironment(options.env),
    stdio: ["pipe", "pipe", "pipe"],
    detached: true, // a process group of its own, so that its children can be killed with it
  });
  endsWithUs(child);
  const stdout = collect(child.stdout, maxOutput);
  const stderr = collect(child.stderr, maxOutput);
  // A program that does not read its input closes the pipe; that is its right.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");

  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(child);
  }, timeout);
  try {
    await once(child, "close");
  } catch {
    throw new LaunchError("NOT_INSTALLED", `${program} cannot be run`);
  } finally {
    clearTimeout(timer);
    killGroup(child);
  }
  if (late) {
    throw new LaunchError(
      "TIMEOUT",
      `${program} ${args.join(" ")} took over ${timeout} ms\n${stderr.text().slice(-2000)}`,
    );
  }
  return {
    code: child.exitCode ?? undefined,
    signal: child.signalCode ?? undefined,
    stdout: stdout.octets(),
    text: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.truncated() || stderr.truncated(),
  };
}

/** Ends a detached child with all its children; one that is gone already is no error. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: nobody is left in that group
  }
}

function collect(stream: NodeJS.ReadableStream, limit: number) {
  const chunks: Buffer[] = [];
  let length = 0;
  let cut = false;
  stream.on("data", (chunk: Buffer) => {
    const kept = chunk.subarray(0, limit - length);
    if (kept.length < chunk.length) cut = true;
    length += kept.length;
    if (kept.length > 0) chunks.push(kept);
  });
  return {
    octets: () => new Uint8Array(Buffer.concat(chunks)),
    text: () => Buffer.concat(chunks).toString("utf8"),
    truncated: () => cut,
  };
}
