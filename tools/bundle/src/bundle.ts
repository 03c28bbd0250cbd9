/** What is in the bundle for a room without network: everything that runs with Node alone, on any system. */
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { bundlePage, MADE_PAGE } from "@socketscope/host";
import { BundleError } from "./bundle-error.ts";
import { readManifest } from "./manifest.ts";
import { docsOf, filesOf, type OurPackage, shipped, signposts } from "./ours.ts";
import { theirFiles } from "./theirs.ts";

/** By path, with slashes. Throws BundleError. */
export type Bundle = ReadonlyMap<string, Uint8Array>;

export async function makeBundle(root: string): Promise<Bundle> {
  const bundle = new Map<string, Uint8Array>();
  const put = (path: string, content: Uint8Array | string): void => {
    const octets = typeof content === "string" ? new TextEncoder().encode(content) : content;
    if (isPlatformBinary(octets))
      throw new BundleError("PLATFORM", `${path} runs on one kind of machine only`);
    bundle.set(path, octets);
  };
  const copy = (path: string): void => put(path, readFileSync(join(root, path)));
  const ours = shipped(root);
  const own = ours.flatMap(({ folder }) => filesOf(root, folder));
  for (const path of [...own, ...theirFiles(root, ours, own)]) copy(path);
  for (const one of ours) for (const [path, content] of signposts(one)) put(path, content);
  for (const [path, content] of await pagesOf(root, ours)) put(path, content);
  for (const path of ["LICENSE", "README.md", ...docsOf(root)]) {
    copy(path);
    for (const picture of picturesOf(path, readFileSync(join(root, path), "utf8"))) {
      if (existsSync(join(root, picture))) copy(picture);
    }
  }
  put("package.json", rootManifest(root, ours));
  return bundle;
}

/** Pages that the apps otherwise make of their sources as they start. */
async function pagesOf(
  root: string,
  ours: readonly OurPackage[],
): Promise<[path: string, content: string][]> {
  const pages = ours
    .flatMap(({ folder }) => [`${folder}/page/main.tsx`, `${folder}/page/plot/main.ts`])
    .filter((main) => existsSync(join(root, main)));
  const made = await Promise.all(
    pages.map(async (main): Promise<[string, string][]> => {
      const page = posix.dirname(main);
      const { script, style } = await bundlePage(join(root, main), join(root, page, "style.css"));
      return [
        [`${page}/${MADE_PAGE.script}`, script],
        [`${page}/${MADE_PAGE.style}`, style],
      ];
    }),
  );
  return made.flat();
}

function picturesOf(file: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^):]+\.png)\)/g)].map(([, to = ""]) => posix.join(posix.dirname(file), to));
}

/** The same words after `npm run` as in the workspace, so that the lessons' texts hold; and each program by its name. */
function rootManifest(root: string, ours: readonly OurPackage[]): string {
  const whole = readManifest(root);
  const scripts = Object.entries(whole?.scripts ?? {}).flatMap(([word, command]): [string, string][] => {
    const folder = /^tsx --conditions=@socketscope\/source (\S+)\/src\/main\.ts$/.exec(command)?.[1];
    return ours.some((one) => one.folder === folder) ? [[word, `node ${folder}/dist/main.js`]] : [];
  });
  const programs = ours.flatMap(({ folder, manifest }) =>
    Object.entries(manifest.bin).map(([word, file]): [string, string] => [
      word,
      `node ${posix.join(folder, file)}`,
    ]),
  );
  return `${JSON.stringify(
    {
      name: whole?.name,
      version: whole?.version,
      private: true,
      license: "MIT",
      type: "module",
      engines: { node: ">=20.19" },
      scripts: Object.fromEntries([...programs, ...scripts]),
    },
    undefined,
    2,
  )}\n`;
}

/** ELF, Windows, Mach-O (either end first, or several in one file). */
function isPlatformBinary(octets: Uint8Array): boolean {
  const start = Buffer.from(octets.subarray(0, 4)).toString("hex");
  return /^(?:7f454c46|4d5a|feedface|feedfacf|cefaedfe|cffaedfe|cafebabe)/.test(start);
}
