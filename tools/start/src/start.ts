/** Starts several programs as one: their lines are prefixed, their end is common. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";

/** An app is a server when it declares how it is served. */
export function serversIn(workspace: string): readonly string[] {
  return readdirSync(`${workspace}/apps`)
    .filter((name) => existsSync(`${workspace}/apps/${name}/src/main.ts`) && !name.endsWith("-client"))
    .toSorted();
}

export interface StartOptions {
  readonly workspace: string;
  readonly apps: readonly string[];
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
}

/** Resolves with the exit code when all have ended: 0 after Ctrl-C, 1 when one failed. */
export async function startAll({ workspace, apps, out, err }: StartOptions): Promise<number> {
  const children = new Map<string, ChildProcess>();
  let stopping = false;
  const stop = (): void => {
    stopping = true;
    for (const child of children.values()) child.kill("SIGTERM");
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const ends = apps.map(async (app) => {
    const code = await run(app);
    children.delete(app);
    if (stopping && code === 0) return 0;
    if (!stopping) err.write(`start: ${app} ended (exit code ${code ?? "none"}): stopping the others\n`);
    stop();
    return 1;
  });
  const codes = await Promise.all(ends);
  process.off("SIGINT", stop);
  process.off("SIGTERM", stop);
  return Math.max(0, ...codes);

  async function run(app: string): Promise<number | null> {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--conditions=@socketscope/source", `apps/${app}/src/main.ts`],
      // A group of its own: Ctrl-C reaches us alone, and we pass on one SIGTERM.
      { cwd: workspace, stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    children.set(app, child);
    const prefix = apps.length > 1 ? `${app}: ` : "";
    for (const [from, to] of [
      [child.stdout, out],
      [child.stderr, err],
    ] as const) {
      createInterface({ input: from }).on("line", (line) => to.write(`${prefix}${line}\n`));
    }
    return new Promise((resolve) => {
      child.once("error", () => resolve(1));
      child.once("close", (code) => resolve(code));
    });
  }
}
