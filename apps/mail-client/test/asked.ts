/// <reference lib="esnext.disposable" />
// The linter reads tests without a tsconfig of their own: it would not know AsyncDisposable.
/** Runs a command in this process, as its command line would. */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { parseCommandLine, type CommandLine } from "@socketscope/host";
import { fetch } from "../src/fetch.ts";
import { fetchOptions } from "../src/fetch/options.ts";
import { send } from "../src/send.ts";
import { sendOptions } from "../src/send-options.ts";
import type { Terminal } from "../src/terminal.ts";
import { verify, verifyOptions } from "../src/verify.ts";

export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

export function askedToSend(argv: readonly string[], input: string | Uint8Array = ""): Promise<Ended> {
  return asked(sendOptions, send, argv, input);
}

export function askedToVerify(argv: readonly string[]): Promise<Ended> {
  return asked(verifyOptions, verify, argv, "");
}

export function askedToFetch(argv: readonly string[]): Promise<Ended> {
  return asked(fetchOptions, fetch, argv, "");
}

async function asked<Options>(
  options: CommandLine<Options>["options"],
  run: (options: Options, terminal: Terminal) => Promise<number>,
  argv: readonly string[],
  input: string | Uint8Array,
): Promise<Ended> {
  const line = { name: "mail-client", version: "0", summary: "", examples: [], options };
  const parsed = parseCommandLine(line, { argv, env: {}, cwd: process.cwd() });
  if (parsed.kind === "print") return { code: 0, output: parsed.text, errors: "" };
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const [output, errors] = [text(stdout), text(stderr)];
  const code = await run(parsed.options, { stdin, stdout, stderr }).finally(() => {
    stdout.end();
    stderr.end();
  });
  return { code, output: await output, errors: await errors };
}
