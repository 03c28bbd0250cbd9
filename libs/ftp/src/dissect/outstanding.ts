/**
 * Which command a reply is for. They come in order but for one: a transfer's last reply comes when it is over, behind or
 * before those to commands that were said meanwhile (RFC 959 §5.4, §4.1.3 on STAT and ABOR), and only its code tells.
 */
import { Pairing } from "@socketscope/wire";
import { isTransferVerb, isVerb } from "../commands.ts";

export interface Asked {
  readonly id: number | undefined;
  readonly verb: string;
}

/** RFC 959 §5.4: what ends a transfer and is no usual answer to a command that may be said during one. */
const ENDS = new Set([226, 425, 426, 451, 452, 522, 551, 552]);

export class Outstanding {
  readonly #pairing: Pairing<Asked>;
  #running: Asked | undefined;

  constructor(max: number) {
    this.#pairing = new Pairing(max);
  }

  get inDoubt(): boolean {
    return this.#pairing.inDoubt;
  }

  asked(asked: Asked): void {
    this.#pairing.asked(asked);
  }

  lost(): void {
    this.#pairing.lost();
    this.#running = undefined;
  }

  /** What a whole reply with this code is for; it is taken off. Undefined where nothing was asked, or it is not sure. */
  answered(code: number): Asked | undefined {
    const running = this.#running;
    const current = this.#pairing.current();
    if (running !== undefined && code >= 200 && (current === undefined || ENDS.has(code))) {
      this.#running = undefined;
      return running;
    }
    // RFC 959 §4.2: 1yz is not the last word; a transfer's other one comes later, whatever is asked till then.
    if (code >= 200) this.#pairing.answered();
    else if (current !== undefined && isVerb(current.verb) && isTransferVerb(current.verb)) {
      this.#running = current;
      this.#pairing.answered();
    }
    return current ?? running;
  }
}
