/** `inspector export FILE`: what a running inspector knows, in a file that is whole or not there. */
import { kinds, runOnce, UsageError, writeFileAtomic, type OptionReader } from "@socketscope/host";
import { KEYS_FIELD } from "../api/api.ts";
import { markdownOf } from "../exchange/markdown.ts";
import { Inspector } from "./inspector.ts";
import { inspectorState } from "./state-option.ts";

interface ExportOptions {
  readonly state: string;
  readonly file: string;
  readonly format: "ndjson" | "markdown" | "pcapng" | "har";
  readonly ports: "well-known" | "real";
  readonly tlsKeys: boolean;
}

/** Octets of a recording. */
const MAX_RECORDING = 1024 * 1024 * 1024;

export function exportFile(version: string): Promise<void> {
  return runOnce(
    {
      name: "inspector export",
      version,
      summary: "Writes what a running inspector knows into a file: a recording, or a table to read.",
      examples: [
        "inspector export talk.ndjson",
        "inspector export talk.md --markdown",
        "inspector export talk.pcapng --pcapng",
        "inspector export talk.pcapng --pcapng --tls-keys",
        "inspector export talk.har --har",
      ],
      positionals: [{ name: "FILE", help: "a recording (NDJSON), which `inspector replay` shows again" }],
      options: exportOptions,
    },
    write,
  );
}

function exportOptions(read: OptionReader, [file]: readonly string[]): ExportOptions {
  const format = formatOf(read);
  const tlsKeys = read.flag("tls-keys", {
    help: "in a capture: TLS as it travelled, and the keys that open it and all secrets in it",
  });
  if (tlsKeys && format !== "pcapng")
    throw new UsageError("USAGE_BAD_VALUE", "--tls-keys: only a capture has them; give --pcapng as well");
  return {
    file: file ?? "",
    state: inspectorState(read),
    format,
    tlsKeys,
    ports: read.one("ports", kinds.oneOf("well-known", "real"), {
      help: "in a capture: 80 for HTTP and so on, so that Wireshark knows it, or as they are",
      default: "well-known",
    }),
  };
}

function formatOf(read: OptionReader): ExportOptions["format"] {
  const asked = [
    ["ndjson", read.flag("ndjson", { help: "a recording, as without any of these" })],
    ["markdown", read.flag("markdown", { help: "tables in Markdown instead" })],
    ["pcapng", read.flag("pcapng", { help: "a capture that Wireshark opens instead" })],
    ["har", read.flag("har", { help: "HTTP as browsers' developer tools read it instead" })],
  ] as const;
  const [first, second] = asked.filter(([, wanted]) => wanted);
  if (first !== undefined && second !== undefined)
    throw new UsageError("USAGE_BAD_VALUE", `--${first[0]} or --${second[0]}, not both`);
  return first?.[0] ?? "ndjson";
}

const PATHS = { ndjson: "/recording.ndjson", pcapng: "/capture.pcapng", har: "/talk.har" } as const;

async function write({ state, file, format, ports, tlsKeys }: ExportOptions): Promise<number> {
  using inspector = new Inspector(state);
  if (format === "markdown") {
    const { sockets, messages } = await inspector.snapshot();
    await writeFileAtomic(file, markdownOf(sockets, messages), 0o600);
  } else {
    const path = `${PATHS[format]}?once&ports=${ports}${tlsKeys ? "&tls-keys" : ""}`;
    const response = await inspector.get(path);
    await writeFileAtomic(file, await response.body.bytes(MAX_RECORDING), 0o600);
    if (tlsKeys) process.stderr.write(keysTold(Number(response.fields.get(KEYS_FIELD))));
  }
  process.stderr.write(`written to ${file}\n`);
  return 0;
}

function keysTold(connections: number): string {
  return connections > 0
    ? `with the keys of ${connections} connections: whoever has it reads their passwords\n`
    : "no keys are known: start the servers with --inspect-wire before their clients come\n";
}
