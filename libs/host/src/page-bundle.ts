/**
 * A page's script and style: made of their sources at start, so that no step stands between an edit and the page. In a
 * bundle for a room without network there is no compiler: there they were made before, and lie beside their sources.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { codeOf } from "./errors.ts";

export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

/** What was made before: the names of both, in the folder of the script's source. Nobody but the bundle puts them there. */
export const MADE_PAGE: Readonly<Record<keyof PageBundle, string>> = {
  script: "made-page.js",
  style: "made-page.css",
};

/** `script` and `style`: the first sources of each. Throws with the compiler's words where it cannot be made. */
export async function bundlePage(script: string, style: string): Promise<PageBundle> {
  return (await madeBefore(dirname(script))) ?? compile(script, style);
}

async function madeBefore(folder: string): Promise<PageBundle | undefined> {
  try {
    const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
    return { script: await read(MADE_PAGE.script), style: await read(MADE_PAGE.style) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function compile(script: string, style: string): Promise<PageBundle> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [script, style],
    bundle: true,
    write: false,
    outdir: "page",
    minify: true,
    format: "esm",
    target: "es2023",
    charset: "utf8",
    conditions: ["@socketscope/source"],
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
  });
  const textOf = (ending: string): string =>
    outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
  return { script: textOf(".js"), style: textOf(".css") };
}
