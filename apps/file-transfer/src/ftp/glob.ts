/** The patterns that users of LIST and NLST type, as in a shell: `*`, `?`, `[a-z]`, in the last name of a path. */

export function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/**
 * Whether the whole name fits. Walks back to the last star only: no pattern takes longer than name times pattern.
 * RFC 959 knows no patterns; a name that begins with a dot fits only a pattern that does (POSIX.1 §2.14.3).
 */
export function fits(name: string, pattern: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  const [text, wanted] = [[...name], pieces(pattern)];
  let [at, piece] = [0, 0];
  let star: { readonly piece: number; at: number } | undefined;
  while (at < text.length) {
    const now = wanted[piece];
    if (now === "*") star = { piece: piece++, at };
    else if (now?.(text[at] ?? "") === true) {
      at++;
      piece++;
    } else if (star === undefined) return false;
    else {
      at = ++star.at;
      piece = star.piece + 1;
    }
  }
  while (wanted[piece] === "*") piece++;
  return piece === wanted.length;
}

type Piece = "*" | ((character: string) => boolean);

function pieces(pattern: string): readonly Piece[] {
  const found: Piece[] = [];
  const text = [...pattern];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const end = character === "[" ? text.indexOf("]", at + 2) : -1;
    if (character === "*") found.push("*");
    else if (character === "?") found.push(() => true);
    else if (end > 0) {
      found.push(oneOf(text.slice(at + 1, end)));
      at = end;
    } else found.push((other) => other === character);
  }
  return found;
}

function oneOf(set: readonly string[]): (character: string) => boolean {
  const negated = set[0] === "!" || set[0] === "^";
  const members = negated ? set.slice(1) : set;
  return (character) => {
    for (let at = 0; at < members.length; at++) {
      const [low = "", dash, high] = members.slice(at, at + 3);
      const isRange = dash === "-" && high !== undefined;
      if (isRange ? character >= low && character <= high : character === low) return !negated;
      if (isRange) at += 2;
    }
    return negated;
  };
}
