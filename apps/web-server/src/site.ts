/** The site as one handler: which layer comes after which is the whole policy, and no engine knows of it. */
import { guard, staticFiles, type Handler } from "@socketscope/web";
import { basicAuth } from "./access/basic-auth.ts";
import type { Passwords } from "./access/htpasswd.ts";
import { Conversations } from "./conversations.ts";
import type { Demo } from "./demo/demo.ts";
import { httpsRedirect } from "./https-redirect.ts";
import { listing } from "./listing/listing.ts";
import { contentType } from "./media-types.ts";
import type { Observer } from "./observed.ts";
import { observed } from "./observed.ts";
import type { LiveReload } from "./reload/live-reload.ts";
import { answerProblem } from "./problem/problem.ts";
import { answerUnexpected } from "./problem/unexpected.ts";
import { withStandingFields, type StandingOptions } from "./standing-fields.ts";
import { upload } from "./upload/upload.ts";

export interface SiteOptions {
  readonly root: string;
  readonly listing: boolean;
  readonly spa: boolean;
  readonly followSymlinks: boolean;
  /** Inside the root. */
  readonly writable?: { readonly folder: string; readonly maxBody: number } | undefined;
  /** Host names it answers for beside localhost and addresses. */
  readonly serverNames?: readonly string[];
  readonly standing: StandingOptions;
  readonly auth?: { readonly passwords: () => Passwords; readonly delay: number } | undefined;
  /** Paths that other handlers answer, e.g. a proxy; the longest prefix wins. */
  readonly mounts?: readonly Mount[];
  /** The demo site's own addresses, in front of its files in `root`. */
  readonly demo?: Demo | undefined;
  /** Pages that are open follow what changes in `root`. */
  readonly reload?: LiveReload | undefined;
  /** The local CA's certificate file, for the commands on the pages. */
  readonly ca?: string | undefined;
  /** Where HTTPS listens, once it does, if plain HTTP is to lead there. */
  readonly httpsPort?: (() => number | undefined) | undefined;
  readonly observers: readonly Observer[];
  /** A handler failed, and its visitor gets a page for it. Without this the engine answers. */
  readonly onError?: (error: unknown) => void;
}

/** `path` ends with no slash: "/api" is for "/api", "/api/" and below. */
export interface Mount {
  readonly path: string;
  readonly handler: Handler;
}

export function site(options: SiteOptions): Handler {
  const { root, followSymlinks, writable, demo } = options;
  const conversations = new Conversations();
  const visible = { root, followSymlinks };
  const problem = answerProblem({ ...visible, conversations, lists: options.listing });
  const list = listing({ ...visible, conversations, ca: options.ca, writable: writable?.folder });
  const files = staticFiles({
    root,
    followSymlinks,
    typeOf: contentType,
    problem,
    ...(options.listing && { list }),
    // Who loads the demo again is to see the question go out, and 304 come back.
    ...(demo && { cacheControl: () => "no-cache" }),
    ...(options.spa && { fallback: "index.html" }),
  });
  let handler = files;
  if (writable !== undefined) {
    handler = upload({ root, writable: writable.folder, maxBody: writable.maxBody, problem, files });
  }
  if (demo !== undefined) handler = demo.handler({ files: handler, conversations, problem });
  if (options.reload !== undefined) handler = options.reload.over(handler);
  handler = mounted(handler, options.mounts ?? []);
  // From the inside out: who may act, who may come in, what every answer carries, and last what is counted.
  handler = guard(handler, { names: options.serverNames ?? [] });
  if (options.auth !== undefined) handler = basicAuth(handler, { ...options.auth, problem });
  if (options.httpsPort !== undefined) handler = httpsRedirect(handler, options.httpsPort);
  if (options.onError !== undefined) handler = answerUnexpected(handler, problem, options.onError);
  handler = withStandingFields(handler, options.standing);
  handler = conversations.counted(handler);
  for (const observer of options.observers) handler = observed(handler, observer);
  return handler;
}

function mounted(handler: Handler, mounts: readonly Mount[]): Handler {
  if (mounts.length === 0) return handler;
  const byLength = mounts.toSorted((a, b) => b.path.length - a.path.length);
  return (request) => {
    const { path } = request;
    const mount = byLength.find((one) => path === one.path || path.startsWith(`${one.path}/`));
    return (mount?.handler ?? handler)(request);
  };
}
