/** The player's page: files as they are, what all pages of the house share, and hls.js from where npm put it. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { base, inlineScript, rememberedTheme, themeSwitch, tokens } from "@socketscope/page";
import { staticFiles, type Handler, type Request, type Response } from "@socketscope/web";
import { below } from "../answers.ts";
import { contentType } from "../media-types.ts";

/** What the page's scripts are checked against (player/types.d.ts). */
export type { default as HlsLibrary } from "hls.js";

/** Beside `src` and beside `dist`. */
const FOLDER = fileURLToPath(new URL("../../player", import.meta.url));
const HLS_FOLDER = dirname(createRequire(import.meta.url).resolve("hls.js/dist/hls.min.js"));

/** Nothing from elsewhere; blob: is what hls.js feeds the player with. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const SHARED: Readonly<Record<string, readonly [type: string, content: string]>> = {
  "/player/shared.css": ["text/css", `${tokens}${base}`],
  // Before anything is drawn: no module, those come later.
  "/player/early.js": ["text/javascript", inlineScript(rememberedTheme)],
  "/player/shared.js": ["text/javascript", inlineScript(themeSwitch)],
};

/** `/`, and what is below `/player/`. */
export function playerFiles(): Handler {
  const own = { typeOf: typeOfText, extensions: [], cacheControl: () => "no-cache" };
  const files = staticFiles({ root: FOLDER, index: ["index.html"], ...own });
  const library = staticFiles({ root: HLS_FOLDER, index: [], ...own });
  return async (request: Request): Promise<Response> => {
    const { path } = request;
    if (path === "/") return dressed(await files(request));
    const shared = SHARED[path];
    if (shared !== undefined) {
      const [type, content] = shared;
      return {
        status: 200,
        fields: ["Content-Type", `${type}; charset=utf-8`, "Cache-Control", "no-cache"],
        content,
      };
    }
    if (path === "/player/hls.min.js") return library(below(request, "/player"));
    return files(below(request, "/player"));
  };
}

function typeOfText(name: string): string | undefined {
  const type = contentType(name);
  return type?.startsWith("text/") === true && !type.includes("charset") ? `${type}; charset=utf-8` : type;
}

function dressed(response: Response): Response {
  const policy = [
    "Content-Security-Policy",
    POLICY,
    "X-Content-Type-Options",
    "nosniff",
    "Referrer-Policy",
    "same-origin",
  ];
  return { ...response, fields: [...(response.fields ?? []), ...policy] };
}
