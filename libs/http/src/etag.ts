/** RFC 9110 §8.8.3: entity tags, and the two ways to compare them. */

/** The opaque part without its quotes. */
export interface EntityTag {
  readonly weak: boolean;
  readonly opaque: string;
}

// RFC 9110 §8.8.3: etagc = %x21 / %x23-7E / obs-text; there is no escaping inside.
const OPAQUE = '"([\\x21\\x23-\\x7e\\x80-\\xff]*)"';
const ENTITY_TAG = new RegExp(`^(W/)?${OPAQUE}$`);

/** `"xyzzy"`, `W/"xyzzy"`; undefined for anything else (`w/`, no quotes, blanks inside). */
export function parseEntityTag(text: string): EntityTag | undefined {
  const match = ENTITY_TAG.exec(text);
  return match ? { weak: match[1] !== undefined, opaque: match[2] ?? "" } : undefined;
}

export function formatEntityTag(tag: EntityTag): string {
  return `${tag.weak ? "W/" : ""}"${tag.opaque}"`;
}

/**
 * The value of If-Match or If-None-Match (RFC 9110 §13.1.1): `"*"`, or the tags in it. A member that is no
 * entity tag is left out: it can match nothing. (Commas are legal inside a tag, so this is no plain split.)
 */
export function parseEntityTags(value: string): "*" | readonly EntityTag[] {
  if (/^[\t ]*\*[\t ]*$/.test(value)) return "*";
  const tags: EntityTag[] = [];
  // A member begins at the value's start or after a comma; rubbish runs to the next comma.
  const member = new RegExp(`[\\t ]*(?:(W/)?${OPAQUE}[\\t ]*(?=,|$)|[^,]*)(?:,|$)`, "y");
  while (member.lastIndex < value.length) {
    const match = member.exec(value);
    if (!match) break;
    if (match[2] !== undefined) tags.push({ weak: match[1] !== undefined, opaque: match[2] });
  }
  return tags;
}

/** RFC 9110 §8.8.3.2: equal and both not weak: the octets are the same. For If-Match, If-Range. */
export function strongMatch(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque;
}

/** RFC 9110 §8.8.3.2: equal, weak or not. For If-None-Match. */
export function weakMatch(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}
