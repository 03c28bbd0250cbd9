/** A whole message between its last octet and its places on the disk: small ones in memory, big ones in a file. */

export interface Spooled {
  /** Octets, trace fields included. */
  readonly size: number;
  /** The header section with its empty line; cut at {@link HEAD_KEPT} octets. */
  readonly head: Uint8Array;
  /** The octets where they are few enough to be kept in memory, undefined where {@link file} holds them. */
  readonly octets: Uint8Array | undefined;
  /** A closed file whose content is synced already, on the same file system as the state folder; it may be linked. */
  readonly file: string | undefined;
  /** From the first octet; may be asked for several times. */
  read(): AsyncIterable<Uint8Array>;
  /** Exactly once, when every place has it or nobody wants it. */
  discard(): Promise<void>;
}

/** Octets of a header section that are kept for those who look at it. */
export const HEAD_KEPT = 64 * 1024;
