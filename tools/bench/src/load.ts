/** Load by wrk, one thread: an answer that is not a success, or a broken connection, makes the run worthless. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BenchError } from "./bench-error.ts";

export interface Load {
  readonly path: string;
  readonly connections: number;
  /** Requests written at once on each connection. Default 1. */
  readonly pipelined?: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly octetsPerSecond: number;
}

const script = (pipelined: number): string => `
local depth = ${pipelined}
local whole
init = function()
  local all = {}
  for i = 1, depth do all[i] = wrk.format() end
  whole = table.concat(all)
end
request = function() return whole end
done = function(summary)
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests":%d,"octets":%d,"microseconds":%d,"errors":[%d,%d,%d,%d,%d]}\\n',
    summary.requests, summary.bytes, summary.duration, e.connect, e.read, e.write, e.status, e.timeout))
end
`;

export async function load(
  port: number,
  { path, connections, pipelined = 1, seconds }: Load,
): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), "socketscope-wrk-"));
  try {
    const file = join(folder, "load.lua");
    writeFileSync(file, script(pipelined));
    const args = [
      "-t1",
      `-c${connections}`,
      `-d${seconds}s`,
      "--timeout",
      "20s",
      "-s",
      file,
      `http://127.0.0.1:${port}${path}`,
    ];
    const { stdout } = await promisify(execFile)("wrk", args, { timeout: (seconds + 30) * 1000 });
    return readResult(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function readResult(output: string): LoadResult {
  const found = /^RESULT (.*)$/m.exec(output)?.[1];
  if (found === undefined) throw new BenchError("LOAD", `wrk said nothing to count:\n${output}`);
  const { requests, octets, microseconds, errors } = JSON.parse(found) as {
    requests: number;
    octets: number;
    microseconds: number;
    errors: number[];
  };
  if (errors.some((count) => count > 0)) {
    throw new BenchError(
      "LOAD",
      `wrk counts errors (connect, read, write, status, timeout): ${errors.join(", ")}`,
    );
  }
  // A large file may not come to its end within a run, but octets must flow.
  if (octets === 0) throw new BenchError("LOAD", "nothing was answered");
  const seconds = microseconds / 1e6;
  return { requestsPerSecond: requests / seconds, octetsPerSecond: octets / seconds };
}
