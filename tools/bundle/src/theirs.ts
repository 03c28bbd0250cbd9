/** Other people's packages: those that our built programs name, and what those cannot do without. */
import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { BundleError } from "./bundle-error.ts";
import { filesBelow } from "./files.ts";
import { readManifest } from "./manifest.ts";
import type { OurPackage } from "./ours.ts";

/** Of a package with several builds, the one that is used. */
const USED: Readonly<Record<string, RegExp>> = {
  "hls.js": /^dist\/hls\.min\.js$/,
  moment: /^moment\.js$/,
  mediabunny: /^dist\/modules\//,
};
/** For the runtime Bare: under Node nobody asks for them, and they bring programs of every system. */
const FOR_BARE = /^bare-/;
const ALWAYS = /^(?:package\.json|LICEN[CS]E[^/]*|NOTICE[^/]*)$/i;
/** For compilers and readers: types, maps, texts, sources of native parts, Windows programs. */
const NEVER =
  /\.(?:d\.[cm]?ts|[cm]?ts|map|flow|md|markdown|cc|cpp|c|h|gyp|gypi|yml|tgz|exe)$|(?:^|\/)\.[^/]+$/;
const NEVER_IN = new Set([
  "test",
  "tests",
  "example",
  "examples",
  "doc",
  "docs",
  "benchmark",
  "node_modules",
]);

/** Paths from `root`. Optional packages stay out: the native parts of ssh2, the compiler of pages. */
export function theirFiles(root: string, ours: readonly OurPackage[], built: readonly string[]): string[] {
  const taken = new Map<string, string>();
  const take = (from: string, name: string): void => {
    const folder = locate(root, from, name);
    if (taken.has(folder)) return;
    taken.set(folder, name);
    for (const other of readManifest(join(root, folder))?.dependencies ?? []) {
      if (!FOR_BARE.test(other)) take(folder, other);
    }
  };
  for (const { folder, manifest } of ours) {
    const text = built
      .filter((path) => path.startsWith(`${folder}/dist/`))
      .map((path) => readFileSync(join(root, path), "utf8"))
      .join("\n");
    for (const name of manifest.dependencies) {
      // A page's own packages are in what was made of the page.
      if (!name.startsWith("@socketscope/") && new RegExp(`["']${name}(?:/[^"']*)?["']`).test(text))
        take(folder, name);
    }
  }
  return [...taken].flatMap(([folder, name]) => usedFiles(root, folder, USED[name]));
}

/** As Node looks for it: beside the package, then in each folder above. Throws BundleError MISSING. */
function locate(root: string, from: string, name: string): string {
  for (let at = join(root, from); ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (readManifest(folder) !== undefined) return relative(root, folder).split(sep).join("/");
    if (at === join(root))
      throw new BundleError("MISSING", `${from} needs ${name}, which is not there: npm ci`);
  }
}

function usedFiles(root: string, folder: string, used: RegExp | undefined): string[] {
  const enter = (path: string): boolean => {
    const inside = path.slice(folder.length + 1);
    return inside.includes("/") ? !inside.endsWith("/node_modules") : !NEVER_IN.has(inside);
  };
  return filesBelow(root, folder, enter).filter((path) => {
    const inside = path.slice(folder.length + 1);
    if (ALWAYS.test(inside)) return true;
    return !NEVER.test(inside) && (used?.test(inside) ?? true);
  });
}
