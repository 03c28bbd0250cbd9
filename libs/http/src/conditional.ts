/** RFC 9110 §13: conditional requests, in the order of precedence of §13.2.2. */
import { parseDate } from "./date.ts";
import { parseEntityTag, parseEntityTags, strongMatch, weakMatch, type EntityTag } from "./etag.ts";
import type { Fields } from "./fields.ts";
import { trimBlank } from "./list.ts";

/** What is known of the representation that would be sent (RFC 9110 §8.8). */
export interface Validators {
  readonly etag?: EntityTag;
  /** Milliseconds since 1970; compared in whole seconds, as it is sent. */
  readonly lastModified?: number;
}

/** `"not-modified"`: answer 304 · `"failed"`: answer 412. */
export type Precondition = "proceed" | "not-modified" | "failed";

/**
 * What the request's preconditions say. `current` is undefined when the target has no representation now.
 * Only for a request that would otherwise be answered 2xx or 412 (RFC 9110 §13.2.1); Range and If-Range come
 * after it ({@link rangeApplies}).
 */
export function evaluatePreconditions(
  method: string,
  fields: Fields,
  current: Validators | undefined,
  now: number,
): Precondition {
  // RFC 9110 §13.2.1: methods that neither select nor modify a representation ignore conditions.
  if (method === "CONNECT" || method === "OPTIONS" || method === "TRACE") return "proceed";

  // RFC 9110 §13.2.2 step 1, else step 2: If-Unmodified-Since is ignored when If-Match is present.
  const ifMatch = fields.get("if-match");
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, current, strongMatch)) return "failed";
  } else if (modifiedSince(fields.get("if-unmodified-since"), current, now) === true) return "failed";

  // RFC 9110 §13.2.2 step 3, else step 4: If-Modified-Since is ignored when If-None-Match is present.
  const reads = method === "GET" || method === "HEAD";
  const ifNoneMatch = fields.get("if-none-match");
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, current, weakMatch)) return reads ? "not-modified" : "failed";
  } else if (reads && modifiedSince(fields.get("if-modified-since"), current, now) === false)
    return "not-modified";

  return "proceed";
}

/**
 * RFC 9110 §13.2.2 step 5: whether the Range field counts. To ask after {@link evaluatePreconditions} said
 * "proceed"; false means: send it whole, 200.
 */
export function rangeApplies(method: string, fields: Fields, current: Validators, now: number): boolean {
  // RFC 9110 §14.2: Range is defined for GET only.
  if (method !== "GET" || !fields.has("range")) return false;
  const ifRange = fields.get("if-range");
  if (ifRange === undefined) return true;
  const value = trimBlank(ifRange);
  const tag = parseEntityTag(value);
  if (tag) return current.etag !== undefined && strongMatch(tag, current.etag);
  const date = parseDate(value, now);
  if (date === undefined || current.lastModified === undefined) return false;
  // RFC 9110 §13.1.5: the date must match exactly, and be a strong validator in the sense of §8.8.2.2: the
  // second it names is over, so nothing can have changed twice in it.
  const modified = wholeSeconds(current.lastModified);
  return date === modified && modified + 1000 <= now;
}

function matches(
  value: string,
  current: Validators | undefined,
  equal: (a: EntityTag, b: EntityTag) => boolean,
) {
  const tags = parseEntityTags(value);
  // RFC 9110 §13.1.1: "*" stands for any current representation.
  if (tags === "*") return current !== undefined;
  const etag = current?.etag;
  return etag !== undefined && tags.some((tag) => equal(tag, etag));
}

/** Undefined when the condition does not count. */
function modifiedSince(
  value: string | undefined,
  current: Validators | undefined,
  now: number,
): boolean | undefined {
  if (value === undefined || current?.lastModified === undefined) return undefined;
  // RFC 9110 §13.1.3, §13.1.4: ignored unless it is one valid HTTP-date (two lines, joined by a comma, are not).
  const date = parseDate(trimBlank(value), now);
  return date === undefined ? undefined : wholeSeconds(current.lastModified) > date;
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
