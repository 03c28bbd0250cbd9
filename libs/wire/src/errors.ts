/** We broke our own contract (a bug on this side): the message is for the developer, never for the wire. */
export class LocalError extends Error {
  override readonly name: string = "LocalError";
  /** Stable and searchable, e.g. `"HTTP_SEND_AFTER_END"`. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The peer broke the protocol and the conversation cannot go on. `answer` is an action that the core still takes
 * before it is "closed". A fault one can go on after is an event `{type: "refused"}` instead.
 */
export class RemoteError<Action = unknown> extends Error {
  override readonly name: string = "RemoteError";
  /** Stable and searchable, e.g. `"HTTP_BARE_LF"`. */
  readonly code: string;
  /** The last thing to say, or undefined where the protocol has no word for it. */
  readonly answer: Action | undefined;
  constructor(code: string, message: string, answer?: Action) {
    super(message);
    this.code = code;
    this.answer = answer;
  }
}

/** The peer went over one of our limits. */
export class LimitError<Action = unknown> extends RemoteError<Action> {
  override readonly name = "LimitError";
}
