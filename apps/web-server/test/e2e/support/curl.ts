/** The system's curl: it verifies our certificate against our CA's file, and shows every head it was sent. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run, TemporaryFolder } from "@socketscope/testkit";

export interface CurlAnswer {
  /** curl's exit code: 0 is well, 18 a partial file, 22 an error under --fail, 60 a certificate not trusted. */
  readonly code: number;
  readonly status: number;
  /** Of the last head; names in lower case, lines of one name joined with ", ". */
  readonly fields: ReadonlyMap<string, string>;
  /** Status lines of all heads, informational and redirecting ones included. */
  readonly heads: readonly string[];
  readonly octets: Buffer;
  readonly text: string;
  /** curl's --write-out variables of the last transfer. */
  readonly seen: {
    readonly connects: number;
    readonly uploaded: number;
    readonly version: string;
    readonly url: string;
  };
  readonly stderr: string;
}

export interface CurlOptions {
  /** The file written to, kept; default a temporary one. */
  readonly output?: string;
  readonly input?: Uint8Array | string;
}

export type Curl = (args: readonly string[], options?: CurlOptions) => Promise<CurlAnswer>;

/** `ca`: the PEM file that is trusted, and nothing beside it. */
export function curlTrusting(ca: string): Curl {
  return async (args, { output, input } = {}) => {
    using folder = new TemporaryFolder("curl");
    const [heads, out] = [join(folder.path, "heads"), output ?? join(folder.path, "out")];
    const variables =
      "\\n%{response_code} %{num_connects} %{size_upload} %{http_version} %{url_effective}\\n";
    const own = ["--silent", "--show-error", "--max-time", "25", "--cacert", ca, "--capath", folder.path];
    const files = ["--dump-header", heads, "--output", out, "--write-out", variables];
    const { code, text, stderr } = await run("curl", [...own, ...files, ...args], {
      ...(input !== undefined && { input }),
      env: { HOME: folder.path },
    });
    const [status = "", connects, uploaded, version = "", url = ""] =
      text.trimEnd().split("\n").at(-1)?.split(" ") ?? [];
    const blocks = readIfThere(heads).toString("latin1").split("\r\n\r\n").slice(0, -1);
    const octets = readIfThere(out);
    return {
      code: code ?? -1,
      status: Number(status),
      fields: fieldsOf(blocks.at(-1) ?? ""),
      heads: blocks.map((block) => block.split("\r\n", 1)[0] ?? ""),
      octets,
      text: octets.toString("utf8"),
      seen: { connects: Number(connects), uploaded: Number(uploaded), version, url },
      stderr,
    };
  };
}

function fieldsOf(head: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

/** curl makes no file where no octet of content came. */
function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
