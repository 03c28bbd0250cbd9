/** Rules on the text of every tracked file. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Violation } from "./violation.ts";
import type { Workspace } from "./workspace.ts";

/** Lines. */
const longest = { source: 400, main: 60 } as const;
/** Files that may be longer, each with its reason beside it. */
const mayBeLonger: ReadonlySet<string> = new Set([
  "libs/web/test/static.test.ts", // one table: what people expect of a static server
]);

/** Written apart, so that this file does not find itself. */
const privatePaths = [
  /(?<![\w.$}/-])\/(?:home|Users)\/[a-z][\w.-]*\/[\w.-]/i,
  /(?<![\w.$}/-])\/root\/[\w.-]/,
  /\b[A-Z]:\\Users\\/,
];
const registries = /registry\.(?:npmjs\.org|yarnpkg\.com|npmmirror\.com)|[\w-]+\.pkg\.(?:dev|github\.com)/;
const binary = /\.(?:png|jpe?g|gif|ico|webp|avif|woff2?|mp4|mp3|m4s|ts\.bin|gz|br|zst|zip|tar|pcapng|bin)$/;

export function checkTracked(workspace: Workspace): Violation[] {
  return workspace.tracked.flatMap((path) => {
    if (binary.test(path)) return [];
    const lines = readFileSync(join(workspace.root, path), "utf8").split("\n");
    return [...checkSize(path, lines), ...checkPrivate(workspace.root, path, lines)];
  });
}

function checkSize(path: string, lines: readonly string[]): Violation[] {
  if (!/\.([cm]?[jt]sx?|sh|css)$/.test(path) || mayBeLonger.has(path)) return [];
  const limit = /^apps\/[^/]+\/src\/main\.ts$/.test(path) ? longest.main : longest.source;
  const count = lines.at(-1) === "" ? lines.length - 1 : lines.length;
  return count > limit ? [{ rule: "size", where: path, what: `${count} lines, ${limit} are allowed` }] : [];
}

function checkPrivate(root: string, path: string, lines: readonly string[]): Violation[] {
  return lines.flatMap((line, index) => {
    const here = [root, homedir()].some((folder) => folder.length > 5 && line.includes(`${folder}/`));
    if (!here && !registries.test(line) && !privatePaths.some((pattern) => pattern.test(line))) return [];
    const at = `${path}:${index + 1}`;
    return [{ rule: "private", where: at, what: line.trim().slice(0, 80) } as const];
  });
}
