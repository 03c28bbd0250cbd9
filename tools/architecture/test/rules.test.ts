/** A small house that keeps every rule, then one change at a time that breaks exactly one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { check } from "../src/check.ts";
import { rules, type Violation } from "../src/violation.ts";
import { readWorkspace } from "../src/workspace.ts";

type Files = Readonly<Record<string, string>>;

interface Room {
  readonly uses?: readonly string[];
  readonly dependencies?: readonly string[];
  readonly tags?: readonly string[];
  readonly types?: readonly string[];
  readonly references?: readonly string[];
  readonly source: string;
}

const folders: Readonly<Record<string, string>> = {
  wire: "libs",
  http: "libs",
  smtp: "libs",
  "socket-core": "libs",
  web: "libs",
  host: "libs",
  page: "libs",
  "web-server": "apps",
  "mail-relay": "apps",
  bench: "tools",
  testkit: "tools",
  peers: "tools",
};

const version = (dependency: string): [string, string] => [dependency, "0.1.0"];

function room(
  name: string,
  layer: string,
  { uses = [], dependencies, tags, types, references, source }: Room,
): Files {
  const folder = `${folders[name]}/${name}`;
  return {
    [`${folder}/package.json`]: JSON.stringify({
      name: `@socketscope/${name}`,
      exports: { ".": "./src/index.ts" },
      dependencies: Object.fromEntries(
        [...uses.map((used) => `@socketscope/${used}`), ...(dependencies ?? [])].map(version),
      ),
      nx: { name, tags: tags ?? [`layer:${layer}`] },
    }),
    [`${folder}/tsconfig.json`]: JSON.stringify({
      compilerOptions: types === undefined ? {} : { types },
      references: (references ?? uses.map((used) => `../../${folders[used]}/${used}`)).map((path) => ({
        path,
      })),
    }),
    [`${folder}/src/index.ts`]: source,
  };
}

const wire = room("wire", "wire", { source: "export const octet = 8;" });
const http = room("http", "protocol", {
  uses: ["wire"],
  source: 'import { octet } from "@socketscope/wire";',
});
const socketCore = room("socket-core", "io", {
  uses: ["wire"],
  types: ["node"],
  source:
    'import net from "node:net"; import { readFile } from "node:fs/promises"; import "@socketscope/wire";',
});
const web = room("web", "service", { uses: ["http"], source: 'export * from "@socketscope/http";' });
const host = room("host", "service", {
  uses: ["web"],
  source: 'import { isIP } from "node:net"; export * from "@socketscope/web";',
});
const webServer = {
  ...room("web-server", "app", {
    uses: ["host"],
    dependencies: ["mime"],
    source: 'import "@socketscope/host"; // import "node:net" is only a comment',
  }),
  "apps/web-server/src/engine/library.ts":
    'import http from "node:http"; import type { Socket } from "node:net";',
  "libs/web/src/engine/node-http.ts": 'import http from "node:http"; import type { Socket } from "node:net";',
  "apps/web-server/src/content-type.ts": 'import mime from "mime";',
  "apps/web-server/test/a.test.ts":
    'import "vitest"; import "node:net"; import "@socketscope/testkit"; import "../src/index.ts";',
};
const house: Files = {
  "package.json": JSON.stringify({
    workspaces: ["libs/*", "apps/*", "tools/*"],
    devDependencies: { vitest: "4.1.12", esbuild: "0.28.2" },
  }),
  ...wire,
  ...http,
  ...socketCore,
  ...web,
  ...host,
  ...webServer,
  ...room("peers", "peer", { source: 'import "node:net";' }),
  ...room("testkit", "tool", {
    uses: ["wire", "peers"],
    source: 'import "@socketscope/wire"; import "@socketscope/peers"; import "esbuild";',
  }),
  ...room("bench", "tool", { uses: ["peers"], source: 'import "@socketscope/peers";' }),
};

function violationsOf(files: Files): Violation[] {
  const root = mkdtempSync(join(tmpdir(), "architecture-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    return check(readWorkspace(root));
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** What is forbidden is put together here, so that the checker does not find it in its own test. */
const home = ["", "home", "someone", "project"].join("/");
const registry = ["registry", "npmjs", "org"].join(".");

const breaks: readonly (readonly [rule: keyof typeof rules, change: string, files: Files, where: string])[] =
  [
    [
      "declared",
      "an import without a declaration",
      { "libs/wire/src/a.ts": 'import "left-pad";' },
      "libs/wire/src/a.ts:1",
    ],
    [
      "declared",
      "a test's import without one",
      { "libs/wire/test/a.test.ts": 'import "left-pad";' },
      "libs/wire/test/a.test.ts:1",
    ],
    [
      "declared",
      "a root tool in shipped code",
      { "libs/wire/src/a.ts": 'import "esbuild";' },
      "libs/wire/src/a.ts:1",
    ],
    [
      "declared",
      "a declaration without an import",
      room("wire", "wire", { dependencies: ["left-pad"], source: "" }),
      "libs/wire/package.json",
    ],
    [
      "referenced",
      "an import without a reference",
      room("http", "protocol", {
        uses: ["wire"],
        references: [],
        source: 'import type { A } from "@socketscope/wire";',
      }),
      "libs/http/tsconfig.json",
    ],
    [
      "referenced",
      "a reference without an import",
      room("wire", "wire", { references: ["../../libs/http"], source: "" }),
      "libs/wire/tsconfig.json",
    ],
    [
      "downwards",
      "a protocol over another",
      room("smtp", "protocol", { uses: ["http"], source: 'import "@socketscope/http";' }),
      "libs/smtp/src/index.ts:1",
    ],
    [
      "downwards",
      "socket-core over a protocol",
      room("socket-core", "io", { uses: ["http"], types: ["node"], source: 'import "@socketscope/http";' }),
      "libs/socket-core/src/index.ts:1",
    ],
    [
      "downwards",
      "web over host, the wrong way",
      room("web", "service", { uses: ["host"], source: 'import "@socketscope/host";' }),
      "libs/web/src/index.ts:1",
    ],
    [
      "downwards",
      "a type taken upwards",
      room("wire", "wire", { uses: ["http"], source: '\nimport type { A } from "@socketscope/http";' }),
      "libs/wire/src/index.ts:2",
    ],
    [
      "downwards",
      "an app over an app",
      { ...room("mail-relay", "app", { uses: ["web-server"], source: 'import "@socketscope/web-server";' }) },
      "apps/mail-relay/src/index.ts:1",
    ],
    [
      "exported",
      "a path into another package",
      { "libs/http/src/a.ts": 'import "../../wire/src/index.ts";' },
      "libs/http/src/a.ts:1",
    ],
    [
      "exported",
      "an entry that is not exported",
      { "libs/http/src/a.ts": 'import "@socketscope/wire/src/index.ts";' },
      "libs/http/src/a.ts:1",
    ],
    [
      "tags",
      "a wrong tag",
      room("wire", "wire", { tags: ["layer:io"], source: "" }),
      "libs/wire/package.json",
    ],
    [
      "pure",
      "types in a pure lib",
      room("wire", "wire", { types: ["node"], source: "" }),
      "libs/wire/tsconfig.json",
    ],
    [
      "pure",
      "a Node module in a pure lib",
      { "libs/http/src/a.ts": 'import "node:path";' },
      "libs/http/src/a.ts:1",
    ],
    [
      "sockets",
      "node:net in a service",
      { "libs/web/src/a.ts": 'const net = await import("node:net");' },
      "libs/web/src/a.ts:1",
    ],
    [
      "engines",
      "node:https beside the engine folder",
      { "apps/web-server/src/a.ts": 'import "node:https";' },
      "apps/web-server/src/a.ts:1",
    ],
    [
      "engines",
      "node:http in a lib",
      { "libs/web/src/a.ts": 'import type { Server } from "node:http";' },
      "libs/web/src/a.ts:1",
    ],
    [
      "mime",
      "mime elsewhere",
      { "apps/web-server/src/a.ts": 'import mime from "mime";' },
      "apps/web-server/src/a.ts:1",
    ],
    [
      "writes",
      "a write",
      { "libs/socket-core/src/a.ts": 'import { readFile, writeFile } from "node:fs/promises";' },
      "libs/socket-core/src/a.ts:1",
    ],
    [
      "writes",
      "all of node:fs",
      { "libs/socket-core/src/a.ts": 'import * as fs from "node:fs";' },
      "libs/socket-core/src/a.ts:1",
    ],
    [
      "downwards",
      "an app that needs somebody else's server",
      room("mail-relay", "app", { uses: ["peers"], source: 'import "@socketscope/peers";' }),
      "apps/mail-relay/src/index.ts:1",
    ],
    [
      "testkit",
      "testkit in shipped code",
      room("bench", "tool", { uses: ["testkit"], source: 'import "@socketscope/testkit";' }),
      "tools/bench/src/index.ts:1",
    ],
    ["size", "a long file", { "libs/wire/src/a.ts": "\n".repeat(401) }, "libs/wire/src/a.ts"],
    [
      "size",
      "a long main",
      { "apps/web-server/src/main.ts": "\n".repeat(61) },
      "apps/web-server/src/main.ts",
    ],
    ["private", "a path of a machine", { "README.md": `a\nsee ${home}/file` }, "README.md:2"],
    [
      "private",
      "a registry's host",
      { "package-lock.json": `{ "resolved": "https://${registry}/a" }` },
      "package-lock.json:1",
    ],
  ];

describe("the rules", () => {
  it("find nothing in a house that keeps them", () => {
    expect(violationsOf(house)).toEqual([]);
  });

  it.each(breaks)("%s: %s", (rule, _change, files, where) => {
    const broken = violationsOf({ ...house, ...files });
    expect(broken.map((one) => [one.rule, one.where])).toEqual([[rule, where]]);
  });

  it("are each broken by one of these changes", () => {
    expect([...new Set(breaks.map(([rule]) => rule))].toSorted()).toEqual(Object.keys(rules).toSorted());
  });
});
