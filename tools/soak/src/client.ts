/** Runs somebody else's program once: bounded in time, its words kept for when it fails. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { SoakError } from "./soak-error.ts";

/** Milliseconds. */
const LATE = 60_000;
const MAX_OUTPUT = 64 * 1024 * 1024;

export interface Ended {
  /** Undefined: killed. */
  readonly code: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Any exit code is a result; `heard` at its first octet. Throws SoakError NEEDS where the program is not here. */
export function ask(program: string, args: readonly string[], heard?: () => void): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { timeout: LATE, killSignal: "SIGKILL", maxBuffer: MAX_OUTPUT, encoding: "buffer" },
      (error, stdout, stderr) => {
        if (error?.code === "ENOENT") return reject(new SoakError("NEEDS", `${program} is not installed`));
        resolve({ code: child.exitCode ?? undefined, stdout, stderr: stderr.toString() });
      },
    );
    child.stdin?.end();
    if (heard !== undefined) child.stdout?.once("data", heard);
  });
}

/** Throws SoakError CLIENT unless it ends with 0. */
export async function run(program: string, ...args: readonly string[]): Promise<Buffer> {
  const { code, stdout, stderr } = await ask(program, args);
  if (code === 0) return stdout;
  throw new SoakError("CLIENT", `${program} ended with ${code}: ${stderr.trim().slice(-300)}`);
}

export function sha256(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}

/** Undefined where there is no such file. */
export async function sha256Of(file: string): Promise<string | undefined> {
  return readFile(file).then(sha256, () => undefined);
}
