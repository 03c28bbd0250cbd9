/** Characters of output a step may print. */
export const defaultOutput = 256 * 1024;

/** What a program has printed so far: bounded, and somebody may wait for more. */
export class Output {
  #limit: number;
  readonly #listeners = new Set<() => void>();
  readonly #decoder = new TextDecoder();
  #text = "";
  #overflow = false;

  /** `limit` in characters. */
  constructor(limit = defaultOutput) {
    this.#limit = limit;
  }

  get text(): string {
    return this.#text;
  }
  /** More came than is kept. */
  get overflow(): boolean {
    return this.#overflow;
  }

  add(chunk: Uint8Array): void {
    this.#text += this.#decoder.decode(chunk, { stream: true });
    if (this.#text.length > this.#limit) {
      this.#overflow = true;
      this.#text = this.#text.slice(0, this.#limit);
    }
    this.wake();
  }

  wake(): void {
    for (const listener of this.#listeners) listener();
  }

  clear(limit = this.#limit): void {
    this.#limit = limit;
    this.#text = "";
    this.#overflow = false;
  }

  /** The first defined answer of `find`, asked again at each change; undefined after `ms` milliseconds. */
  until<T>(find: () => T | undefined, ms: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const settle = (found: T | undefined): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        resolve(found);
      };
      const look = (): void => {
        const found = find();
        if (found !== undefined) settle(found);
      };
      const timer = setTimeout(() => settle(undefined), ms);
      this.#listeners.add(look);
      look();
    });
  }
}

/** As a reader sees them: without the newline at the end, which makes no line of its own. */
export function toLines(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}
