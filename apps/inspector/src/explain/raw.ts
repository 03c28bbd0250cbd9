/** What no dissector reads: its octets are counted and shown, and no meaning is made up. */
import type { Direction, Dissector, Message } from "@socketscope/wire";
import type { Explainer, PartTold, Told } from "./explainer.ts";

/** Octets of one message: a long transfer is no list of a thousand rows. */
const PIECE = 1024 * 1024;
/** Messages that are one read each, where those are what is to be seen; then they are put together. */
const READS = 1000;
/** Octets shown of a piece. */
const SHOWN = 60;

export class RawDissector implements Dissector {
  readonly switched = false;
  readonly #offsets: Record<Direction, number> = { in: 0, out: 0 };
  readonly #begun: Record<Direction, number> = { in: 0, out: 0 };
  #nextId = 0;
  readonly #reads: boolean;

  /** `reads`: each piece that a read gave, or a datagram, is a message. */
  constructor({ reads = false } = {}) {
    this.#reads = reads;
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    this.#offsets[direction] += bytes.length;
    if (this.#reads && this.#nextId < READS) return this.#tell(direction, `${quoted(bytes)} · `);
    return this.#offsets[direction] - this.#begun[direction] >= PIECE ? this.#tell(direction) : [];
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    const told = this.#tell(direction);
    this.#offsets[direction] += octets;
    this.#begun[direction] = this.#offsets[direction];
    return told;
  }

  secured(): void {
    // It reads nothing that TLS could change.
  }

  end(direction: Direction): readonly Message[] {
    return this.#tell(direction);
  }

  #tell(direction: Direction, words = ""): readonly Message[] {
    const from = this.#begun[direction];
    const to = this.#offsets[direction];
    this.#begun[direction] = to;
    if (from === to) return [];
    const parts = [{ name: "octets", from, to }];
    return [
      {
        id: this.#nextId++,
        direction,
        from,
        to,
        kind: "octets",
        summary: `${words}${to - from} octets`,
        parts,
      },
    ];
  }
}

/** Printable ASCII as it is, the rest as dots. */
function quoted(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, SHOWN), (octet) =>
    octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : "·",
  ).join("");
  return bytes.length > SHOWN ? `${shown}…` : shown;
}

const SENTENCES: Readonly<Record<string, Told>> = {
  raw: {
    means: "What one read gave. The octets have no meaning but the one that the two ends agree on.",
    source: "RFC 9293 §3.9.1",
    follows: [],
  },
  ssh: {
    means:
      "Each end's version line, the key exchange, then ciphertext. Where we are an end, the SFTP in it is listed by itself.",
    source: "RFC 4253 §4.2, §6, §7",
    follows: [],
  },
  "ftp-data": {
    means: "A file or a listing: nothing else travels on this socket, and its end is the end of the file.",
    source: "RFC 959 §3.2",
    follows: [],
  },
};

export class RawExplainer implements Explainer {
  readonly #protocol: string;

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  message(): Told {
    return (
      SENTENCES[this.#protocol] ?? {
        means: "Not known: the inspector does not read this protocol.",
        follows: [],
      }
    );
  }

  part(): PartTold {
    return { means: "" };
  }
}
