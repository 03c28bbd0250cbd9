/** Letting scripts of other sites read what is here (WHATWG Fetch §3.3). */
import { addVary, type FieldLines } from "@socketscope/http";
import type { Request, Response } from "./handler.ts";

/** For every response: any site's scripts may read it, and these of its fields beside those that are always safe. */
export const CORS_FIELDS: FieldLines = [
  "Access-Control-Allow-Origin",
  "*",
  "Access-Control-Expose-Headers",
  "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag, Location",
];

/** Seconds a browser may remember the answer to a preflight. */
const PREFLIGHT_AGE = "600";

/** WHATWG Fetch §4.8: what a browser asks before a request that a form could not have sent; undefined for any other. */
export function answerPreflight(
  { method, fields }: Request,
  methods = "GET, HEAD, PUT, POST, DELETE, OPTIONS",
): Response | undefined {
  if (method !== "OPTIONS" || !fields.has("origin") || !fields.has("access-control-request-method"))
    return undefined;
  const wanted = fields.get("access-control-request-headers");
  const allowed = wanted === undefined ? [] : ["Access-Control-Allow-Headers", wanted];
  const vary = addVary("Access-Control-Request-Method", "Access-Control-Request-Headers");
  return {
    status: 204,
    fields: [
      "Access-Control-Allow-Methods",
      methods,
      ...allowed,
      "Access-Control-Max-Age",
      PREFLIGHT_AGE,
      "Vary",
      vary,
    ],
  };
}
