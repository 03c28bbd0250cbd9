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

export class Dialogue {
  readonly #lines: DialogueLine[] = [];
  readonly #opened: number;
  readonly #now: () => number;
  #beyond = 0;
  #held = { in: "", out: "" };
  /** What the client's octets are: commands, the answer to a challenge, the content, octets of a chunk. */
  #client: "commands" | "secret" | "content" | "chunk" = "commands";
  #contentOctets = 0;
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

  #read(octets: Uint8Array): void {
    if (this.#client === "content") {
      this.#contentOctets += octets.length;
      return;
    }
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
    if (this.#client === "content") {
      this.#add("both", `${this.#contentOctets} octets of the message, and the dot that ends it`);
      this.#client = "commands";
    }
    this.#add("server", line);
    if (line.startsWith("354")) {
      this.#client = "content";
      // A client that does not wait has sent some of it already.
      this.#contentOctets = this.#held.in.length;
      this.#held.in = "";
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
