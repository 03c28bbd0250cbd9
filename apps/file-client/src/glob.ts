/** `*`, `?` and `[a-z]` in the last part of a path, as a shell has them. */

export function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/** A leading dot is matched by a dot only. Linear: each `*` is tried from its latest place only. */
export function matches(pattern: string, name: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  let [at, star, mark] = [0, -1, 0];
  let from = 0;
  while (from < name.length) {
    const step = at < pattern.length ? one(pattern, at, name[from] ?? "") : undefined;
    if (pattern[at] === "*") {
      star = at++;
      mark = from;
    } else if (step !== undefined && step > 0) {
      at += step;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++mark;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/** How many letters of the pattern this one matched; 0: it does not. */
function one(pattern: string, at: number, letter: string): number {
  const wanted = pattern[at];
  if (wanted === "?") return 1;
  const end = wanted === "[" ? pattern.indexOf("]", at + 2) : -1;
  if (end < 0) return wanted === letter ? 1 : 0;
  const set = pattern.slice(at + 1, end);
  const negated = set.startsWith("!") || set.startsWith("^");
  return inSet(negated ? set.slice(1) : set, letter) === negated ? 0 : end + 1 - at;
}

function inSet(set: string, letter: string): boolean {
  for (let i = 0; i < set.length; i++) {
    const [low = "", dash, high] = [set[i], set[i + 1], set[i + 2]];
    if (dash === "-" && high !== undefined) {
      if (low <= letter && letter <= high) return true;
      i += 2;
    } else if (low === letter) return true;
  }
  return false;
}
