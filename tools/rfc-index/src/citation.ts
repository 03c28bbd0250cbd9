/** How a clause is cited in this house: `RFC 9112 §6.3`, several as `RFC 9112 §2.2, §2.3`, a span as `RFC 9112 §2–§5`. */

export interface Citation {
  /** "9112". */
  readonly rfc: string;
  /** "6.3", "2–5", "B.1". */
  readonly section: string;
}

const SECTION = String.raw`§[\dA-Z][\d.]*(?:–§?[\dA-Z][\d.]*)?`;
const CITED = new RegExp(String.raw`RFC (\d{3,5}) (${SECTION}(?:(?:, | and )${SECTION})*)`, "g");
const BARE = new RegExp(SECTION, "g");

export function citationsIn(text: string): readonly Citation[] {
  return Array.from(text.matchAll(CITED)).flatMap(([, rfc = "", sections = ""]) =>
    sectionsIn(sections).map((section) => ({ rfc, section })),
  );
}

/** Sections without an RFC: in a test's table the RFC is said once for all. */
export function sectionsIn(text: string): readonly string[] {
  return Array.from(text.matchAll(BARE), ([section]) => section.replaceAll("§", "").replace(/\.$/, ""));
}

/** A citation that a reader understands and this tool does not: it would be missing from the index. */
export function oddForms(text: string): readonly string[] {
  const odd =
    /\bRFC\d{3,5}\b(?!_)|\brfc \d{3,5}\b|\bRFC-\d{3,5}\b|\bRFC \d{3,5}:? (?:[Ss]ections?|[Ss]ec\.?|§ )|§ \d/g;
  return Array.from(text.matchAll(odd), ([form]) => form);
}

/** Sections in the order of a table of contents: 2 before 10, appendices last. */
export function bySection(a: string, b: string): number {
  const [left, right] = [a.split(/[.–]/), b.split(/[.–]/)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [one = "", other = ""] = [left[i], right[i]];
    if (one !== other) return one.localeCompare(other, "en", { numeric: true });
  }
  return 0;
}

/**
 * Whether `section` stands under what was cited: under the heading "9.3" stand 9.3.1 and 9.3.8, in the span "6–10"
 * stands everything from 6 to the last part of 10.
 */
export function isPartOf(section: string, cited: string): boolean {
  const [first = "", last] = cited.split("–");
  if (last === undefined) return section.startsWith(`${first}.`);
  const from = bySection(first, section) <= 0;
  return from && (bySection(section, last) <= 0 || section.startsWith(`${last}.`));
}
