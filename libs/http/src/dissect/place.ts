/** Where a lane stands, and what it asks of the conversation it belongs to. */
import type { Framing } from "./framing.ts";
import type { Head } from "./head.ts";
import type { LineScanner } from "./lines.ts";

/** What the lane asks of the conversation it belongs to. */
export interface LaneHost {
  readonly nextId: () => number;
  /** A head is whole: what it answers, and how its content ends. */
  readonly head: (head: Head, id: number) => Verdict;
  /** Octets are missing or make no sense: nothing about pairs is sure now. */
  readonly lost: () => void;
}

export interface Verdict {
  readonly framing: Framing;
  readonly answers?: number;
  /** After this message the lane waits for {@link HttpLane.release}. */
  readonly hold: boolean;
}

/** Where in the grammar the lane stands. */
export type Place =
  | { readonly at: "head" | "chunk line" | "trailers"; readonly scanner: LineScanner }
  | { readonly at: "content" | "chunk data"; left: number }
  | { readonly at: "chunk end" | "held" | "switched" }
  | { readonly at: "lost"; readonly why: string };
