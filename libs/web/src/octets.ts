/** Octets that a handler has in memory, answered as a file is: conditions, ranges, HEAD (RFC 9110 §13, §14). */
import type { FieldLines } from "@socketscope/http";
import type { Request, Response } from "./handler.ts";
import { answer, MemorySource, represent } from "./static-answer.ts";
import { STATIC_LIMITS } from "./static-options.ts";
import { plainProblem } from "./static-problems.ts";

export interface Octets {
  readonly octets: Uint8Array;
  /** Content-Type. */
  readonly type: string;
  /** The opaque part of a strong entity tag (RFC 9110 §8.8.3): without quotes. */
  readonly etag?: string;
  readonly cacheControl?: string;
  readonly fields?: FieldLines;
}

/** For GET and HEAD. */
export function answerOctets(request: Request, content: Octets): Response | Promise<Response> {
  const { octets, type, etag, cacheControl, fields = [] } = content;
  const representation = represent({
    type,
    validators: etag === undefined ? {} : { etag: { weak: false, opaque: etag } },
    coding: "identity",
    vary: undefined,
    cacheControl,
    more: fields,
  });
  return answer(request, representation, new MemorySource(octets), {
    now: Date.now(),
    maxRanges: STATIC_LIMITS.ranges,
    problem: plainProblem,
  });
}
