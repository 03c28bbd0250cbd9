/** Which apps of the workspace to start, and what to tell them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mainOf } from "./app.ts";

export interface Choice {
  readonly apps: readonly string[];
  /** For the one app that was named. */
  readonly options: readonly string[];
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "USAGE";
}

/** The apps that serve: they have a "serve" target and a main file, and are no client (those run once and end). */
export function serversOf(root: string): string[] {
  return readdirSync(join(root, "apps"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith("-client"))
    .map((entry) => entry.name)
    .filter((name) => existsSync(mainOf(root, name)) && hasServeTarget(root, name))
    .toSorted();
}

function hasServeTarget(root: string, app: string): boolean {
  const manifest: unknown = JSON.parse(readFileSync(join(root, "apps", app, "package.json"), "utf8"));
  return hasKey(manifest, "nx") && hasKey(manifest.nx, "targets") && hasKey(manifest.nx.targets, "serve");
}

function hasKey<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === "object" && value !== null && key in value;
}

/** `[]`: all · `["web-server", "inspector"]`: these · `["web-server", "--port", "9000"]`: this one, so. */
export function choose(args: readonly string[], available: readonly string[]): Choice {
  const firstOption = args.findIndex((argument) => argument.startsWith("-"));
  const named = firstOption === -1 ? args : args.slice(0, firstOption);
  const options = firstOption === -1 ? [] : args.slice(firstOption);
  const unknown = named.find((name) => !available.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no app ${unknown}, but: ${available.join(", ")}`);
  const apps = named.length === 0 ? available : [...new Set(named)];
  if (apps.length === 0) throw new UsageError("there is no app to start");
  if (options.length > 0 && apps.length > 1) {
    throw new UsageError(
      `options are for one app: name it first, as in npm start -- ${apps[0]} ${options.join(" ")}`,
    );
  }
  return { apps, options };
}
