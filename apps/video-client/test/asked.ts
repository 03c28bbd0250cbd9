/** Runs the client in this process, as its command line would. */
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { parseCommandLine } from "@socketscope/host";
import { videoClientOptions } from "../src/options.ts";
import { run } from "../src/run.ts";

export interface Ended {
  readonly code: number;
  readonly output: Buffer;
  readonly errors: string;
}

export async function asked(...argv: readonly string[]): Promise<Ended> {
  const parsed = parseCommandLine(
    {
      name: "video-client",
      version: "0",
      summary: "",
      examples: [],
      positionals: [{ name: "URL", help: "" }],
      options: videoClientOptions,
    },
    { argv, env: {}, cwd: process.cwd() },
  );
  if (parsed.kind === "print") throw new Error(parsed.text);
  const signals = new EventEmitter();
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [output, errors] = [buffer(stdout), buffer(stderr)];
  const code = await run(parsed.options, {
    stdout,
    stderr,
    once: (signal, then) => signals.once(signal, then),
    off: (signal, then) => signals.off(signal, then),
  });
  stdout.end();
  stderr.end();
  return { code, output: await output, errors: (await errors).toString() };
}
