/** What `staticFiles` can be told, with its limits and their defaults. */
import type { FieldLines } from "@socketscope/http";
import type { Request, Response } from "./handler.ts";

/** Content codings a file may lie beside itself in, `app.js.br` for `app.js`. */
export type Coding = "br" | "zstd" | "gzip";

/** An answer that is no file: what the app makes a page of. */
export interface Problem {
  /** 400, 403, 404, 405, 406, 412, 416 or 503. */
  readonly status: number;
  /** One sentence for the reader. */
  readonly text: string;
  /** To be sent with it, e.g. Allow, Content-Range. */
  readonly fields: FieldLines;
}

/** A folder without an index file. */
export interface Folder {
  /** Decoded, with a slash at both ends. */
  readonly path: string;
  /** Where it really is; inside the root unless links are followed. */
  readonly location: string;
}

export interface StaticOptions {
  /** The folder that is served. Looked up anew for each file, so it may be a link that a deployment switches. */
  readonly root: string;
  /** Content-Type for a file's path, with its charset; undefined: application/octet-stream. */
  readonly typeOf: (path: string) => string | undefined;
  /** Tried in this order for a path that ends with "/". Default `["index.html"]`. */
  readonly index?: readonly string[];
  /** Tried in this order for a name that is no file: `/about` → `about.html`. Default `[".html"]`. */
  readonly extensions?: readonly string[];
  /** The file, below the root, for every navigation that finds nothing: single-page applications. Default: none. */
  readonly fallback?: string;
  /** Serve links that lead out of the root, or to hidden files. Default false: 404. */
  readonly followSymlinks?: boolean;
  /** Cache-Control for a file's path. Default: none is sent. */
  readonly cacheControl?: (path: string) => string | undefined;
  /** Sent with every file, and with 304. Default none. */
  readonly fields?: FieldLines;
  /** Siblings that are looked for, the favourite first. Default br, zstd, gzip. */
  readonly precompressed?: readonly Coding[];
  /** Codings made on the fly for types that shrink, the favourite first. Default br, gzip. */
  readonly compress?: readonly ("br" | "gzip")[];
  /** Answers for a folder without an index. Default: 404. */
  readonly list?: (folder: Folder, request: Request) => Response | Promise<Response>;
  /** Makes the page of an error. Default: its text as text/plain. */
  readonly problem?: (problem: Problem, request: Request) => Response | Promise<Response>;
  readonly limits?: Partial<StaticLimits>;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

export interface StaticLimits {
  /** Octets of the largest file kept in memory. Default 256 KiB; 0 keeps none. */
  readonly cachedFile: number;
  /** Octets kept in memory in all, codings and names included. Default 64 MiB. */
  readonly cachedOctets: number;
  /** Paths kept in memory. Default 4,096. */
  readonly cachedPaths: number;
  /** Milliseconds after which a kept path is looked up from the start (a new sibling, a new index). Default 1,000. A changed file is seen at once. */
  readonly recheck: number;
  /** Octets of one read of a file that is not kept. Default 256 KiB; two are in memory at a time. */
  readonly read: number;
  /** Octets from which a file is compressed on the fly. Default 1,024. */
  readonly compressFrom: number;
  /** Larger files compressed at the same time; with more, they go out as they are. Default 8. */
  readonly compressors: number;
  /** Ranges in one request (RFC 9110 §17.15). Default 32. */
  readonly ranges: number;
}

export const STATIC_LIMITS: StaticLimits = {
  cachedFile: 256 * 1024,
  cachedOctets: 64 * 1024 * 1024,
  cachedPaths: 4096,
  recheck: 1000,
  read: 256 * 1024,
  compressFrom: 1024,
  compressors: 8,
  ranges: 32,
};
