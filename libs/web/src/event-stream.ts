/** Server-sent events (WHATWG HTML §9.2): the text format, and a stream that a slow reader cannot make grow. */
import { LocalError } from "@socketscope/wire";
import type { FieldLines } from "@socketscope/http";
import type { Request, Response } from "./handler.ts";

export interface ServerSentEvent {
  /** Any text; lines may end in CR, LF or CRLF and arrive as LF. */
  readonly data: string;
  /** The event's type; default "message". No line end. */
  readonly event?: string;
  /** What the browser sends as Last-Event-ID when it comes again. No line end, no NUL; "" forgets the last one. */
  readonly id?: string;
  /** Milliseconds the browser waits before it comes again. */
  readonly retry?: number;
}

/** The wire form, with the empty line that dispatches it. Throws {@link LocalError} for a field that would break out. */
export function encodeEvent({ data, event, id, retry }: ServerSentEvent): string {
  let text = "";
  if (event !== undefined) text += `event: ${oneLine(event, "event")}\n`;
  if (id !== undefined) {
    // WHATWG HTML §9.2.6: an id with NUL is ignored.
    if (id.includes("\0")) throw new LocalError("SSE_FIELD", "an event's id must not hold NUL");
    text += `id: ${oneLine(id, "id")}\n`;
  }
  if (retry !== undefined) text += `retry: ${checkedRetry(retry)}\n`;
  // WHATWG HTML §9.2.6: a blank after the colon is taken off, so data that starts with one keeps it.
  for (const line of data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  return `${text}\n`;
}

/** A line the browser skips (WHATWG HTML §9.2.5). */
export function encodeComment(text: string): string {
  return `: ${oneLine(text, "comment")}\n\n`;
}

/** Where the browser left off (WHATWG HTML §9.2.4); UTF-8, which fields carry as octets. */
export function lastEventId(request: Request): string | undefined {
  const value = request.fields.get("last-event-id");
  return value === undefined ? undefined : Buffer.from(value, "latin1").toString("utf8");
}

export interface EventStreamOptions {
  /** Milliseconds between comments while nothing is sent, so that nobody on the way gives up. Default 15,000; 0: none. */
  readonly heartbeat?: number;
  /** Sent first: milliseconds the browser waits before it comes again. Default: the browser's own. */
  readonly retry?: number;
  /** Octets that may wait for a slow reader. Default 256 KiB. */
  readonly maxQueued?: number;
  /**
   * For a reader slower than that. `"disconnect"` (default): it comes again and names the last event it has, so
   * nothing is lost unseen · `"drop-oldest"`: for what is out of date soon; a comment says how many.
   */
  readonly slowReader?: "disconnect" | "drop-oldest";
  /** Sent with the response. */
  readonly fields?: FieldLines;
  /** Called once, when the stream is over: unsubscribe here. */
  readonly closed?: () => void;
}

/** One reader. Answer its request with `response`, then `send` as things happen. */
export class EventStream {
  readonly response: Response;
  readonly #maxQueued: number;
  readonly #slowReader: "disconnect" | "drop-oldest";
  readonly #heartbeat: NodeJS.Timeout | undefined;
  readonly #closed: (() => void) | undefined;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #untold = 0;
  #dropped = 0;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(options: EventStreamOptions = {}) {
    const {
      heartbeat = 15_000,
      retry,
      maxQueued = 256 * 1024,
      slowReader = "disconnect",
      fields = [],
      closed,
    } = options;
    this.#maxQueued = maxQueued;
    this.#slowReader = slowReader;
    this.#closed = closed;
    // WHATWG HTML §9.2.5: always UTF-8. Nothing on the way may keep it back or change it.
    const head = [
      "Content-Type",
      "text/event-stream",
      "Cache-Control",
      "no-store, no-transform",
      "X-Accel-Buffering",
      "no",
    ];
    this.response = {
      status: 200,
      fields: [...head, ...fields],
      content: { pieces: { [Symbol.asyncIterator]: () => this.#pieces() } },
    };
    if (retry !== undefined) this.#push(Buffer.from(`retry: ${checkedRetry(retry)}\n\n`));
    // The head goes out with the first octets, and "open" fires with the head.
    else this.comment("open");
    if (heartbeat > 0) {
      this.#heartbeat = setInterval(() => {
        if (this.#queued === 0) this.comment("");
      }, heartbeat).unref();
    }
  }

  /** Octets waiting for the reader. */
  get queued(): number {
    return this.#queued;
  }

  /** Events dropped because the reader was too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  get open(): boolean {
    return !this.#over;
  }

  /**
   * False when the event will not arrive: the stream is over, or this reader too slow. Throws {@link LocalError}
   * for an event that alone is larger than what may wait.
   */
  send(event: ServerSentEvent): boolean {
    return this.#push(Buffer.from(encodeEvent(event)));
  }

  /** An event that many readers get, encoded once by {@link encodeEvent}. */
  sendEncoded(event: Uint8Array): boolean {
    return this.#push(event);
  }

  comment(text: string): boolean {
    return this.#push(Buffer.from(encodeComment(text)));
  }

  /** Ends the response after what waits. The browser comes again; 204 to that tells it to stop. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#heartbeat);
    this.#awake();
    this.#closed?.();
  }

  #push(octets: Uint8Array): boolean {
    if (this.#over) return false;
    if (octets.length > this.#maxQueued) {
      throw new LocalError(
        "SSE_TOO_LARGE",
        `an event of ${octets.length} octets; ${this.#maxQueued} may wait`,
      );
    }
    if (this.#queued + octets.length > this.#maxQueued) {
      if (this.#slowReader === "disconnect") {
        this.#dropped += 1;
        this.close();
        return false;
      }
      this.#dropOldest(octets.length);
    }
    this.#queue.push(octets);
    this.#queued += octets.length;
    this.#awake();
    return true;
  }

  #dropOldest(room: number): void {
    let count = 0;
    while (count < this.#queue.length && this.#queued + room > this.#maxQueued) {
      this.#queued -= this.#queue[count]?.length ?? 0;
      this.#dropped++;
      this.#untold++;
      count++;
    }
    this.#queue.splice(0, count);
  }

  #awake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Everything that waits, in one piece: one write for a burst. */
  #take(): Uint8Array {
    const told = this.#untold === 0 ? [] : [Buffer.from(encodeComment(`${this.#untold} events dropped`))];
    const octets = Buffer.concat([...told, ...this.#queue]);
    this.#queue = [];
    this.#queued = 0;
    this.#untold = 0;
    return octets;
  }

  #pieces(): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        while (this.#queue.length === 0) {
          if (this.#over) return { done: true, value: undefined };
          await new Promise<void>((wake) => {
            this.#wake = wake;
          });
        }
        return { done: false, value: this.#take() };
      },
      return: () => {
        // The reader is gone: what waits is for nobody.
        this.#queue = [];
        this.#queued = 0;
        this.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

function oneLine(text: string, name: string): string {
  if (/[\r\n]/.test(text)) throw new LocalError("SSE_FIELD", `an event's ${name} must not hold a line end`);
  return text;
}

function checkedRetry(retry: number): number {
  if (!Number.isSafeInteger(retry) || retry < 0)
    throw new LocalError("SSE_FIELD", "retry is a whole number of milliseconds");
  return retry;
}
