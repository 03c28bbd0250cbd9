/** Runs the client in this process, as its command line would. */
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { parseCommandLine } from "@socketscope/host";
import { webClientOptions } from "../src/options.ts";
import { run } from "../src/run.ts";

export interface Ended {
  readonly code: number;
  readonly output: Buffer;
  readonly text: string;
  readonly errors: string;
}

export async function asked(argv: readonly string[], input: string | Uint8Array = ""): Promise<Ended> {
  const parsed = parseCommandLine(
    {
      name: "web-client",
      version: "0",
      summary: "",
      examples: [],
      positionals: [{ name: "URL", help: "", repeatable: true }],
      options: webClientOptions,
    },
    { argv, env: {}, cwd: process.cwd() },
  );
  if (parsed.kind === "print") throw new Error(parsed.text);
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const [output, errors] = [buffer(stdout), buffer(stderr)];
  const code = await run(parsed.options, { stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, output: await output, text: (await output).toString(), errors: (await errors).toString() };
}
