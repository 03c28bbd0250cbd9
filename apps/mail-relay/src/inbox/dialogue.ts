/** One SMTP dialogue as it is said, line by line: secrets masked, the message itself counted and not kept. */

export interface DialogueLine {
  /** Milliseconds since the connection was opened. */
  readonly at: number;
  readonly who: "client" | "server" | "both";
  readonly said: string;
}

/** Lines of one dialogue; what is said beyond that is counted. */
const MAX_LINES = 400;
const MAX_CHARACTERS = 600;
/** Octets of a line without an end that are held. */
const MAX_HELD = 16 * 1024;
/** RFC 5321 §4.1.1.4; the first CRLF is the content's. */
const END = "\r\n.\r\n";
const END_OF_LINE = Buffer.from("\r\n");

export class Dialogue {
  readonly #lines: DialogueLine[] = [];
  readonly #opened: number;
  readonly #now: () => number;
  #beyond = 0;
  #held = { in: "", out: "" };
  /** What the client's octets are: commands, the answer to a challenge, the content, octets of a chunk. */
  #client: "commands" | "secret" | "content" | "chunk" = "commands";
  #contentOctets = 0;
  /** The last octets of the content, in which its end may have begun. */
  #tail = END_OF_LINE;
  #chunkLeft = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#opened = now();
  }

  get lines(): readonly DialogueLine[] {
    const { beyond, lines } = { beyond: this.#beyond, lines: this.#lines };
    if (beyond === 0) return lines;
    return [...lines, { at: this.#at(), who: "both", said: `${beyond} more lines were said` }];
  }

  secured(protocol: string, cipher: string): void {
    this.#held = { in: "", out: "" };
    this.#client = "commands";
    this.#add("both", `TLS from here on: ${protocol}, ${cipher}`);
  }

  bytes(direction: "in" | "out", octets: Uint8Array): void {
    if (direction === "out") this.#server(Buffer.from(octets).toString("utf8"));
    else this.#read(octets);
  }

  /** The connection is over; what was missing is said. */
  ended(): void {
    if (this.#client === "content") this.#contentOver("without the dot that ends it");
    if (this.#client === "chunk") this.#add("both", `${this.#chunkLeft} of these octets never came`);
    this.#client = "commands";
  }

  #read(octets: Uint8Array): void {
    if (this.#client === "content") return this.#content(octets);
    if (this.#client === "chunk") {
      const taken = Math.min(this.#chunkLeft, octets.length);
      this.#chunkLeft -= taken;
      if (this.#chunkLeft > 0) return;
      this.#client = "commands";
      if (taken < octets.length) this.#read(octets.subarray(taken));
      return;
    }
    // Octets stay octets until a line is whole: what follows a BDAT is counted in them.
    const text = this.#held.in + Buffer.from(octets).toString("latin1");
    this.#held.in = "";
    let at = 0;
    for (let lf = text.indexOf("\n", at); lf >= 0; lf = text.indexOf("\n", at)) {
      const line = text.slice(at, lf).replace(/\r$/, "");
      at = lf + 1;
      this.#command(line);
      if (this.#isInChunk()) {
        const rest = Buffer.from(text.slice(at), "latin1");
        if (rest.length > 0) this.#read(rest);
        return;
      }
    }
    this.#held.in = text.slice(at, at + MAX_HELD);
  }

  #content(octets: Uint8Array): void {
    const all = Buffer.concat([this.#tail, octets]);
    const end = all.indexOf(END, 0, "latin1");
    const known = this.#tail.length;
    if (end < 0) {
      this.#contentOctets += octets.length;
      this.#tail = all.subarray(-(END.length - 1));
      return;
    }
    this.#contentOctets += end + 2 - known;
    this.#contentOver("and the dot that ends it");
    const behind = all.subarray(end + END.length);
    if (behind.length > 0) this.#read(behind);
  }

  #contentOver(how: string): void {
    this.#add("both", `${this.#contentOctets} octets of the message, ${how}`);
    this.#client = "commands";
  }

  #command(line: string): void {
    if (this.#client === "secret") {
      this.#add("client", "*".repeat(Math.min(line.length, 40)));
      return;
    }
    const [, auth, secret = ""] = /^(AUTH +\S+)(?: +(\S+))?/i.exec(line) ?? [];
    if (auth !== undefined)
      this.#add("client", secret === "" ? auth : `${auth} ${"*".repeat(secret.length)}`);
    else this.#add("client", Buffer.from(line, "latin1").toString("utf8"));
    const chunk = /^BDAT +(\d{1,15})(?: +LAST)? *$/i.exec(line);
    if (chunk === null) return;
    this.#chunkLeft = Number(chunk[1]);
    this.#add("both", `${this.#chunkLeft} octets of the message`);
    if (this.#chunkLeft > 0) this.#client = "chunk";
  }

  // Read through a call: the line may have changed it.
  #isInChunk(): boolean {
    return this.#client === "chunk";
  }

  #server(text: string): void {
    const all = this.#held.out + text;
    const end = all.lastIndexOf("\n") + 1;
    this.#held.out = all.slice(end, end + MAX_HELD);
    for (const line of all.slice(0, end).split("\n").slice(0, -1)) this.#reply(line.replace(/\r$/, ""));
  }

  #reply(line: string): void {
    // Whoever is answered before the end of a message is not let to it.
    if (this.#client === "content") this.#contentOver("without the dot that ends it");
    this.#add("server", line);
    if (line.startsWith("354")) {
      this.#client = "content";
      this.#contentOctets = 0;
      this.#tail = END_OF_LINE;
      // A client that does not wait has sent some of it already.
      const begun = Buffer.from(this.#held.in, "latin1");
      this.#held.in = "";
      this.#content(begun);
    } else if (line.startsWith("334")) this.#client = "secret";
    else if (this.#client === "secret") this.#client = "commands";
  }

  #add(who: DialogueLine["who"], said: string): void {
    if (this.#lines.length >= MAX_LINES) this.#beyond++;
    else this.#lines.push({ at: this.#at(), who, said: said.slice(0, MAX_CHARACTERS) });
  }

  #at(): number {
    return Math.round(this.#now() - this.#opened);
  }
}
