/** Reads a workspace as the rules see it: its packages, their files, what those import. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Import, scanImports } from "./scan.ts";

export interface SourceFile {
  /** From the workspace's root, with forward slashes. */
  readonly path: string;
  /** `src` is what the package ships; everything else (tests, fixtures) may import more. */
  readonly shipped: boolean;
  readonly imports: readonly Import[];
}

export interface Package {
  /** `libs/wire` */
  readonly folder: string;
  /** `@socketscope/wire` */
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** The keys of `exports`; empty when it exports nothing. */
  readonly exports: readonly string[];
  readonly project: string | undefined;
  readonly tags: readonly string[];
  /** Folders that tsconfig.json references, from the root. */
  readonly references: readonly string[];
  /** `compilerOptions.types` of tsconfig.json, or of what it extends. */
  readonly types: readonly string[];
  readonly files: readonly SourceFile[];
}

export interface Workspace {
  readonly root: string;
  readonly packages: readonly Package[];
  /** devDependencies of the root: tools and tests may use them undeclared. */
  readonly rootDevDependencies: readonly string[];
  /** Every file that is tracked, or would be at the next `git add`. */
  readonly tracked: readonly string[];
}

const notOurs = new Set(["node_modules", "dist", "coverage", ".git", ".nx", ".socketscope"]);

export function readWorkspace(root: string): Workspace {
  const tracked = trackedFiles(root).filter((path) => existsSync(join(root, path)));
  const manifest = readJson(root, "package.json");
  const folders = strings(manifest["workspaces"]).flatMap((pattern) => foldersOf(tracked, pattern));
  return {
    root,
    packages: folders.map((folder) => readPackage(root, folder, tracked)),
    rootDevDependencies: Object.keys(record(manifest["devDependencies"])),
    tracked,
  };
}

/** `libs/*` → the folders that hold a package.json. */
function foldersOf(tracked: readonly string[], pattern: string): string[] {
  const parent = pattern.replace(/\/\*$/, "");
  return tracked.flatMap((path) => {
    const [group, folder, file, ...rest] = path.split("/");
    return group === parent && file === "package.json" && rest.length === 0 ? [`${group}/${folder}`] : [];
  });
}

function readPackage(root: string, folder: string, tracked: readonly string[]): Package {
  const manifest = readJson(root, `${folder}/package.json`);
  const nx = record(manifest["nx"]);
  const config = existsSync(join(root, folder, "tsconfig.json"))
    ? readJson(root, `${folder}/tsconfig.json`)
    : {};
  const references = Array.isArray(config["references"]) ? config["references"] : [];
  return {
    folder,
    name: text(manifest["name"]) ?? "",
    dependencies: ["dependencies", "optionalDependencies"].flatMap((kind) =>
      Object.keys(record(manifest[kind])),
    ),
    devDependencies: Object.keys(record(manifest["devDependencies"])),
    exports: typeof manifest["exports"] === "string" ? ["."] : Object.keys(record(manifest["exports"])),
    project: text(nx["name"]),
    tags: strings(nx["tags"]),
    references: references.flatMap((entry) => {
      const path = text(record(entry)["path"]);
      return path === undefined
        ? []
        : [
            join(folder, path)
              .replaceAll("\\", "/")
              .replace(/\/tsconfig.*\.json$/, ""),
          ];
    }),
    types: strings(record(config["compilerOptions"])["types"]),
    files: tracked
      .filter((path) => path.startsWith(`${folder}/`) && /\.[cm]?tsx?$/.test(path))
      .map((path) => ({
        path,
        // A page's program is made of its sources when the app starts.
        shipped: path.startsWith(`${folder}/src/`) || path.startsWith(`${folder}/page/`),
        imports: scanImports(readFileSync(join(root, path), "utf8")),
      })),
  };
}

function trackedFiles(root: string): string[] {
  if (!existsSync(join(root, ".git"))) return walk(root, "");
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 16 * 1024 * 1024,
  });
  return [...new Set(list.split("\0").filter((path) => path !== ""))].toSorted();
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}

function readJson(root: string, path: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(readFileSync(join(root, path), "utf8"));
  return record(parsed);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
