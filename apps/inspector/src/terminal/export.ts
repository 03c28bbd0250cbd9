/** `inspector export FILE`: what a running inspector knows, in a file that is whole or not there. */
import { defaultStateFolder, kinds, runOnce, writeFileAtomic, type OptionReader } from "@socketscope/host";
import { markdownOf } from "../exchange/markdown.ts";
import { Inspector } from "./inspector.ts";

interface ExportOptions {
  readonly state: string;
  readonly file: string;
  readonly markdown: boolean;
}

/** Octets of a recording. */
const MAX_RECORDING = 1024 * 1024 * 1024;

export function exportFile(version: string): Promise<void> {
  return runOnce(
    {
      name: "inspector export",
      version,
      summary: "Writes what a running inspector knows into a file: a recording, or a table to read.",
      examples: ["inspector export talk.ndjson", "inspector export talk.md --markdown"],
      positionals: [{ name: "FILE", help: "a recording (NDJSON), which `inspector replay` shows again" }],
      options: exportOptions,
    },
    write,
  );
}

function exportOptions(read: OptionReader, [file]: readonly string[]): ExportOptions {
  const { path, shown } = defaultStateFolder(process.env);
  return {
    file: file ?? "",
    state: read.one("state", kinds.path("DIR"), {
      help: "the inspector's state folder",
      default: path,
      shown,
    }),
    markdown: read.flag("markdown", { help: "tables in Markdown instead" }),
  };
}

async function write({ state, file, markdown }: ExportOptions): Promise<number> {
  using inspector = new Inspector(state);
  if (markdown) {
    const { sockets, messages } = await inspector.snapshot();
    await writeFileAtomic(file, markdownOf(sockets, messages), 0o600);
  } else {
    const response = await inspector.get("/recording.ndjson");
    await writeFileAtomic(file, await response.body.bytes(MAX_RECORDING), 0o600);
  }
  process.stderr.write(`written to ${file}\n`);
  return 0;
}
