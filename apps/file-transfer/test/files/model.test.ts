/** Random operations, on the disk and on a model of a few lines: the same outcomes, the same trees. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { FileProblemCode } from "../../src/files/file-problem.ts";
import type { FileSystem } from "../../src/files/file-system.ts";
import { entries, get, outcome, put, testHome } from "./home.ts";

/** A file is its content, a folder its entries. */
type Node = string | Map<string, Node>;
type Outcome = FileProblemCode | "fine";

class Model {
  readonly root = new Map<string, Node>();

  /** The folder of a path that ends in a name, or why there is none. */
  folder(path: string): Map<string, Node> | Outcome {
    const node = this.at(path.slice(0, path.lastIndexOf("/")));
    return node === undefined ? "not-found" : typeof node === "string" ? "not-a-folder" : node;
  }

  at(path: string): Node | undefined {
    let node: Node | undefined = this.root;
    for (const name of path.split("/").filter((name) => name !== "")) {
      if (node === undefined || typeof node === "string") return node === undefined ? undefined : "";
      node = node.get(name);
    }
    return node;
  }
}

const name = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

interface Operation {
  readonly text: string;
  real(files: FileSystem): Promise<Outcome>;
  model(model: Model): Outcome;
}

/** `work` on the folder the path stands in and what is there; the way there is the same for all. */
function on(
  model: Model,
  path: string,
  work: (folder: Map<string, Node>, node: Node | undefined) => Outcome,
): Outcome {
  const folder = model.folder(path);
  return typeof folder === "string" ? folder : work(folder, folder.get(name(path)));
}

const write = (path: string, content: string): Operation => ({
  text: `write ${path} ${content}`,
  real: (files) => outcome(put(files, path, content)),
  model: (model) =>
    on(model, path, (folder, node) => {
      if (typeof node === "object") return "is-a-folder";
      folder.set(name(path), content);
      return "fine";
    }),
});

const append = (path: string, content: string): Operation => ({
  text: `append ${path} ${content}`,
  real: (files) => outcome(put(files, path, content, { how: "append" })),
  model: (model) =>
    on(model, path, (folder, node) => {
      if (typeof node === "object") return "is-a-folder";
      folder.set(name(path), (node ?? "") + content);
      return "fine";
    }),
});

const resume = (path: string, offset: number, content: string): Operation => ({
  text: `resume ${path} at ${offset} ${content}`,
  real: (files) => outcome(put(files, path, content, { how: "resume", offset })),
  model: (model) =>
    on(model, path, (folder, node) => {
      if (typeof node === "object") return "is-a-folder";
      if (offset > (node ?? "").length) return "bad-offset";
      folder.set(name(path), (node ?? "").slice(0, offset) + content);
      return "fine";
    }),
});

const poke = (path: string, position: number, content: string): Operation => ({
  text: `poke ${path} at ${position} ${content}`,
  async real(files) {
    let result: Outcome = "fine";
    try {
      const writer = await files.openToWrite(path, { how: "in-place", create: false });
      await writer.write(Buffer.from(content), position);
      await writer.commit();
    } catch (error) {
      result = await outcome(Promise.reject(error));
    }
    return result;
  },
  model: (model) =>
    on(model, path, (folder, node) => {
      if (node === undefined) return "not-found";
      if (typeof node === "object") return "is-a-folder";
      const padded = node.padEnd(position, "\0");
      // write(2): nothing, written behind the end, makes no file longer.
      if (content !== "")
        folder.set(name(path), padded.slice(0, position) + content + padded.slice(position + content.length));
      return "fine";
    }),
});

const makeFolder = (path: string): Operation => ({
  text: `mkdir ${path}`,
  real: (files) => outcome(files.makeFolder(path)),
  model: (model) =>
    on(model, path, (folder, node) => {
      if (node !== undefined) return "exists";
      folder.set(name(path), new Map());
      return "fine";
    }),
});

const removeFolder = (path: string): Operation => ({
  text: `rmdir ${path}`,
  real: (files) => outcome(files.removeFolder(path)),
  model: (model) =>
    on(model, path, (folder, node) => {
      if (node === undefined) return "not-found";
      if (typeof node === "string") return "not-a-folder";
      if (node.size > 0) return "not-empty";
      folder.delete(name(path));
      return "fine";
    }),
});

const remove = (path: string): Operation => ({
  text: `rm ${path}`,
  real: (files) => outcome(files.remove(path)),
  model: (model) =>
    on(model, path, (folder, node) => {
      if (node === undefined) return "not-found";
      if (typeof node === "object") return "is-a-folder";
      folder.delete(name(path));
      return "fine";
    }),
});

const rename = (from: string, to: string, replace: boolean): Operation => ({
  text: `mv ${from} ${to} ${replace}`,
  real: (files) => outcome(files.rename(from, to, { replace })),
  model: (model) =>
    on(model, from, (source, node) =>
      on(model, to, (target, there) => {
        if (node === undefined) return "not-found";
        if (there !== undefined && !replace) return "exists";
        if (typeof node === "object" && `${to}/`.startsWith(`${from}/`) && from !== to) return "unsupported";
        if (from === to) return "fine";
        const refused =
          there === undefined ? undefined : cannotReplace(node, there, `${from}/`.startsWith(`${to}/`));
        if (refused !== undefined) return refused;
        source.delete(name(from));
        target.set(name(to), node);
        return "fine";
      }),
    ),
});

function cannotReplace(node: Node, there: Node, isAbove: boolean): Outcome | undefined {
  if (isAbove) return "not-empty";
  if (typeof node === "string") return typeof there === "string" ? undefined : "is-a-folder";
  if (typeof there === "string") return "not-a-folder";
  return there.size > 0 ? "not-empty" : undefined;
}

const names = fc.constantFrom("a", "b", "c");
const path = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
const content = fc.string({ unit: fc.constantFrom("x", "y", "z"), maxLength: 5 });
const position = fc.integer({ min: 0, max: 7 });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: path.map(makeFolder) },
  { weight: 3, arbitrary: fc.tuple(path, content).map(([p, c]) => write(p, c)) },
  fc.tuple(path, content).map(([p, c]) => append(p, c)),
  fc.tuple(path, fc.integer({ min: 1, max: 6 }), content).map(([p, n, c]) => resume(p, n, c)),
  fc.tuple(path, position, content).map(([p, n, c]) => poke(p, n, c)),
  path.map(removeFolder),
  path.map(remove),
  { weight: 2, arbitrary: fc.tuple(path, path, fc.boolean()).map(([a, b, c]) => rename(a, b, c)) },
);

async function treeOf(files: FileSystem, path: string): Promise<unknown> {
  const tree: Record<string, unknown> = {};
  for (const { name, stat } of await entries(files, path))
    tree[name] =
      stat.kind === "folder" ? await treeOf(files, `${path}/${name}`) : await get(files, `${path}/${name}`);
  return tree;
}

function plain(node: Node): unknown {
  if (typeof node === "string") return node;
  return Object.fromEntries([...node].map(([name, child]) => [name, plain(child)]));
}

it.each([true, false])(
  "the disk does what a model of it does (descriptors: %s)",
  async (descriptors) => {
    const home = testHome({ descriptors });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 25 }), async (operations) => {
        const files = await home.view({ home: `${home.path}/${run++}` });
        const model = new Model();
        for (const one of operations)
          expect([one.text, await one.real(files)]).toEqual([one.text, one.model(model)]);
        expect(await treeOf(files, "")).toEqual(plain(model.root));
        await files.close();
      }),
      { numRuns: 40 },
    );
  },
  120_000,
);
