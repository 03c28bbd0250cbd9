/** "Did you mean": the name in a folder that is the fewest slips of the finger away. */

export interface Near<Candidate> {
  readonly candidate: Candidate;
  /** Letters added, left out, replaced or swapped with their neighbour. */
  readonly distance: number;
}

/** Undefined where nothing is near: more than a third of the letters, or more than 4, would have to change. */
export function nearest<Candidate extends { readonly name: string }>(
  name: string,
  candidates: readonly Candidate[],
): Near<Candidate> | undefined {
  const wanted = [...name.toLowerCase()];
  let best: Near<Candidate> | undefined;
  let limit = Math.min(4, Math.floor(wanted.length / 3));
  for (const candidate of candidates) {
    const letters = [...candidate.name.toLowerCase()];
    if (Math.abs(letters.length - wanted.length) > limit) continue;
    const distance = slips(wanted, letters);
    if (distance > limit || (best !== undefined && distance >= best.distance)) continue;
    best = { candidate, distance };
    limit = distance;
  }
  return best;
}

/** Damerau's distance in its restricted form (optimal string alignment): three rows are enough. */
export function slips(from: readonly string[], to: readonly string[]): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      let least = Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] && i > 1 && j > 1) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    before = above;
    above = row;
  }
  return above[to.length] ?? 0;
}

/** Which letters of `to` are not in `from` in the same order: those to show. True for the new ones. */
export function differing(from: string, to: string): readonly boolean[] {
  const a = [...from.toLowerCase()];
  const b = [...to];
  const lower = b.map((letter) => letter.toLowerCase());
  // Longest common subsequence, from the ends to the starts.
  const common = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = common[i] ?? [];
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === lower[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), row[j + 1] ?? 0);
  }
  const marks = b.map(() => true);
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === lower[j]) {
      marks[j] = false;
      i++;
      j++;
    } else if (at(i + 1, j) > at(i, j + 1)) i++;
    else j++;
  }
  return marks;
}
