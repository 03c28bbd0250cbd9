/**
 * The text of a message in an mbox (RFC 4155): LF for CR LF, and a ">" before each line that begins with "From " or with
 * ">" and it (mboxrd: taking one off again gives the message back). A CR on its own stays.
 */

/** Octets of a line without end that are held back. */
const MAX_HELD = 64 * 1024;

export class QuotedText {
  /** latin1: what is not ended by a line end yet. */
  #held = "";
  #atStart = true;
  #written = false;

  data(octets: Uint8Array): Buffer {
    const text = this.#held + Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("latin1");
    const end = text.lastIndexOf("\n") + 1;
    const whole = this.#convert(text.slice(0, end));
    const rest = text.slice(end);
    if (rest.length <= MAX_HELD) {
      this.#held = rest;
      return this.#out(whole);
    }
    // A CR may be half of a line end; what begins like "From " behind ">" may become it.
    const kept = this.#startOf(rest);
    this.#held = rest.slice(rest.length - kept);
    return this.#out(whole + this.#convert(rest.slice(0, rest.length - kept)));
  }

  /** What is left; the last line gets its end where it has none. */
  end(): Buffer {
    const rest = this.#convert(this.#held);
    this.#held = "";
    return this.#out(this.#written && !this.#atStart ? `${rest}\n` : rest);
  }

  /** Letters at the end that cannot be told yet what they are. */
  #startOf(rest: string): number {
    if (rest.endsWith("\r")) return 1;
    return this.#atStart ? (/^>*(F?|Fr|Fro|From)$/.exec(rest)?.[1]?.length ?? 0) : 0;
  }

  #convert(text: string): string {
    if (text === "") return text;
    const lines = text.replaceAll("\r\n", "\n");
    const quoted = lines.replaceAll(/(^|\n)(>*From )/g, (all, before: string, word: string, at: number) =>
      at === 0 && before === "" && !this.#atStart ? all : `${before}>${word}`,
    );
    // Of a line that is not whole, ">" alone say nothing yet.
    this.#atStart = text.endsWith("\n") || (this.#atStart && /^>+$/.test(text));
    this.#written = true;
    return quoted;
  }

  #out(text: string): Buffer {
    return Buffer.from(text, "latin1");
  }
}
