/** What we read of a package.json. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** Packages it cannot do without: not the optional ones. */
  readonly dependencies: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  /** Programs: their names and files. */
  readonly bin: Readonly<Record<string, string>>;
  /** What may be imported ("." and such), and the built file behind it. */
  readonly exports: Readonly<Record<string, string>>;
}

/** Undefined where there is none. */
export function readManifest(folder: string): Manifest | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
  const all = record(parsed);
  const optional = record(all["optionalDependencies"]);
  return {
    name: text(all["name"]),
    version: text(all["version"]),
    // npm writes the optional ones into both.
    dependencies: Object.keys(record(all["dependencies"])).filter((name) => !Object.hasOwn(optional, name)),
    scripts: texts(record(all["scripts"])),
    bin: texts(record(all["bin"])),
    exports: texts(
      Object.fromEntries(
        Object.entries(record(all["exports"])).map(([key, value]) => [key, record(value)["default"]]),
      ),
    ),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(all: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
}
