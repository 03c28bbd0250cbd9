/** Rules on who depends on whom: declared = imported = referenced, and downwards only. */
import { isBuiltin } from "node:module";
import { isPure, layerOf, mayImport } from "./layers.ts";
import type { Violation } from "./violation.ts";
import type { Package, SourceFile, Workspace } from "./workspace.ts";

const testkit = "@socketscope/testkit";

interface Use {
  readonly file: SourceFile;
  readonly line: number;
  readonly target: string;
  readonly subpath: string;
}

export function checkDependencies(workspace: Workspace): Violation[] {
  const byName = new Map(workspace.packages.map((one) => [one.name, one]));
  return workspace.packages.flatMap((one) => checkPackage(workspace, one, byName));
}

function checkPackage(workspace: Workspace, one: Package, byName: ReadonlyMap<string, Package>): Violation[] {
  const uses = one.files.flatMap(usesOf);
  const shipped = uses.filter((use) => use.file.shipped);
  return [
    ...checkTags(one),
    ...(isPure(one.folder) && one.types.length > 0
      ? [
          {
            rule: "pure" as const,
            where: `${one.folder}/tsconfig.json`,
            what: `types: ${one.types.join(", ")}`,
          },
        ]
      : []),
    ...leavingByPath(one),
    ...undeclared(workspace, one, uses),
    ...unimported(one, uses),
    ...references(one, shipped, byName),
    ...uses.flatMap((use) => checkUse(one, use, byName.get(use.target))),
  ];
}

/** Imports by package name; own files and Node's modules are not among them. */
function usesOf(file: SourceFile): Use[] {
  return file.imports.flatMap(({ specifier, line }) => {
    if (specifier.startsWith(".") || specifier.startsWith("#") || isBuiltin(specifier)) return [];
    const parts = specifier.split("/");
    const length = specifier.startsWith("@") ? 2 : 1;
    const subpath = parts.slice(length).join("/");
    return [{ file, line, target: parts.slice(0, length).join("/"), subpath }];
  });
}

function checkTags(one: Package): Violation[] {
  const where = `${one.folder}/package.json`;
  const layer = layerOf(one.folder);
  const short = one.folder.slice(one.folder.indexOf("/") + 1);
  const found: Violation[] = [];
  if (layer === undefined) found.push({ rule: "tags", where, what: "lies in none of libs, apps, tools" });
  else if (one.tags.filter((tag) => tag.startsWith("layer:")).join() !== `layer:${layer}`) {
    found.push({ rule: "tags", where, what: `tags ${JSON.stringify(one.tags)} should hold layer:${layer}` });
  }
  if (one.project !== short || one.name !== `@socketscope/${short}`) {
    found.push({ rule: "tags", where, what: `${one.name} is project ${one.project} in folder ${short}` });
  }
  return found;
}

function leavingByPath(one: Package): Violation[] {
  return one.files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line }) => {
      if (!specifier.startsWith(".")) return [];
      const path = new URL(specifier, `file:///${file.path}`).pathname.slice(1);
      if (path.startsWith(`${one.folder}/`)) return [];
      return [
        { rule: "exported", where: `${file.path}:${line}`, what: `${specifier} leaves the package` } as const,
      ];
    }),
  );
}

function undeclared(workspace: Workspace, one: Package, uses: readonly Use[]): Violation[] {
  const own = new Set([one.name, ...one.dependencies]);
  const forTests = new Set([testkit, ...one.devDependencies, ...workspace.rootDevDependencies]);
  const tool = layerOf(one.folder) === "tool";
  return uses
    .filter(({ file, target }) => {
      if (own.has(target)) return false;
      if (file.shipped) return !(tool && workspace.rootDevDependencies.includes(target));
      return !forTests.has(target);
    })
    .map(({ file, line, target }) => ({
      rule: "declared",
      where: `${file.path}:${line}`,
      what: `${target} is not a dependency of ${one.name}`,
    }));
}

function unimported(one: Package, uses: readonly Use[]): Violation[] {
  const everywhere = new Set(uses.map((use) => use.target));
  const shipped = new Set(uses.filter((use) => use.file.shipped).map((use) => use.target));
  const where = `${one.folder}/package.json`;
  return [
    ...one.dependencies
      .filter((name) => !shipped.has(name))
      .map((name) => ({ rule: "declared" as const, where, what: `${name} is declared and never imported` })),
    ...one.devDependencies
      .filter((name) => !everywhere.has(name) && !typesOf(name, everywhere))
      .map((name) => ({ rule: "declared" as const, where, what: `${name} is declared and never imported` })),
  ];
}

/** `@types/tar-stream` is used where `tar-stream` is. */
function typesOf(name: string, imported: ReadonlySet<string>): boolean {
  return name.startsWith("@types/") && imported.has(name.slice("@types/".length));
}

function references(
  one: Package,
  shipped: readonly Use[],
  byName: ReadonlyMap<string, Package>,
): Violation[] {
  const wanted = new Set(shipped.flatMap((use) => byName.get(use.target)?.folder ?? []));
  wanted.delete(one.folder);
  const where = `${one.folder}/tsconfig.json`;
  return [
    ...[...wanted]
      .filter((folder) => !one.references.includes(folder))
      .map((folder) => ({
        rule: "referenced" as const,
        where,
        what: `${folder} is imported, not referenced`,
      })),
    ...one.references
      .filter((folder) => !wanted.has(folder))
      .map((folder) => ({
        rule: "referenced" as const,
        where,
        what: `${folder} is referenced, not imported`,
      })),
  ];
}

function checkUse(one: Package, use: Use, target: Package | undefined): Violation[] {
  if (target === undefined || target === one) return [];
  const where = `${use.file.path}:${use.line}`;
  const found: Violation[] = [];
  if (target.name === testkit) {
    if (use.file.shipped) found.push({ rule: "testkit", where, what: "imported outside a test" });
  } else if (!mayImport(one.folder, target.folder)) {
    found.push({ rule: "downwards", where, what: `${one.folder} may not import ${target.folder}` });
  }
  const entry = use.subpath === "" ? "." : `./${use.subpath}`;
  if (!target.exports.includes(entry)) {
    found.push({ rule: "exported", where, what: `${target.name} does not export ${entry}` });
  }
  return found;
}
