/**
 * A message's header section as it passes by, octet for octet: how often it was received, and what a submission
 * server adds where it is missing (RFC 6409 §8: Date, Message-ID), at the section's end and without keeping it.
 */
import { encodeUtf8 } from "@socketscope/wire";

const CR = 13;
const LF = 10;
const COLON = 58;
const SPACE = 32;
const TAB = 9;

/** Octets of a field's name that are looked at. */
const NAME = 32;

export class HeaderPass {
  /** Names in lower case, cut at 32 octets. */
  readonly #names = new Map<string, number>();
  readonly #missing: (has: (name: string) => boolean) => string;
  #inside = true;
  /** The line that is not at its end: what of its name is known, and whether it has more than that. */
  #name = "";
  #named = false;
  #lineOctets = 0;
  /** A CR at a line's start: the empty line, or not. */
  #heldCr = false;

  /** `missing`: the fields to add, each with its CRLF; asked once, at the section's end. */
  constructor(missing: (has: (name: string) => boolean) => string = () => "") {
    this.#missing = missing;
  }

  /** How many `Received` fields went by: RFC 5321 §6.3 counts them to find a loop. */
  get hops(): number {
    return this.#names.get("received") ?? 0;
  }

  /** What goes on in place of these octets. */
  pass(octets: Uint8Array): readonly Uint8Array[] {
    if (!this.#inside || octets.length === 0) return octets.length === 0 ? [] : [octets];
    const held = this.#heldCr;
    const end = this.#scan(octets);
    // The CR that was held back was no empty line's.
    const before = held && end !== -1 ? [CR_ONLY] : [];
    if (end === undefined)
      return [...before, this.#heldCr ? octets.subarray(0, octets.length - 1) : octets].filter(isSomething);
    this.#inside = false;
    const added = encodeUtf8(this.#missing((name) => this.#names.has(name)));
    const split = end < 0 ? [added, CR_ONLY, octets] : [octets.subarray(0, end), added, octets.subarray(end)];
    return [...before, ...split].filter(isSomething);
  }

  /** No more comes: a message of nothing but a header section gets its fields as well. */
  finish(): readonly Uint8Array[] {
    if (!this.#inside) return [];
    this.#inside = false;
    if (this.#heldCr) return [CR_ONLY];
    return this.#lineOctets > 0 ? [] : [encodeUtf8(this.#missing((name) => this.#names.has(name)))];
  }

  /** Where the section ends in these octets: at the empty line, or before a line that is no field. -1: one octet before. */
  #scan(octets: Uint8Array): number | undefined {
    let at = 0;
    if (this.#heldCr) {
      if (octets[0] === LF) return -1;
      this.#heldCr = false;
      this.#lineOctets = 1;
    }
    while (at < octets.length) {
      if (this.#lineOctets === 0 && octets[at] === CR) {
        if (at + 1 === octets.length) {
          this.#heldCr = true;
          return undefined;
        }
        if (octets[at + 1] === LF) return at;
      }
      const lf = octets.indexOf(LF, at);
      const end = lf < 0 ? octets.length : lf + 1;
      this.#look(octets, at, end);
      this.#lineOctets = lf < 0 ? this.#lineOctets + end - at : 0;
      if (lf >= 0) {
        this.#name = "";
        this.#named = false;
      }
      at = end;
    }
    return undefined;
  }

  /** RFC 5322 §2.2: a name up to its colon; a line that begins with a blank goes on with the one before. */
  #look(octets: Uint8Array, from: number, to: number): void {
    if (this.#named) return;
    for (let at = from; at < to; at++) {
      const octet = octets[at] ?? 0;
      if (octet === COLON) {
        const name = this.#name.toLowerCase();
        this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
        this.#named = true;
        return;
      }
      if (octet === SPACE || octet === TAB || this.#name.length >= NAME) {
        this.#named = true;
        return;
      }
      this.#name += String.fromCharCode(octet);
    }
  }
}

function isSomething(octets: Uint8Array): boolean {
  return octets.length > 0;
}

const CR_ONLY = new Uint8Array([CR]);
