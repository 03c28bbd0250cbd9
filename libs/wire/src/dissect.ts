/**
 * A dissector reads what both sides said from the octets alone, on the same grammar functions as the cores, so a
 * recording of anybody's server gives a transcript. It is lenient where a core refuses, and says what is wrong.
 */

/** Seen from the end that was tapped. */
export type Direction = "in" | "out";

/** Octet offsets of that direction's stream since the flow opened, across chunks and above TLS alike; `to` is exclusive. */
export interface Range {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface Message {
  /** Counts up from 0 within the flow. */
  readonly id: number;
  readonly direction: Direction;
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** One line for a list. */
  readonly summary: string;
  /** In order, without overlap; together they cover `from` to `to`. */
  readonly parts: readonly Range[];
  /** The id of the message this one answers. */
  readonly answers?: number;
  /** What a strict reader would refuse, in plain words. */
  readonly problem?: string;
}

export interface Dissector {
  feed(direction: Direction, bytes: Uint8Array): readonly Message[];
  /** Octets were not recorded: offsets move on, parsing stops in that direction until it can be sure again. */
  gap(direction: Direction, octets: number): readonly Message[];
  /** From here on the octets are plaintext above TLS. */
  secured(): void;
  end(direction: Direction): readonly Message[];
  /** Set when another dissector must go on (101): the tap's `speaks` says which. */
  readonly switched: boolean;
}
