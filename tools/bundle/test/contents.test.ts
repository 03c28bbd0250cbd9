/** What goes along and what stays out, on a workspace of a few files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { expect, it, onTestFinished } from "vitest";
import { makeBundle } from "../src/bundle.ts";
import { tarball } from "../src/tarball.ts";

const small: Readonly<Record<string, string | Uint8Array>> = {
  "package.json": JSON.stringify({
    name: "small",
    version: "1.0.0",
    scripts: {
      one: "tsx --conditions=@socketscope/source apps/one/src/main.ts",
      other: "tsx --conditions=@socketscope/source tools/other/src/main.ts",
    },
  }),
  LICENSE: "free",
  "README.md": "![a picture](apps/one/screenshots/used.png)",
  ".github/SECURITY.md": "safe",
  "apps/one/package.json": JSON.stringify({
    name: "@socketscope/one",
    version: "1.0.0",
    bin: { one: "./dist/main.js" },
    dependencies: { "@socketscope/lib": "1.0.0", used: "1.0.0", drawn: "1.0.0", quick: "1.0.0" },
    optionalDependencies: { quick: "1.0.0" },
  }),
  "apps/one/dist/main.js": 'import "@socketscope/lib"; import "used"; await import("quick");',
  "apps/one/dist/main.d.ts": "export {};",
  "apps/one/dist/main.js.map": "{}",
  "apps/one/src/main.ts": 'import "used";',
  "apps/one/page/main.tsx": 'console.log("on the page");',
  "apps/one/page/style.css": "b { color: red }",
  "apps/one/test/one.test.ts": "",
  "apps/one/test/transcripts/talk.md": "a talk",
  "apps/one/screenshots/used.png": "a picture",
  "apps/one/screenshots/unused.png": "a picture",
  "apps/one/tsconfig.json": "{}",
  "apps/one/node_modules/nested/package.json": JSON.stringify({ name: "nested" }),
  "apps/one/node_modules/nested/index.js": "",
  "libs/lib/package.json": JSON.stringify({
    name: "@socketscope/lib",
    version: "1.0.0",
    exports: { ".": { default: "./dist/index.js" }, "./more": { default: "./dist/more/index.js" } },
  }),
  "libs/lib/dist/index.js": "export const word = 1;",
  "libs/lib/dist/more/index.js": "export const more = 2;",
  "libs/unused/package.json": JSON.stringify({ name: "@socketscope/unused" }),
  "tools/other/package.json": JSON.stringify({ name: "@socketscope/other" }),
  "tools/other/README.md": "told",
  "tools/other/src/main.ts": "",
  "node_modules/used/package.json": JSON.stringify({ name: "used", dependencies: { below: "1" } }),
  "node_modules/used/index.js": "",
  "node_modules/used/index.d.ts": "",
  "node_modules/used/LICENSE.md": "theirs",
  "node_modules/used/README.md": "theirs",
  "node_modules/used/test/a.js": "",
  "node_modules/used/lib/test/a.js": "",
  "node_modules/used/node_modules/below/package.json": JSON.stringify({ name: "below" }),
  "node_modules/used/node_modules/below/index.js": "",
  "node_modules/drawn/package.json": JSON.stringify({ name: "drawn" }),
  "node_modules/quick/package.json": JSON.stringify({ name: "quick" }),
};

function workspace(changes: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = new TemporaryFolder("bundle");
  onTestFinished(() => folder[Symbol.dispose]());
  for (const [path, content] of Object.entries({ ...small, ...changes })) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), content);
  }
  return folder.path;
}

it("takes what runs, what it was made of, and every text; no tests, types, maps or packages that are not asked for", async () => {
  const bundle = await makeBundle(workspace());
  expect([...bundle.keys()].toSorted()).toEqual([
    ".github/SECURITY.md",
    "LICENSE",
    "README.md",
    "apps/one/dist/main.js",
    "apps/one/package.json",
    "apps/one/page/made-page.css",
    "apps/one/page/made-page.js",
    "apps/one/page/main.tsx",
    "apps/one/page/style.css",
    "apps/one/screenshots/used.png",
    "apps/one/src/main.ts",
    "apps/one/test/transcripts/talk.md",
    "libs/lib/dist/index.js",
    "libs/lib/dist/more/index.js",
    "libs/lib/package.json",
    "node_modules/@socketscope/lib/index.js",
    "node_modules/@socketscope/lib/more.js",
    "node_modules/@socketscope/lib/package.json",
    "node_modules/used/LICENSE.md",
    "node_modules/used/index.js",
    "node_modules/used/lib/test/a.js",
    "node_modules/used/node_modules/below/index.js",
    "node_modules/used/node_modules/below/package.json",
    "node_modules/used/package.json",
    "package.json",
    "tools/other/README.md",
  ]);
  const text = (path: string): string => Buffer.from(bundle.get(path) ?? []).toString();
  expect(text("node_modules/@socketscope/lib/more.js")).toBe(
    'export * from "../../../libs/lib/dist/more/index.js";\n',
  );
  expect(text("apps/one/page/made-page.js")).toContain("on the page");
  expect(JSON.parse(text("package.json"))).toMatchObject({ scripts: { one: "node apps/one/dist/main.js" } });
  expect(text("package.json")).not.toContain("other");
});

it.each([
  ["apps/one/site/tool", "\u007FELF..", "apps/one/site/tool runs on one kind of machine only"],
  ["node_modules/used/tool", "MZ....", "node_modules/used/tool runs on one kind"],
  ["node_modules/used/addon.node", Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe), "addon.node runs on one kind"],
  ["node_modules/used/package.json", '{"dependencies":{"gone":"1"}}', "used needs gone, which is not there"],
  ["tools/start/package.json", '{"name":"@socketscope/start"}', "tools/start is not built"],
])("is not made with a wrong %s", async (path, content, why) => {
  await expect(makeBundle(workspace({ [path]: content }))).rejects.toThrow(why);
});

it("is the same octets from the same files", async () => {
  const make = async (): Promise<string> =>
    Buffer.from(await tarball(await makeBundle(workspace()), "small")).toString("base64");
  expect(await make()).toBe(await make());
});
