/** Which handler answers which address. */
import {
  answerPreflight,
  CORS_FIELDS,
  guard,
  staticFiles,
  type Handler,
  type Request,
  type Response,
} from "@socketscope/web";
import { below, METHOD_NOT_ALLOWED, pathParts, say } from "./answers.ts";
import type { Casts } from "./udp/casts.ts";
import { isMedia } from "./films/library.ts";
import type { HttpIngest } from "./ingest/http-ingest.ts";
import { contentType } from "./media-types.ts";
import type { Api } from "./page/api.ts";
import { playerFiles } from "./page/player-files.ts";
import type { Live } from "./live/live.ts";
import type { Viewers } from "./page/viewers.ts";
import type { Vod } from "./vod/vod.ts";

export interface SiteParts {
  /** The folder of films. */
  readonly media: string;
  readonly vod: Vod;
  readonly live: Live;
  readonly ingest: HttpIngest;
  /** Undefined until datagrams are sent. */
  readonly casts: () => Casts | undefined;
  readonly api: Api;
  readonly viewers: Viewers;
  /** Host names it answers for beside localhost and addresses. */
  readonly serverNames: readonly string[];
}

export function site({ media, vod, live, ingest, casts, api, viewers, serverNames }: SiteParts): Handler {
  const files = staticFiles({ root: media, typeOf: contentType, index: [], extensions: [] });
  const page = playerFiles();
  const shows: readonly (readonly [string, Handler])[] = [
    ["/media/", viewers.watched(progressive(files), (request) => watching(request, "file"))],
    [
      "/vod/",
      viewers.watched(
        (request) => vod.answer(request),
        (request) => watching(request, "HLS"),
      ),
    ],
    [
      "/live/",
      viewers.watched(
        (request) => live.answer(request),
        (request) => watching(request, "live"),
      ),
    ],
  ];
  const handler: Handler = (request) => {
    const { method, path } = request;
    if (path.startsWith("/ingest/")) return ingest.answer(request);
    const preflight = answerPreflight(request, "GET, HEAD, OPTIONS");
    if (preflight !== undefined) return withCors(preflight);
    if (method !== "GET" && method !== "HEAD") return METHOD_NOT_ALLOWED;
    for (const [prefix, show] of shows) if (path.startsWith(prefix)) return dressed(show(request));
    if (path.startsWith("/sdp/"))
      return dressed(casts()?.answer(request) ?? say(404, "Nothing is sent by RTP (--rtp NAME=rtp://A:P)."));
    if (path.startsWith("/api/")) return api.answer(request);
    if (path === "/" || path.startsWith("/player/")) return page(request);
    return say(404, "There is nothing at this address.");
  };
  return guard(handler, { names: serverNames });
}

function watching(request: Request, delivery: string): readonly [show: string, delivery: string] | undefined {
  const show = pathParts(request)?.[1];
  return show === undefined || show.endsWith(".vtt") ? undefined : [show, delivery];
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
