/** `inspector record FILE`: what is said, into a file, as it is said; until Control and C. */
import { open, type FileHandle } from "node:fs/promises";
import { runOnce, UsageError, type OptionReader } from "@socketscope/host";
import { Inspector } from "./inspector.ts";
import { inspectorState } from "./state-option.ts";

interface RecordOptions {
  readonly state: string;
  readonly file: string;
}

export function record(version: string): Promise<void> {
  return runOnce(
    {
      name: "inspector record",
      version,
      summary: "Writes what the sockets say into a recording, as they say it, beside a running inspector.",
      examples: ["inspector record talk.ndjson"],
      positionals: [{ name: "FILE", help: "a recording (NDJSON), which `inspector replay` shows again" }],
      options: recordOptions,
    },
    write,
  );
}

function recordOptions(read: OptionReader, [file]: readonly string[]): RecordOptions {
  return {
    file: file ?? "",
    state: inspectorState(read),
  };
}

async function write({ state, file }: RecordOptions): Promise<number> {
  using inspector = new Inspector(state);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const { body } = await inspector.live("/recording.ndjson?live", stop.signal);
  await using out = await created(file).catch((error: unknown) => {
    body.cancel();
    throw error;
  });
  process.stderr.write(`recording to ${file}; Control and C ends it\n`);
  let octets = 0;
  try {
    for await (const piece of body) {
      await out.writeFile(piece);
      octets += piece.length;
    }
  } catch (error) {
    // A line that was cut is forgiven by who reads it; what else went wrong is told.
    if (!stop.signal.aborted) throw error;
  }
  process.stderr.write(`${octets} octets in ${file}\n`);
  if (stop.signal.aborted) return 0;
  process.stderr.write("the inspector ended it: it stopped, or this disk is too slow for it\n");
  return 1;
}

/** For its owner alone; what is there already stays. */
async function created(file: string): Promise<FileHandle> {
  try {
    return await open(file, "wx", 0o600);
  } catch (error) {
    throw new UsageError("USAGE_BAD_VALUE", `${file}: ${error instanceof Error ? error.message : "no file"}`);
  }
}
