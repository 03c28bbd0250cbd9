/** What the handlers of this program answer alike. */
import { decodePath, PathError } from "@socketscope/http";
import type { Request, Response } from "@socketscope/web";

export const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";

/** A sentence as the whole answer. */
export function say(status: number, text: string, fields: readonly string[] = []): Response {
  const content = `${text}\n`;
  return { status, fields: ["Content-Type", "text/plain; charset=utf-8", ...fields], content };
}

export const METHOD_NOT_ALLOWED: Response = say(405, "Only GET and HEAD are answered here.", [
  "Allow",
  "GET, HEAD, OPTIONS",
]);

/** The decoded parts of the path, without the empty one before its first slash; undefined for a path that is none. */
export function pathParts(request: Request): readonly string[] | undefined {
  try {
    return decodePath(request.path).slice(1).split("/");
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}

/** `request` for a handler that is to see only what follows `prefix` (which has no slash at its end). */
export function below(request: Request, prefix: string): Request {
  const { method, target, query, version, fields, flow, secure, body } = request;
  return {
    method,
    target,
    path: request.path.slice(prefix.length),
    query,
    version,
    fields,
    flow,
    secure,
    body,
    onGone: (then) => request.onGone?.(then),
  };
}

/** Aborted when the client goes: to be made once a request, whatever is waited for then. */
export function goneSignal(request: Request): AbortSignal {
  const gone = new AbortController();
  request.onGone?.(() => gone.abort());
  return gone.signal;
}
