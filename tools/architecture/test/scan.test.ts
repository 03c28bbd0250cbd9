import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { scanImports } from "../src/scan.ts";
import { readWorkspace } from "../src/workspace.ts";

const specifiers = (source: string): string[] => scanImports(source).map((one) => one.specifier);

describe("scanImports", () => {
  it.each([
    ['import "a";', ["a"], false, []],
    ['import a from "a";', ["a"], false, ["default"]],
    ['import { b as c, type D } from "a";', ["a"], false, ["b", "D"]],
    ['import a, * as b from "a";', ["a"], false, ["default", "*"]],
    ['import type { T } from "a";', ["a"], true, ["T"]],
    ['import type T from "a";', ["a"], true, ["default"]],
    ['import type from "a";', ["a"], false, ["default"]],
    ['import { type } from "a";', ["a"], false, ["type"]],
    ['import {\n  from,\n  as,\n} from "a";', ["a"], false, ["from"]],
    ['export { a } from "a";', ["a"], false, ["a"]],
    ['export * from "a";', ["a"], false, ["*"]],
    ['export type * from "a";', ["a"], true, ["*"]],
    ['const a = await import("a");', ["a"], false, ["*"]],
    ["const a = import(`a`);", ["a"], false, ["*"]],
    ['type A = import("a").B;', ["a"], false, ["*"]],
    ['const a = require("a");', ["a"], false, ["*"]],
  ])("%s", (source, expected, typeOnly, names) => {
    const found = scanImports(source);
    expect(found.map((one) => one.specifier)).toEqual(expected);
    expect(found.map((one) => [one.typeOnly, one.names])).toEqual([[typeOnly, names]]);
  });

  it.each([
    '// import "a"',
    '/* import "a" */',
    "const text = 'import \"a\"';",
    'const text = `import "a"`;',
    'const pattern = /import "a"/;',
    'const pattern = /[/] import "a"/;',
    'export const from = "a";',
    "import.meta.url;",
    'object.import("a"); object.require("a");',
  ])("finds nothing in %s", (source) => {
    expect(scanImports(source)).toEqual([]);
  });

  it.each([
    'const a = `${`${"}"}`} `; import "a";',
    'const a = `x ${{ b: "}" }.b} y`; import "a";',
    'const half = a / 2; import "a"; const b = 1 / 2;',
    'const pattern = /["\'`]/; import "a";',
    'if (/\\/\\*/.test(a)) b(); import "a";',
    '#!/usr/bin/env "node\nimport "a";',
  ])("is not misled by %s", (source) => {
    expect(specifiers(source)).toEqual(["a"]);
  });

  it("counts lines across comments, templates and strings", () => {
    expect(scanImports('/*\n*/\nconst a = `\n\n`;\nimport "a";')[0]?.line).toBe(6);
  });

  it("finds what esbuild finds, in every file of this workspace", async () => {
    const root = fileURLToPath(new URL("../../..", import.meta.url));
    const files = readWorkspace(root).packages.flatMap((one) => one.files.map((file) => file.path));
    expect(files.length).toBeGreaterThan(20);
    const seen = new Map<string, Set<string>>();
    await build({
      absWorkingDir: root,
      entryPoints: files,
      bundle: true,
      write: false,
      outdir: "out",
      format: "esm",
      platform: "node",
      logLevel: "silent",
      plugins: [
        {
          name: "imports",
          setup(pluginBuild) {
            pluginBuild.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
              if (kind === "entry-point") return null;
              // What the compiler adds for JSX stands in no source.
              if (path.endsWith("/jsx-runtime")) return { path, external: true };
              const from = importer.slice(root.length);
              seen.set(from, (seen.get(from) ?? new Set()).add(path));
              return { path, external: true };
            });
          },
        },
      ],
    });
    const overlooked = files.flatMap((file) => {
      const ours = new Set(specifiers(readFileSync(`${root}/${file}`, "utf8")));
      // esbuild drops imports that are used as types only, so ours may be more.
      return [...(seen.get(file) ?? [])].filter((one) => !ours.has(one)).map((one) => `${file}: ${one}`);
    });
    expect(overlooked).toEqual([]);
  }, 240_000);
});
