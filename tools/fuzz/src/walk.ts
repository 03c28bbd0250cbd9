/** Plays one conversation with a core and holds it to the contract of libs/wire/src/core.ts. */
import { RemoteError, type Core, type Rest } from "@socketscope/wire";
import { Finding, type Cut } from "./target.ts";

/** What stands in for the application: says what it hears, and answers at once. */
export interface Policy<Event, Action> {
  /** A line of the story; octets are joined with those before them, since the network decides where they are cut. */
  tell(event: Event): string | Uint8Array;
  answers(event: Event): readonly Action[];
  /** A client speaks first. */
  readonly opens?: readonly Action[];
}

/** By octet: "." and "!". */
const signals: Readonly<Record<number, "timeout" | "drain">> = { 33: "timeout", 46: "drain" };

/** Feeds `input` and then the peer's FIN. Throws {@link Finding} for a broken promise, or what the core threw. */
export function walk<Event extends object, Action>(
  core: Core<Event, Action>,
  policy: Policy<Event, Action>,
  input: Uint8Array,
  cut: Cut,
): readonly string[] {
  const story = new Story();
  // An event stands for something that came; a few stand for what did not (an idle clock, an empty end).
  let eventsLeft = 64 + 4 * input.length;
  const pull = (): Rest | "fault" => {
    try {
      for (;;) {
        const event = core.next();
        if (typeof event === "string") return event;
        if (eventsLeft-- === 0)
          throw new Finding("EVENTS_WITHOUT_INPUT", "the core goes on without being fed");
        story.add(policy.tell(event));
        for (const action of policy.answers(event)) story.sent(core.send(action));
      }
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      story.add(`fault ${error.code}: ${error.message}`);
      if (error.answer !== undefined) story.sent(core.send(error.answer));
      return "fault";
    }
  };
  for (const action of policy.opens ?? []) story.sent(core.send(action));
  let rest: Rest | "fault" = "need-data";
  for (const piece of cut(input)) {
    core.receive(piece);
    rest = pull();
    if (rest === "closed" || rest === "fault") break;
  }
  // The last octet says whether our side, too, puts an end to it.
  const last = signals[input[input.length - 1] ?? 0];
  if (last !== undefined && isOpen(rest)) {
    core.receive(last);
    rest = pull();
  }
  if (isOpen(rest)) {
    core.receive("end");
    rest = pull();
    if (rest === "need-data")
      throw new Finding("WAITS_AFTER_END", "the core waits for octets after the peer's FIN");
  }
  story.add(`rest ${rest}`);
  const left = core.unread().length;
  if (left > input.length) throw new Finding("UNREAD_GREW", `${left} octets unread of ${input.length}`);
  if (rest === "closed") staysClosed(core);
  return story.lines;
}

function isOpen(rest: Rest | "fault"): boolean {
  return rest === "need-data" || rest === "paused";
}

/** What comes late must neither wake a core that is over nor make it throw. */
function staysClosed(core: Core<object, unknown>): void {
  core.receive(Uint8Array.of(65, 13, 10, 13, 10));
  core.receive("timeout");
  if (core.next() !== "closed") throw new Finding("REOPENED", "a closed core went on");
}

class Story {
  readonly #lines: string[] = [];
  #octets: string | undefined;
  #sent = "";

  add(line: string | Uint8Array): void {
    if (typeof line !== "string") {
      this.#octets = (this.#octets ?? "") + Buffer.from(line).toString("latin1");
      return;
    }
    if (this.#octets !== undefined && this.#octets !== "") this.#lines.push(`octets ${this.#octets}`);
    this.#octets = undefined;
    this.#lines.push(line);
  }

  sent(pieces: Uint8Array | readonly Uint8Array[]): void {
    for (const piece of pieces instanceof Uint8Array ? [pieces] : pieces) {
      this.#sent += Buffer.from(piece).toString("latin1");
    }
  }

  get lines(): readonly string[] {
    return [...this.#lines, `sent ${this.#sent}`];
  }
}
