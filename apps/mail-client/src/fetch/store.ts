/** Where fetched messages go. */

/** One message on its way; used by one exchange at a time. */
export interface Letter {
  write(octets: Uint8Array): void | Promise<void>;
  /** All of it is written, for readers of the same system; the next message may begin. */
  end(): void | Promise<void>;
  /** Resolves when power loss cannot take it back. */
  keep(): Promise<void>;
}

export interface Store {
  /** For the summary: `Maildir Mail`. */
  readonly name: string;
  /** Where it is noted which messages are here already; undefined: nowhere, nothing is kept. */
  readonly memory: string | undefined;
  begin(): Letter | Promise<Letter>;
  /** What was begun and not ended is taken back. */
  close(): Promise<void>;
}
