/** A page's script and style made of their sources at start, so that no step stands between an edit and the page. */
import { build } from "esbuild";

export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

/** `script` and `style`: the first sources of each. Throws with the compiler's words where it cannot be made. */
export async function bundlePage(script: string, style: string): Promise<PageBundle> {
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
