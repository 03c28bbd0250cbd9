/**
 * One plain sentence for every word HTTP/1.1 says: methods, status codes, field names. Anything else gets a sentence
 * that says it is not known here and what the RFC lets one conclude all the same.
 */
import { explanationOf, unexplained, type Explanation } from "@socketscope/wire";
import { BEYOND_FIELDS } from "./explain/fields-beyond.ts";
import { BROWSER_FIELDS } from "./explain/fields-browser.ts";
import { HTTP_FIELDS } from "./explain/fields-http.ts";
import { METHODS } from "./explain/methods.ts";
import { STATUS_CLASSES, STATUSES } from "./explain/statuses.ts";

export type { Explanation } from "@socketscope/wire";

const FIELDS = new Map(Object.entries({ ...HTTP_FIELDS, ...BEYOND_FIELDS, ...BROWSER_FIELDS }));
const METHOD_TABLE = new Map(Object.entries(METHODS));

export const EXPLAINED_METHODS: readonly string[] = [...METHOD_TABLE.keys()];
export const EXPLAINED_STATUSES: readonly number[] = Object.keys(STATUSES).map(Number);
/** In lower case. */
export const EXPLAINED_FIELDS: readonly string[] = [...FIELDS.keys()];

/** `method` as it came: case counts (RFC 9110 §9.1). */
export function explainMethod(method: string): Explanation {
  const entry = METHOD_TABLE.get(method);
  if (entry !== undefined) return explanationOf(entry);
  // RFC 9110 §9.1: a method that is not known is answered with 501.
  return unexplained(
    "A method not known here; a server that does not know it answers 501.",
    "RFC 9110 §9.1",
    ["501", "405"],
  );
}

export function explainStatus(status: number): Explanation {
  const entry = STATUSES[status];
  if (entry !== undefined) return explanationOf(entry);
  // RFC 9110 §15: an unknown code is treated as the x00 of its class.
  const family = STATUS_CLASSES[Math.floor(status / 100)];
  if (family === undefined) return unexplained("Not a status code: those are 100 to 599.", "RFC 9110 §15");
  const [meaning, source, ...follows] = family;
  return unexplained(`A code not known here; its first digit says: ${meaning}.`, source, follows);
}

/** `name` in any case (RFC 9110 §5.1). */
export function explainField(name: string): Explanation {
  const entry = FIELDS.get(name.toLowerCase());
  if (entry !== undefined) return explanationOf(entry);
  // RFC 9110 §5.1: who does not know a field ignores it, a proxy passes it on.
  return unexplained("A field not known here; who does not know it ignores it.", "RFC 9110 §5.1");
}
