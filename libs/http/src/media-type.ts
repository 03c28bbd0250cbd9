/** RFC 9110 §8.3.1: media types: `type/subtype; name=value`. */
import { isToken, quote, splitList, trimBlank, unquote } from "./list.ts";

export interface MediaType {
  /** Lower case. */
  readonly type: string;
  /** Lower case. */
  readonly subtype: string;
  /** Names in lower case, values as they came, without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Undefined when it is no media type. A parameter that is malformed or comes twice makes the whole undefined. */
export function parseMediaType(text: string): MediaType | undefined {
  const [essence = "", ...rest] = splitList(text, ";");
  const [type = "", subtype = "", more] = essence.toLowerCase().split("/");
  if (!isToken(type) || !isToken(subtype) || more !== undefined) return undefined;
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf("=");
    // RFC 9110 §5.6.6: no blanks around "="; they are seen in the wild, and harmless here.
    const name = trimBlank(parameter.slice(0, Math.max(equals, 0))).toLowerCase();
    const value = trimBlank(parameter.slice(equals + 1));
    const plain = value.startsWith('"') ? unquote(value) : value;
    if (!isToken(name) || plain === undefined || (plain === value && !isToken(plain))) return undefined;
    if (parameters.has(name)) return undefined;
    parameters.set(name, plain);
  }
  return { type, subtype, parameters };
}

/** The wire form; values are quoted where they are no tokens. */
export function formatMediaType(media: MediaType): string {
  let text = `${media.type}/${media.subtype}`;
  for (const [name, value] of media.parameters) text += `; ${name}=${isToken(value) ? value : quote(value)}`;
  return text;
}
