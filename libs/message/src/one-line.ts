/** Octets of a field's value that come from elsewhere: with its name well below the 998 of RFC 5322 §2.1.1. */
const LENGTH = 300;

/** What others said, fit for one line of a field: nothing in it ends the line; without `utf8` it is US-ASCII. */
export function oneLine(text: string, utf8: boolean): string {
  const clean = text.replaceAll(/[\0-\x1f\x7f]+/g, " ").trim();
  const plain = utf8 ? clean : clean.replaceAll(/[^\x20-\x7e]/g, "?");
  return plain.slice(0, LENGTH);
}
