/** What `staticFiles` says when there is no file to send. */
import { encodePath, type FieldLines } from "@socketscope/http";
import type { Response } from "./handler.ts";
import type { NoFile } from "./static-file.ts";
import type { Problem } from "./static-options.ts";

export const METHOD_NOT_ALLOWED: Problem = {
  status: 405,
  text: "Files can be read here, with GET and HEAD.",
  // RFC 9110 §15.5.6: 405 says what is allowed.
  fields: ["Allow", "GET, HEAD, OPTIONS"],
};

/** RFC 9110 §9.3.7: what can be done with a file, or (OPTIONS *) with the server; whether there is one, GET says. */
export const CAPABILITIES: Response = { status: 204, fields: ["Allow", "GET, HEAD, OPTIONS"] };

export const NOT_ACCEPTABLE: Problem = {
  status: 406,
  text: "The file has no form in the codings asked for.",
  fields: ["Vary", "Accept-Encoding"],
};

export const NO_FILE: Readonly<Record<NoFile, Problem>> = {
  missing: { status: 404, text: "There is no file by this name.", fields: [] },
  forbidden: { status: 403, text: "The server may not read this file.", fields: [] },
  busy: { status: 503, text: "Too many files are open.", fields: ["Retry-After", "1"] },
};

/** What decides between the fallback and a 404 (RFC 9110 §12.5.5: so both vary). */
export const PAGE_OR_PART = "Accept, Sec-Fetch-Dest";

/** Missing, but a navigation would have got the fallback. */
export const MISSING_PART: Problem = { ...NO_FILE.missing, fields: ["Vary", PAGE_OR_PART] };

export function malformedPath(reason: string): Problem {
  return { status: 400, text: `The address is malformed: ${reason}.`, fields: [] };
}

/** The problem in plain text, for apps without pages of their own. */
export function plainProblem({ status, text, fields }: Problem): Response {
  return { status, fields: [...TEXT, ...fields], content: `${text}\n` };
}

/**
 * 301 to the folder `path` with its slash. Relative, so that "//evil.example" as a path cannot become another
 * host; "./" first, so that "a:b" cannot become a scheme (RFC 3986 §4.2).
 */
export function redirectToFolder(path: string, query: string): Response {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const location = `./${encodePath(name)}/${query === "" ? "" : `?${query}`}`;
  return { status: 301, fields: [...TEXT, "Location", location], content: `The folder is at ${location}\n` };
}

const TEXT: FieldLines = ["Content-Type", "text/plain; charset=utf-8"];
