/** What every response carries because of an option: `--header`, `--no-cache`, `--cors`, `--coi`. */
import type { FieldLines } from "@socketscope/http";
import { answerPreflight, CORS_FIELDS, type Handler, type Response } from "@socketscope/web";

export interface StandingOptions {
  /** Name, value, name, value, … as the user wrote them. */
  readonly fields: FieldLines;
  /** `Cache-Control: no-cache`: kept, but asked about each time (RFC 9111 §5.2.2.4). */
  readonly noCache: boolean;
  /** Any site's scripts may read what is here, ranges included. */
  readonly cors: boolean;
  /** Cross-origin isolation: pages get SharedArrayBuffer and exact clocks. */
  readonly coi: boolean;
}

export function withStandingFields(handler: Handler, options: StandingOptions): Handler {
  const own = standing(options);
  if (own.length === 0 && !options.cors) return handler;
  const dress = (response: Response): Response => ({
    ...response,
    fields: replaced(response.fields ?? [], own),
  });
  return (request) => {
    const preflight = options.cors ? answerPreflight(request) : undefined;
    if (preflight !== undefined) return dress(preflight);
    const response = handler(request);
    return response instanceof Promise ? response.then(dress) : dress(response);
  };
}

function standing({ fields, noCache, cors, coi }: StandingOptions): FieldLines {
  const own: string[] = [];
  if (noCache) own.push("Cache-Control", "no-cache");
  if (cors) own.push(...CORS_FIELDS);
  // HTML Standard, "Cross-origin opener policies": both together isolate a page.
  if (coi)
    own.push("Cross-Origin-Opener-Policy", "same-origin", "Cross-Origin-Embedder-Policy", "require-corp");
  // What the user wrote himself wins over the rest.
  return replaced(own, fields);
}

/** `own` in place of lines of the same names. `no-store` of a page that changes stays: it is stricter than no-cache. */
function replaced(fields: FieldLines, own: FieldLines): FieldLines {
  const names = new Set<string>();
  const kept: string[] = [];
  const strict = fields.some((text, i) => i % 2 === 1 && text === "no-store");
  for (let i = 0; i + 1 < own.length; i += 2) {
    if (strict && own[i + 1] === "no-cache") continue;
    names.add((own[i] ?? "").toLowerCase());
    kept.push(own[i] ?? "", own[i + 1] ?? "");
  }
  const rest: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (!names.has((fields[i] ?? "").toLowerCase())) rest.push(fields[i] ?? "", fields[i + 1] ?? "");
  }
  return [...rest, ...kept];
}
