/** Our own packages: which go along, which of their files, and how Node finds them by name. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { BundleError } from "./bundle-error.ts";
import { filesBelow } from "./files.ts";
import { type Manifest, readManifest } from "./manifest.ts";

export interface OurPackage {
  /** `apps/web-server` */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Beside the apps: what starts them, and what teaches. */
const TOOLS: ReadonlySet<string> = new Set(["tools/start", "tools/workshop", "tools/socket"]);
const GROUPS = ["apps", "libs", "tools"];

export function allOurs(root: string): OurPackage[] {
  return GROUPS.flatMap((group) =>
    readdirSync(join(root, group)).flatMap((name) => {
      const manifest = readManifest(join(root, group, name));
      return manifest === undefined ? [] : [{ folder: `${group}/${name}`, manifest }];
    }),
  );
}

/** The apps, some tools, and what they stand on. Throws BundleError NOT_BUILT. */
export function shipped(root: string): OurPackage[] {
  const all = allOurs(root);
  const taken = new Set<OurPackage>();
  const take = (one: OurPackage): void => {
    if (taken.has(one)) return;
    taken.add(one);
    for (const other of all) if (one.manifest.dependencies.includes(other.manifest.name)) take(other);
  };
  for (const one of all) if (one.folder.startsWith("apps/") || TOOLS.has(one.folder)) take(one);
  for (const { folder } of taken) {
    if (!existsSync(join(root, folder, "dist")))
      throw new BundleError("NOT_BUILT", `${folder} is not built: npm run build`);
  }
  return [...taken];
}

/** What was built, what it was built of, and what it serves; no tests, no settings of compilers. */
export function filesOf(root: string, folder: string): string[] {
  const left = new Set(["node_modules", "test", "screenshots"].map((name) => `${folder}/${name}`));
  return filesBelow(root, folder, (path) => !left.has(path)).filter((path) =>
    path.startsWith(`${folder}/dist/`)
      ? path.endsWith(".js")
      : !/\/tsconfig[^/]*\.json$|\.tsbuildinfo$/.test(path),
  );
}

/** Every text that we have written, tests' conversations too, with the pictures that it shows. */
export function docsOf(root: string): string[] {
  const enter = (path: string): boolean => !/\/(?:node_modules|dist|found|fixtures?)$/.test(path);
  return [".github", ...GROUPS]
    .flatMap((group) => filesBelow(root, group, enter))
    .filter((path) => path.endsWith(".md"));
}

/**
 * A package that Node finds by its name, and that hands on what stands in its folder. npm would link to the folder; links
 * do not come through on every system.
 */
export function signposts({ folder, manifest }: OurPackage): [path: string, content: string][] {
  const place = `node_modules/${manifest.name}`;
  const entries = Object.entries(manifest.exports).map(([key, target]) => {
    const file = key === "." ? "./index.js" : `${key}.js`;
    const up = "../".repeat(`${place}/${file.slice(2)}`.split("/").length - 1);
    return { key, file, content: `export * from "${up}${folder}/${target.slice(2)}";\n` };
  });
  if (entries.length === 0) return [];
  const { name, version } = manifest;
  const exports = Object.fromEntries(entries.map(({ key, file }) => [key, file]));
  return [
    [
      `${place}/package.json`,
      `${JSON.stringify({ name, version, type: "module", exports }, undefined, 2)}\n`,
    ],
    ...entries.map(({ file, content }): [string, string] => [`${place}/${file.slice(2)}`, content]),
  ];
}
