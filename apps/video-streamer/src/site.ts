/** Which handler answers which address. */
import {
  staticFiles,
  answerPreflight,
  CORS_FIELDS,
  guard,
  type Handler,
  type Request,
  type Response,
} from "@socketscope/web";
import { below, METHOD_NOT_ALLOWED, pathParts, say } from "./answers.ts";
import { isMedia } from "./films/library.ts";
import { contentType } from "./media-types.ts";
import type { Vod } from "./vod/vod.ts";

export interface SiteParts {
  /** The folder of films. */
  readonly media: string;
  readonly vod: Vod;
  /** Host names it answers for beside localhost and addresses. */
  readonly serverNames: readonly string[];
}

export function site({ media, vod, serverNames }: SiteParts): Handler {
  const files = staticFiles({ root: media, typeOf: contentType, index: [], extensions: [], fields: [] });
  const mounts: readonly (readonly [string, Handler])[] = [
    ["/media", progressive(files)],
    ["/vod", (request) => vod.answer(request)],
  ];
  const handler: Handler = (request) => {
    const preflight = answerPreflight(request, "GET, HEAD, OPTIONS");
    if (preflight !== undefined) return withCors(preflight);
    if (request.method !== "GET" && request.method !== "HEAD") return METHOD_NOT_ALLOWED;
    for (const [path, mount] of mounts)
      if (request.path.startsWith(`${path}/`)) return dressed(mount(request));
    return say(404, "There is nothing at this address.");
  };
  return guard(handler, { names: serverNames });
}

/** Films as files, with ranges: what else lies in the folder is nobody's business. */
function progressive(files: Handler): Handler {
  return (request: Request) => {
    const file = pathParts(request)?.at(-1);
    if (file === undefined || !isMedia(file)) return say(404, "There is no film of that name.");
    return files(below(request, "/media"));
  };
}

/** Players on other sites' pages may read films and playlists. */
function dressed(response: Response | Promise<Response>): Response | Promise<Response> {
  return response instanceof Promise ? response.then(withCors) : withCors(response);
}

function withCors(response: Response): Response {
  return { ...response, fields: [...(response.fields ?? []), ...CORS_FIELDS] };
}
