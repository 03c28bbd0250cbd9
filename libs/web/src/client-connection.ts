/** One connection of ours to a server: one request at a time, kept for the next (RFC 9112 §9.3). */
import {
  Fields,
  HttpClient,
  type ClientAction,
  type ClientEvent,
  type ClientWait,
  type HttpLimits,
} from "@socketscope/http";
import {
  drive,
  SocketError,
  type Clock,
  type Clocks,
  type CloseReason,
  type Link,
  type Session,
  type Stream,
} from "@socketscope/socket-core";
import type { Input, RemoteError } from "@socketscope/wire";
import { ResponseBody } from "./client-body.ts";
import { abortion, RequestError } from "./client-errors.ts";
import { Exchange, type ClientResponse, type Sending } from "./client-exchange.ts";
import type { Restable } from "./client-pool.ts";
import type { RequestClock } from "./client-timings.ts";

export interface ConnectionOptions {
  /** What Host says when the request does not. */
  readonly host: string;
  /** Milliseconds it may rest between two requests. */
  readonly idleMs: number;
  readonly limits?: Partial<HttpLimits> | undefined;
  /** It may carry another request. */
  readonly onRest: (connection: ClientConnection) => void;
  readonly onGone: (connection: ClientConnection) => void;
}

export class ClientConnection implements Session<ClientEvent, ClientAction>, Restable {
  readonly #stream: Stream;
  readonly #core: ArrivalCore;
  readonly #link: Link<ClientAction>;
  readonly #options: ConnectionOptions;
  #exchange: Exchange | undefined;
  #requests = 0;
  #gone = false;
  #unlisten: (() => void) | undefined;

  constructor(stream: Stream, options: ConnectionOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#core = new ArrivalCore({ host: options.host, ...(options.limits && { limits: options.limits }) });
    this.#link = drive(stream, this.#core, this, this.#clocks(), { readsWhileFull: true });
  }

  get ready(): boolean {
    return !this.#gone && this.#exchange === undefined && this.#link.state === "ready";
  }

  get reused(): boolean {
    return this.#requests > 1;
  }

  /** An octet has come since the last request began. */
  get heard(): boolean {
    return this.#core.arrived !== undefined;
  }

  /** Rejects with SocketError, RemoteError or RequestError; LocalError when the request cannot be written. */
  send(sending: Sending, clock: RequestClock): Promise<ClientResponse> {
    const { method, target, content, close, signal } = sending;
    this.#requests++;
    this.#core.arrived = undefined;
    const exchange = new Exchange(sending, clock, this.#stream.flow, this.reused);
    const fields = sending.expectContinue ? ["Expect", "100-continue", ...sending.fields] : sending.fields;
    const { whole } = content;
    try {
      if (content.none) this.#link.send({ type: "request", method, target, fields, close });
      else if (whole !== undefined && !sending.expectContinue)
        this.#link.send({ type: "request", method, target, fields, close, content: whole });
      else {
        const { length } = content;
        this.#link.send({
          type: "begin",
          method,
          target,
          fields,
          close,
          ...(length !== undefined && { length }),
        });
        exchange.uploading = true;
      }
    } catch (error) {
      this.end();
      throw error;
    }
    this.#exchange = exchange;
    const abort = (): void => this.#break(abortion(signal));
    signal?.addEventListener("abort", abort, { once: true });
    this.#unlisten = () => signal?.removeEventListener("abort", abort);
    if (exchange.uploading) void this.#upload(exchange);
    return exchange.response;
  }

  end(): void {
    this.#link.end();
    this.#forget();
  }

  // ── Session
  on(event: ClientEvent): void | Promise<void> {
    const exchange = this.#exchange;
    if (exchange === undefined) return undefined;
    if (this.#core.arrived !== undefined) exchange.heard(this.#core.arrived);
    switch (event.type) {
      case "informational":
        exchange.informational(event.head);
        return undefined;
      case "response":
        exchange.respond(event.head, new ResponseBody(event.content, () => this.#cancelled(exchange)));
        return undefined;
      case "data":
        return exchange.data(event.octets);
      case "end":
        exchange.end(event.trailers);
        this.#settle(exchange);
        return undefined;
      case "switched": {
        const rest = this.#link.release();
        // Whoever takes it attaches first: until then nothing may be read and lost.
        this.#stream.pause();
        const body = new ResponseBody(0, () => undefined);
        exchange.respond(event.head, body, { stream: this.#stream, rest });
        exchange.end(NO_FIELDS);
        this.#forget();
      }
    }
    return undefined;
  }

  refused(error: RemoteError): void {
    this.#fail(error);
  }

  failed(error: unknown): void {
    this.#fail(error);
  }

  closed(reason: CloseReason): void {
    this.#fail(lost(reason));
  }

  // ── the request's content
  /** Goes on after an early answer too, as long as the core takes it (RFC 9112 §9.3, §9.5). */
  async #upload(exchange: Exchange): Promise<void> {
    const { content, expectContinue } = exchange.sending;
    try {
      if (!expectContinue || (await exchange.mayContinue())) await this.#pump(exchange);
    } catch (error) {
      // RFC 9112 §8: what is broken off must not look whole.
      this.#break(
        new RequestError("CONTENT_FAILED", "what we were to send could not be read to its end", {
          cause: error,
        }),
        exchange,
      );
    }
    exchange.uploading = false;
    if (!content.repeatable) content.letGo();
    this.#settle(exchange);
  }

  async #pump(exchange: Exchange): Promise<void> {
    const { content } = exchange.sending;
    const pieces = content.begin();
    for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) {
      if (!this.#streams(exchange)) return;
      if (!this.#link.send({ type: "data", octets: piece.value })) await this.#link.drained();
    }
    if (!this.#streams(exchange)) return;
    const trailers = content.trailers();
    this.#link.send({ type: "end", ...(trailers && { trailers }) });
  }

  #streams(exchange: Exchange): boolean {
    return this.#exchange === exchange && this.#core.contentWanted;
  }

  // ── ends
  /** The answer is whole, and our content is gone or will not go: rest, or end. */
  #settle(exchange: Exchange): void {
    if (exchange !== this.#exchange || exchange.receiving || exchange.uploading) return;
    this.#exchange = undefined;
    this.#unlisten?.();
    // In "streaming" the server still counts on content that it will not get.
    if (this.#link.state === "ready") this.#options.onRest(this);
    else this.end();
  }

  #cancelled(exchange: Exchange): void {
    this.#break(new RequestError("ABORTED", "the content was not wanted"), exchange);
  }

  #break(error: unknown, exchange = this.#exchange): void {
    if (exchange === undefined || exchange !== this.#exchange) return;
    this.#stream.destroy("we-ended");
    this.#fail(error);
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#forget();
    exchange?.fail(error);
    if (exchange?.sending.content.repeatable === false) exchange.sending.content.letGo();
  }

  #forget(): void {
    this.#exchange = undefined;
    this.#unlisten?.();
    if (this.#gone) return;
    this.#gone = true;
    this.#options.onGone(this);
  }

  /** Read by the loop whenever it arms one: each request brings its own. */
  #clocks(): Clocks<ClientWait> {
    const sending = (): Sending | undefined => this.#exchange?.sending;
    const { idleMs } = this.#options;
    const idle: Clock = { ms: idleMs, from: "start" };
    return {
      idle,
      get response() {
        return { ms: sending()?.deadlines.firstByte ?? idleMs, from: "start" as const };
      },
      get content() {
        return { ms: sending()?.deadlines.content ?? idleMs, from: "progress" as const };
      },
    };
  }
}

/** Notes when the first octet of an answer came: events tell of it only once a head is whole. */
class ArrivalCore extends HttpClient {
  /** On the clock of `performance.now()`. */
  arrived: number | undefined;

  override receive(input: Input): void {
    if (typeof input !== "string") this.arrived ??= performance.now();
    super.receive(input);
  }
}

const NO_FIELDS = new Fields([]);

function lost(reason: CloseReason): Error {
  if (reason === "io")
    return new SocketError("RESET", "the connection was reset before the answer was whole");
  if (reason === "timeout") return new SocketError("TIMED_OUT", "the server stopped taking what we send");
  return new RequestError("CONNECTION_LOST", `the connection ended (${reason}) before the answer was whole`);
}
