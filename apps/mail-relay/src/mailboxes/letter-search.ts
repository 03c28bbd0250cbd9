/**
 * Finds letters by all of their text. Of each letter that came in the text is kept in memory as long as there is room,
 * the newest first; of others the file is read when somebody searches, one search after the other, and only so much.
 */
import { setImmediate as pause } from "node:timers/promises";
import { readSoughtText, type LetterText } from "./letter-text.ts";
import { finder, type Searched } from "./search.ts";

export interface SearchLimits {
  /** Characters of letters' text that are kept in memory. */
  readonly memory: number;
  /** Octets of files that one search reads, the newest letters first. */
  readonly files: number;
  /** Octets of one letter that are taken apart; what is attached does not count. */
  readonly letter: number;
}

const MiB = 1024 * 1024;

export const defaultSearchLimits: SearchLimits = { memory: 32 * MiB, files: 64 * MiB, letter: MiB };

export interface Candidate extends Searched {
  readonly id: string;
  /** Octets. */
  readonly size: number;
}

export interface Found<C> {
  readonly found: readonly C[];
  /** Letters whose text would have counted and was not looked at to its end. */
  readonly skipped: number;
}

/** What came out of a file, so that a page that follows the same search does not read it again. */
interface Judged {
  readonly seen: boolean;
  readonly fits: boolean;
  readonly isWhole: boolean;
}

/** Letters that are judged from memory before others have their turn. */
const AT_ONCE = 250;

export class LetterSearch {
  readonly #limits: SearchLimits;
  /** By id, the longest kept first. */
  readonly #texts = new Map<string, string>();
  #characters = 0;
  #last: { readonly typed: string; readonly judged: Map<string, Judged> } = { typed: "", judged: new Map() };
  #before: Promise<unknown> = Promise.resolve();

  constructor(limits: Partial<SearchLimits> = {}) {
    this.#limits = { ...defaultSearchLimits, ...limits };
  }

  /** Of a letter that has just come. */
  keep(id: string, text: string): void {
    if (text.length > this.#limits.memory) return;
    this.#texts.set(id, text);
    this.#characters += text.length;
    for (const oldest of this.#texts.keys()) {
      if (this.#characters <= this.#limits.memory) return;
      this.forget(oldest);
    }
  }

  forget(id: string): void {
    this.#characters -= this.#texts.get(id)?.length ?? 0;
    this.#texts.delete(id);
    this.#last.judged.delete(id);
  }

  /** `letters` in the order in which they are looked at. `read`: the octets of one; who has gone by then throws. */
  find<C extends Candidate>(
    typed: string,
    letters: readonly C[],
    read: (letter: C) => AsyncIterable<Uint8Array>,
  ): Promise<Found<C>> {
    const result = this.#before.then(() => this.#find(typed, letters, read));
    this.#before = result.catch(() => undefined);
    return result;
  }

  async #find<C extends Candidate>(
    typed: string,
    letters: readonly C[],
    read: (letter: C) => AsyncIterable<Uint8Array>,
  ): Promise<Found<C>> {
    const test = finder(typed);
    if (this.#last.typed !== typed) this.#last = { typed, judged: new Map() };
    const found: C[] = [];
    let skipped = 0;
    let left = this.#limits.files;
    for (const [index, letter] of letters.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await pause();
      const { id, seen, size } = letter;
      const fits = test(letter, this.#texts.get(id));
      if (fits !== undefined) {
        if (fits) found.push(letter);
        continue;
      }
      let judged = this.#last.judged.get(id);
      if (judged?.seen !== seen && size <= left) {
        left -= size;
        const { text, isWhole } = await this.#read(letter, read);
        judged = { seen, fits: test(letter, text) === true, isWhole };
        this.#last.judged.set(id, judged);
      }
      if (judged?.isWhole !== true) skipped++;
      if (judged?.fits ?? test(letter, "") === true) found.push(letter);
    }
    return { found, skipped };
  }

  /** Who has gone meanwhile has no text. */
  async #read<C>(letter: C, read: (letter: C) => AsyncIterable<Uint8Array>): Promise<LetterText> {
    try {
      return await readSoughtText(read(letter), this.#limits.letter);
    } catch {
      return { text: "", isWhole: true };
    }
  }
}
