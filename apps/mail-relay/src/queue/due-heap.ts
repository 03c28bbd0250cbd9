/** Who is due first: a binary heap of times, in which an entry that has become wrong is passed over when it comes up. */

export class DueHeap {
  readonly #entries: { readonly due: number; readonly id: string }[] = [];

  get size(): number {
    return this.#entries.length;
  }

  peek(): { readonly due: number; readonly id: string } | undefined {
    return this.#entries[0];
  }

  push(due: number, id: string): void {
    const entries = this.#entries;
    let at = entries.push({ due, id }) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#due(above) <= this.#due(at)) break;
      this.#swap(above, at);
      at = above;
    }
  }

  pop(): { readonly due: number; readonly id: string } | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (entries.length === 0 || last === undefined) return first;
    entries[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) if (this.#due(below) < this.#due(least)) least = below;
      if (least === at) return first;
      this.#swap(least, at);
      at = least;
    }
  }

  #due(at: number): number {
    return this.#entries[at]?.due ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#entries[a], this.#entries[b]];
    if (first === undefined || second === undefined) return;
    this.#entries[a] = second;
    this.#entries[b] = first;
  }
}
