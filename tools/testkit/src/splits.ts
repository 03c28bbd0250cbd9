/** Feeds one recording to a core in every way a network could cut it: the events must not depend on the cuts. */
import { RemoteError, type Core } from "@socketscope/wire";

/** What came out of a core: its events, then where it came to rest, or the code of its fatal error. */
export interface Outcome<Event> {
  readonly events: readonly Event[];
  readonly rest: "need-data" | "paused" | "closed" | { readonly error: string };
}

export interface FeedOptions<Event, Action> {
  /** Called for each event; an action it returns is sent at once (an answer, so that a paused core goes on). */
  readonly answer?: (event: Event) => Action | undefined;
  /** Feed the peer's FIN after the last octet. Default false. */
  readonly end?: boolean;
  /** Joins events that differ only by where the network cut (body chunks). Default: leaves them as they are. */
  readonly merge?: (events: readonly Event[]) => readonly Event[];
}

/** Feeds `chunks` one after the other and pulls every event after each. */
export function feed<Event extends object, Action>(
  core: Core<Event, Action>,
  chunks: readonly Uint8Array[],
  options: FeedOptions<Event, Action> = {},
): Outcome<Event> {
  const events: Event[] = [];
  let rest: Outcome<Event>["rest"] = "need-data";
  const pull = (): boolean => {
    for (;;) {
      const event = core.next();
      if (typeof event === "string") {
        rest = event;
        return event !== "closed";
      }
      events.push(event);
      const action = options.answer?.(event);
      if (action !== undefined) core.send(action);
    }
  };
  try {
    for (const chunk of chunks) {
      core.receive(chunk);
      if (!pull()) break;
    }
    if (options.end === true) {
      core.receive("end");
      pull();
    }
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    rest = { error: error.code };
  }
  return { events: options.merge ? options.merge(events) : events, rest };
}

/** Every way this recording is cut in the tests: whole, octet by octet, and in two at every point. */
export function* everySplit(octets: Uint8Array): Generator<readonly Uint8Array[]> {
  yield [octets];
  yield Array.from(octets, (_, at) => octets.slice(at, at + 1));
  for (let at = 1; at < octets.length; at++) yield [octets.slice(0, at), octets.slice(at)];
}

/** Feeds `octets` in every split to a fresh core and asserts that all outcomes equal the first, which it returns. */
export function feedEverySplit<Event extends object, Action>(
  make: () => Core<Event, Action>,
  octets: Uint8Array,
  assertSame: (actual: Outcome<Event>, expected: Outcome<Event>) => void,
  options: FeedOptions<Event, Action> = {},
): Outcome<Event> {
  let first: Outcome<Event> | undefined;
  for (const chunks of everySplit(octets)) {
    const outcome = feed(make(), chunks, options);
    if (first === undefined) first = outcome;
    else assertSame(outcome, first);
  }
  return first ?? feed(make(), [], options);
}
