/**
 * A letter without what is attached: the head of each part stays, the body of one that is no text is left out (RFC 2045
 * §5, RFC 2046 §5.1, RFC 2183 §2). So the text of a big letter is found without taking a film apart.
 */

const LF = 10;
/** What is before each line between two parts. */
const DASHES = Buffer.from("\n--");
/** Octets of a header field that are looked at, and of a line: more is passed on and not understood. */
const FIELD = 8 * 1024;
const LINE = 64 * 1024;
/** Parts within parts that are followed. */
const BOUNDARIES = 50;

export class TextParts {
  /** "head": of a part · "text" · "rest": the body of a part that is left out. */
  #in: "head" | "text" | "rest" = "head";
  /** The two fields of the head that decide, and the one that a folded line goes on with. */
  #type = "";
  #disposition = "";
  #field: "type" | "disposition" | "other" = "other";
  readonly #boundaries: string[] = [];
  /** The beginning of a line whose end has not come. */
  #begun: Uint8Array = new Uint8Array(0);

  /** What stays of `octets`, in runs of lines; a line that is not whole waits for its end. */
  feed(octets: Uint8Array): readonly Uint8Array[] {
    const all = this.#begun.length === 0 ? asBuffer(octets) : Buffer.concat([this.#begun, octets]);
    const kept: Uint8Array[] = [];
    /** Where the lines begin that stay; -1: none. */
    let run = -1;
    let at = 0;
    while (at < all.length) {
      const lf = all.indexOf(LF, at);
      if (lf < 0 && all.length - at < LINE) break;
      const end = lf < 0 ? all.length : lf + 1;
      if (this.#stays(all, at, end)) {
        if (run < 0) run = at;
        at = end;
        continue;
      }
      if (run >= 0) kept.push(all.subarray(run, at));
      run = -1;
      // Nothing but a line between two parts ends what is left out.
      const next = this.#in === "rest" ? all.indexOf(DASHES, end - 1) : end - 1;
      at = Math.max(end, next < 0 ? all.lastIndexOf(LF) + 1 : next + 1);
    }
    if (run >= 0 && at > run) kept.push(all.subarray(run, at));
    this.#begun = Uint8Array.from(all.subarray(at));
    return kept;
  }

  end(): readonly Uint8Array[] {
    const last = asBuffer(this.#begun);
    this.#begun = new Uint8Array(0);
    return last.length > 0 && this.#stays(last, 0, last.length) ? [last] : [];
  }

  #stays(all: Buffer, at: number, end: number): boolean {
    if (all[at] === 45 && all[at + 1] === 45 && this.#begins(all.toString("latin1", at + 2, end)))
      return true;
    if (this.#in === "head") this.#readField(all.toString("latin1", at, Math.min(end, at + FIELD)));
    else return this.#in === "text";
    return true;
  }

  /** Whether it is the line between two parts; a part's head follows, behind the last one what nobody shows. */
  #begins(behindDashes: string): boolean {
    const said = behindDashes.trimEnd();
    const found = this.#boundaries.find((boundary) => said === boundary || said === `${boundary}--`);
    if (found === undefined) return false;
    this.#in = said === found ? "head" : "rest";
    return true;
  }

  #readField(line: string): void {
    const text = line.replace(/\r?\n$/, "");
    if (text === "") {
      this.#beginBody();
      return;
    }
    const isFolded = /^[ \t]/.test(text);
    const [, named] = (isFolded ? undefined : /^content-(type|disposition):/i.exec(text)) ?? [];
    if (!isFolded) this.#field = named === undefined ? "other" : isType(named) ? "type" : "disposition";
    const value = isFolded ? text : text.slice(text.indexOf(":") + 1);
    if (this.#field === "type") this.#type = `${isFolded ? this.#type : ""} ${value}`.slice(0, FIELD);
    else if (this.#field === "disposition")
      this.#disposition = `${isFolded ? this.#disposition : ""} ${value}`.slice(0, FIELD);
  }

  #beginBody(): void {
    const type = this.#type;
    const kind = /^\s*([\w-]+)\//.exec(type)?.[1]?.toLowerCase() ?? "text";
    if (kind === "multipart") {
      const [, quoted, bare] = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(type) ?? [];
      const boundary = (quoted ?? bare ?? "").trimEnd();
      if (boundary !== "" && this.#boundaries.length < BOUNDARIES) this.#boundaries.push(boundary);
      this.#in = "text";
    } else if (/^\s*attachment\b/i.test(this.#disposition)) this.#in = "rest";
    else if (kind === "message") this.#in = "head";
    else this.#in = kind === "text" ? "text" : "rest";
    this.#type = "";
    this.#disposition = "";
    this.#field = "other";
  }
}

function isType(name: string): boolean {
  return name.toLowerCase() === "type";
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
