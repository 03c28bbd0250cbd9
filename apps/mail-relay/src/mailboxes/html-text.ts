/** What a person reads of HTML, as far as a search and a preview need it. Linear in its length, whatever it holds. */

/** Left out whole, tags and all. */
const UNSEEN = ["style", "script", "title"] as const;

/** Those of the names that stand in letters; others stay as they are written. */
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  shy: "",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  Auml: "Ä",
  Ouml: "Ö",
  Uuml: "Ü",
  szlig: "ß",
  eacute: "é",
  egrave: "è",
  euro: "€",
  ndash: "–",
  mdash: "—",
  hellip: "…",
};

export function htmlText(html: string): string {
  // Names of elements are found in either case; letters that change their length with it (İ) must not move them.
  const lower = html.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const texts: string[] = [];
  let at = 0;
  for (;;) {
    const open = html.indexOf("<", at);
    texts.push(html.slice(at, open < 0 ? html.length : open));
    const end = open < 0 ? -1 : endOfMarkup(lower, open);
    // Never closed: nothing behind it is markup, and it is not looked for twice.
    if (end < 0) break;
    at = end;
  }
  return texts
    .join(" ")
    .replaceAll(/&(?:#(\d{1,7})|#[xX]([\dA-Fa-f]{1,6})|([A-Za-z]{2,6}));/g, (whole, decimal, hex, name) =>
      typeof name === "string" ? (ENTITIES[name] ?? whole) : character(decimal, hex),
    );
}

/** Behind the tag, the comment, or the element that is not seen; -1: it has no end. */
function endOfMarkup(lower: string, open: number): number {
  // As in "1 < 2": no tag begins so.
  if (!/[a-z/!?]/.test(lower.charAt(open + 1))) return open + 1;
  if (lower.startsWith("!--", open + 1)) return behind(lower, "-->", open);
  const unseen = UNSEEN.find(
    (name) => lower.startsWith(name, open + 1) && /[\s/>]/.test(lower.charAt(open + 1 + name.length)),
  );
  const from = unseen === undefined ? open : lower.indexOf(`</${unseen}`, open);
  return from < 0 ? -1 : behind(lower, ">", from);
}

function behind(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found < 0 ? -1 : found + what.length;
}

function character(decimal: unknown, hex: unknown): string {
  const code = typeof hex === "string" ? Number.parseInt(hex, 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
