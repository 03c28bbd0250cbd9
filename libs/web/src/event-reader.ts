/** Server-sent events as a client reads them (WHATWG HTML §9.2.6): octets in, events out, however they were cut. */
import { LimitError } from "@socketscope/wire";

export interface ReceivedEvent {
  /** "message" unless the stream names it. */
  readonly event: string;
  readonly data: string;
  /** The last id the stream has named so far; "" when there is none. */
  readonly id: string;
}

export interface EventReaderOptions {
  /** Characters of one event at most. Default 1 Mi. */
  readonly maxEvent?: number;
}

export class EventReader {
  readonly #maxEvent: number;
  readonly #decoder = new TextDecoder("utf-8");
  #line = "";
  #afterCr = false;
  #data: string | undefined;
  #event = "";
  #id = "";
  #retry: number | undefined;

  constructor(options: EventReaderOptions = {}) {
    this.#maxEvent = options.maxEvent ?? 1024 * 1024;
  }

  /** What to send as Last-Event-ID when the stream is asked for again; "" for nothing. */
  get lastEventId(): string {
    return this.#id;
  }

  /** Milliseconds the stream wants us to wait before that, if it said. */
  get retry(): number | undefined {
    return this.#retry;
  }

  /** The events that are whole now. Throws LimitError "SSE_TOO_LARGE". */
  push(octets: Uint8Array): readonly ReceivedEvent[] {
    const events: ReceivedEvent[] = [];
    let text = this.#decoder.decode(octets, { stream: true });
    // WHATWG HTML §9.2.5: a line ends in CRLF, LF or CR; the LF of a CRLF may come in the next piece.
    if (this.#afterCr && text.startsWith("\n")) text = text.slice(1);
    if (text !== "") this.#afterCr = text.endsWith("\r");
    const lines = text.split(/\r\n|\r|\n/);
    for (const [index, part] of lines.entries()) {
      this.#line += part;
      if (this.#line.length + (this.#data?.length ?? 0) > this.#maxEvent)
        throw new LimitError("SSE_TOO_LARGE", `an event is longer than ${this.#maxEvent} characters`);
      if (index === lines.length - 1) break;
      const event = this.#take(this.#line);
      this.#line = "";
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #take(line: string): ReceivedEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    // A comment.
    if (colon === 0) return undefined;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    switch (name) {
      case "data":
        this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
        break;
      case "event":
        this.#event = value;
        break;
      case "id":
        if (!value.includes("\0")) this.#id = value;
        break;
      case "retry":
        if (/^\d{1,9}$/.test(value)) this.#retry = Number(value);
        break;
    }
    return undefined;
  }

  /** An event without data is none. */
  #dispatch(): ReceivedEvent | undefined {
    const data = this.#data;
    const event = this.#event === "" ? "message" : this.#event;
    this.#data = undefined;
    this.#event = "";
    return data === undefined ? undefined : { event, data, id: this.#id };
  }
}
