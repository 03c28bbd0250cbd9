/**
 * HTML that is safe by construction: whatever is put into the template is escaped, unless it is Markup, and Markup
 * is made by the template itself. Attribute values must stand in double quotes.
 */

/** Text that is HTML already. Nominal on purpose: an object that came from JSON cannot pass for it. */
export class Markup {
  readonly #source: string;

  private constructor(source: string) {
    this.#source = source;
  }

  /** For HTML written in our own source, never for text that came from outside. */
  static trusted(source: string): Markup {
    return new Markup(source);
  }

  toString(): string {
    return this.#source;
  }
}

export type Piece = string | number | Markup | false | undefined | readonly Piece[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For element content and for quoted attribute values. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

function sourceOf(piece: Piece): string {
  if (piece === undefined || piece === false) return "";
  if (typeof piece === "string") return escape(piece);
  if (typeof piece === "number") return String(piece);
  if (piece instanceof Markup) return piece.toString();
  return piece.map(sourceOf).join("");
}

/** `` markup`<b title="${anything}">${anything}</b>` ``. `false` and `undefined` leave nothing, lists are joined. */
export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  let source = strings[0] ?? "";
  for (const [i, piece] of pieces.entries()) source += sourceOf(piece) + (strings[i + 1] ?? "");
  return Markup.trusted(source);
}
