/** Runs the client in this process, as its command line would. */
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { parseCommandLine } from "@socketscope/host";
import { videoClientOptions } from "../src/options.ts";
import { run } from "../src/run.ts";

export interface Ended {
  readonly code: number;
  readonly output: Buffer;
  readonly errors: string;
}

export interface Asked {
  /** An address that it listens on, once it does. */
  readonly listening: Promise<string>;
  readonly ended: Promise<Ended>;
  interrupt(): void;
}

export function asked(...argv: readonly string[]): Promise<Ended> {
  return begun(...argv).ended;
}

export function begun(...argv: readonly string[]): Asked {
  const signals = new EventEmitter();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  const listening = new Promise<string>((resolve) => {
    const look = (into: Buffer[]) => (chunk: Buffer) => {
      into.push(chunk);
      const [, url] = /listening(?: on |":")([^\s"]+)/.exec(chunk.toString("latin1")) ?? [];
      if (url !== undefined) resolve(url);
    };
    stdout.on("data", look(output));
    stderr.on("data", look(errors));
  });
  const ended = (async () => {
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
    const code = await run(parsed.options, {
      stdout,
      stderr,
      once: (signal, then) => signals.once(signal, then),
      off: (signal, then) => signals.off(signal, then),
    });
    stdout.end();
    stderr.end();
    await Promise.all([stdout, stderr].map((one) => new Promise((resolve) => one.once("close", resolve))));
    return { code, output: Buffer.concat(output), errors: Buffer.concat(errors).toString() };
  })();
  return { listening, ended, interrupt: () => void signals.emit("SIGINT") };
}
