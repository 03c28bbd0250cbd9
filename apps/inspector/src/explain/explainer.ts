/** What is said of a message and of its parts. One explainer follows one socket, since a reply means something to what it answers. */
import type { Explanation, Message } from "@socketscope/wire";

export interface Told {
  readonly means: string;
  readonly source?: string;
  /** What may come next. */
  readonly follows: readonly string[];
  /** Status or reply code. */
  readonly code?: number;
  /** The answer is no. */
  readonly refuses?: boolean;
  /** What the content is, where it is read by itself. */
  readonly holds?: "playlist";
}

export interface PartTold {
  readonly means: string;
  readonly source?: string;
}

export interface Explainer {
  /** In the order of the talk. `octets`: the message's own, at least its first 4 KiB. */
  message(message: Message, octets: Uint8Array): Told;
  /** `text`: the part's octets, a letter for each. */
  part(message: Message, name: string, text: string): PartTold;
}

/** Octets of a message that an explainer is given. */
export const EXPLAINED_OCTETS = 4096;

export function told({ sentence, source, follows }: Explanation, more: Partial<Told> = {}): Told {
  return { means: sentence, source, follows, ...more };
}

export function partTold({ sentence, source }: Explanation): PartTold {
  return { means: sentence, source };
}

export const NOT_KNOWN: Told = { means: "Not known: this could not be read as a message.", follows: [] };

/** The last questions of a socket by the id of their message: an answer names the one it answers. */
export class Questions<Question> {
  readonly #asked = new Map<number, Question>();
  readonly #most: number;

  constructor(most = 1000) {
    this.#most = most;
  }

  ask(id: number, question: Question): void {
    this.#asked.set(id, question);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > this.#most && oldest !== undefined) this.#asked.delete(oldest);
  }

  of(answers: number | undefined): Question | undefined {
    return answers === undefined ? undefined : this.#asked.get(answers);
  }
}
