/**
 * What the dissectors of the line protocols (SMTP, POP3, FTP) have in common: a lane for each side, and how what was read
 * on them is told. What the words mean is each protocol's own.
 */
import type { Direction, Message } from "./dissect.ts";
import { Teller, TextLane, type Stretch, type TextLaneLimits } from "./text-lane.ts";

export interface DialogueOptions {
  /** The direction in which the client speaks: "in" at a server's tap, "out" at a client's. Default "in". */
  readonly client?: Direction;
  readonly limits?: Partial<TextLaneLimits>;
  /** Commands without an answer that are remembered; with more, answers get no link. Default 1,000. */
  readonly maxOutstanding?: number;
}

export const MAX_OUTSTANDING = 1000;

/** Offsets are those of the direction's stream; `to` is exclusive. */
type Span = Pick<Stretch, "from" | "to">;

export class DissectedDialogue {
  readonly client: TextLane;
  readonly server: TextLane;
  readonly #teller = new Teller();

  constructor({ client = "in", limits }: DialogueOptions) {
    this.client = new TextLane(client, limits);
    this.server = new TextLane(client === "in" ? "out" : "in", limits);
  }

  lane(direction: Direction): TextLane {
    return direction === this.client.direction ? this.client : this.server;
  }

  /** Returns the message's id. */
  tell(
    lane: TextLane,
    kind: string,
    { from, to }: Span,
    rest: Pick<Message, "summary" | "parts"> & {
      readonly problem?: string | undefined;
      readonly answers?: number | undefined;
    },
  ): number {
    return this.#teller.tell({ direction: lane.direction, kind, from, to, ...rest });
  }

  /** Octets that are one part, by the name of their kind. */
  tellOctets(lane: TextLane, kind: string, { from, to }: Span, problem: string | undefined): number {
    const parts = [{ name: kind, from, to }];
    return this.tell(lane, kind, { from, to }, { summary: `${to - from} octets`, parts, problem });
  }

  /** A stretch of text that ends in a line of one dot, with the three octets of that line where it is the last. */
  tellText(
    lane: TextLane,
    kind: string,
    stretch: Stretch & { readonly problem: string | undefined },
  ): number {
    const { from, to, last, problem } = stretch;
    const parts = from < to ? [{ name: kind, from, to }] : [];
    const end = last ? [{ name: "end of content", from: to, to: to + 3 }] : [];
    const span = { from, to: last ? to + 3 : to };
    return this.tell(lane, kind, span, {
      summary: `${to - from} octets${last ? ", and the dot that ends it" : ""}`,
      parts: [...parts, ...end],
      problem,
    });
  }

  /** What came on the lane is not read; false when more must come before it is told. */
  readOver(lane: TextLane, problem: string): boolean {
    const stretch = lane.readOver();
    if (stretch === undefined) return false;
    this.tellOctets(lane, "unparsed", stretch, problem);
    return true;
  }

  /** What has begun on the lane ends here. */
  cutOff(lane: TextLane, problem: string, kind = "unparsed"): void {
    const stretch = lane.cutOff();
    if (stretch !== undefined) this.tellOctets(lane, kind, stretch, problem);
  }

  take(): readonly Message[] {
    return this.#teller.take();
  }
}
