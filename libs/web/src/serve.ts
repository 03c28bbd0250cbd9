/** One HTTP connection between our own core and a handler. */
import {
  HttpServer,
  formatDate,
  type FieldLines,
  type HttpLimits,
  type RequestHead,
  type ServerAction,
  type ServerEvent,
  type ServerWait,
} from "@socketscope/http";
import {
  drive,
  type Clocks,
  type CloseReason,
  type Flow,
  type Link,
  type Session,
  type Stream,
} from "@socketscope/socket-core";
import { LocalError } from "@socketscope/wire";
import { PulledBody } from "./body.ts";
import type { Handler, Request, Response, StreamedContent } from "./handler.ts";
import { ContentTooLarge } from "./pulled-content.ts";

export interface ServeOptions {
  /** What the peer may let us wait for. Defaults: {@link defaultServeClocks}. */
  readonly clocks?: Clocks<ServerWait>;
  readonly limits?: Partial<HttpLimits>;
  /** A handler of ours failed: the client got 500 (or a broken connection), and here is why. */
  readonly onError?: (error: unknown, request: Request | undefined) => void;
}

/** A head must be whole 20 s after it began (slow loris); content must go on every 30 s; idle for 60 s. */
export const defaultServeClocks: Clocks<ServerWait> = {
  idle: { ms: 60_000, from: "start" },
  head: { ms: 20_000, from: "start" },
  content: { ms: 30_000, from: "progress" },
};

/** Asking the clock for each response costs as much as writing its head: one timer a second, while any are sent. */
let dateText: string | undefined;

function date(): string {
  if (dateText === undefined) {
    const now = Date.now();
    dateText = formatDate(now);
    setTimeout(forgetDate, 1000 - (now % 1000)).unref();
  }
  return dateText;
}

function forgetDate(): void {
  dateText = undefined;
}

export function serveHttp(stream: Stream, handler: Handler, options: ServeOptions = {}): void {
  const core = new HttpServer({ date, ...(options.limits && { limits: options.limits }) });
  drive(stream, core, new HttpSession(stream, handler, options), options.clocks ?? defaultServeClocks);
}

class IncomingRequest implements Request {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly version: RequestHead["version"];
  readonly fields: RequestHead["fields"];
  readonly flow: Flow;
  readonly secure: boolean;
  readonly body: PulledBody;
  /** Until the response is whole. */
  #link: Link<ServerAction> | undefined;
  /** Who wants to know that the client has gone; "gone" when it has. */
  #gone: (() => void) | "gone" | undefined;

  constructor(head: RequestHead, link: Link<ServerAction>, body: PulledBody) {
    const { stream } = link;
    this.#link = link;
    this.method = head.method;
    this.target = head.target;
    this.version = head.version;
    this.fields = head.fields;
    this.flow = stream.flow;
    this.secure = stream.secure;
    this.body = body;
    // RFC 9112 §3.2.2: of an absolute-form the authority is left out here; Host was checked by the core.
    const from = head.target.startsWith("/") ? 0 : pathStart(head.target);
    const mark = head.target.indexOf("?", from);
    const path = head.target.slice(from, mark < 0 ? undefined : mark);
    this.path = path === "" ? "/" : path;
    this.query = mark < 0 ? "" : head.target.slice(mark + 1);
  }

  inform(status: number, fields?: FieldLines): void {
    // RFC 9110 §15.2.1, §15.2.2: these two say more than a word in between.
    if (status < 102 || status > 199)
      throw new LocalError("HTTP_INTERIM_STATUS", `${status} is no interim response of a handler`);
    if (this.#link?.state === "due") this.#link.send({ type: "informational", status, fields });
  }

  /** The response is whole: what is said to this request from here on would be the next one's. */
  answered(): void {
    this.#link = undefined;
    this.body.drop();
  }

  onGone(then: () => void): void {
    const before = this.#gone;
    if (before === "gone") then();
    else
      this.#gone = () => {
        before?.();
        then();
      };
  }

  gone(): void {
    const told = this.#gone;
    this.#gone = "gone";
    this.body.abort();
    if (typeof told === "function") told();
  }
}

/** Where the path of an absolute-form begins; 0 for "*" and an authority. */
function pathStart(target: string): number {
  const authority = target.indexOf("://");
  if (authority < 0) return 0;
  const found = target.slice(authority + 3).search(/[/?]/);
  return found < 0 ? target.length : authority + 3 + found;
}

interface LateResponse {
  readonly come: (response: Response) => void;
  readonly failed: (error: unknown) => void;
}

class HttpSession implements Session<ServerEvent, ServerAction> {
  readonly #stream: Stream;
  readonly #handler: Handler;
  readonly #options: ServeOptions;
  #request: IncomingRequest | undefined;
  /** What a late response does; made for the connection's first one, since one request at a time waits for its answer. */
  #late: LateResponse | undefined;
  #closed = false;

  constructor(stream: Stream, handler: Handler, options: ServeOptions) {
    this.#stream = stream;
    this.#handler = handler;
    this.#options = options;
  }

  on(event: ServerEvent, link: Link<ServerAction>): void | Promise<void> {
    switch (event.type) {
      case "request": {
        const length = event.content === "chunked" ? undefined : event.content;
        const body = new PulledBody(length, event.expectsContinue ? () => sendContinue(link) : undefined);
        this.#request = new IncomingRequest(event.head, link, body);
        this.#handle(this.#request, link);
        return;
      }
      case "data":
        return this.#request?.body.push(event.octets);
      case "end":
        this.#request?.body.end(event.trailers);
    }
  }

  closed(_reason: CloseReason): void {
    this.#closed = true;
    this.#request?.gone();
  }

  failed(error: unknown): void {
    this.#options.onError?.(error, this.#request);
  }

  #handle(request: IncomingRequest, link: Link<ServerAction>): void {
    let response: Response | Promise<Response>;
    try {
      response = this.#handler(request);
    } catch (error) {
      this.#fail(error, request, link);
      return;
    }
    if (response instanceof Promise) {
      this.#late ??= this.#listen(link);
      void response.then(this.#late.come, this.#late.failed);
    } else this.#answer(response, request, link);
  }

  #listen(link: Link<ServerAction>): LateResponse {
    return {
      come: (response) => {
        if (this.#request !== undefined) this.#answer(response, this.#request, link);
      },
      failed: (error) => {
        if (this.#request !== undefined) this.#fail(error, this.#request, link);
      },
    };
  }

  #answer(response: Response, request: IncomingRequest, link: Link<ServerAction>): void {
    const { content } = response;
    try {
      if (this.#closed) {
        if (isStreamed(content)) void letGo(content);
        return;
      }
      if (response.upgrade !== undefined) {
        link.send({ type: "switch", status: response.status, fields: response.fields });
        response.upgrade(link.stream, link.release());
        return;
      }
      if (isStreamed(content)) {
        this.#streamOut(response, content, request, link).catch((error) => this.#fail(error, request, link));
        return;
      }
      const { status, fields, close } = response;
      // First, because the next request may come before the answer's call returns.
      this.#finish(request);
      link.answer({ type: "respond", status, fields, content, close });
    } catch (error) {
      this.#fail(error, request, link);
    }
  }

  /** Pieces go out as fast as the peer takes them; what is not read is let go of, whatever happens. */
  async #streamOut(
    response: Response,
    content: StreamedContent,
    request: IncomingRequest,
    link: Link<ServerAction>,
  ): Promise<void> {
    const { status, fields, close } = response;
    link.send({ type: "begin", status, fields, length: content.length, close });
    if (request.method === "HEAD" || status === 304 || status === 204) await letGo(content);
    else await this.#pipe(content.pieces[Symbol.asyncIterator](), request, link);
    if (this.#isClosed()) return;
    link.send({ type: "end", trailers: content.trailers?.() });
    this.#finish(request);
  }

  /** To the end of the pieces, or of the connection: then they are let go of, also while the next one is awaited. */
  async #pipe(
    pieces: AsyncIterator<Uint8Array>,
    request: IncomingRequest,
    link: Link<ServerAction>,
  ): Promise<void> {
    // A stream of events may wait for hours for its next piece; for-await would notice only then.
    request.onGone(() => {
      pieces.return?.().catch((error: unknown) => this.#options.onError?.(error, request));
    });
    while (!this.#isClosed()) {
      const piece = await pieces.next();
      if (piece.done === true || this.#isClosed()) return;
      if (!link.send({ type: "data", octets: piece.value })) await link.drained();
    }
  }

  #fail(error: unknown, request: IncomingRequest, link: Link<ServerAction>): void {
    if (this.#closed) return;
    const tooLarge = error instanceof ContentTooLarge;
    if (!tooLarge) this.#options.onError?.(error, request);
    // A response that has begun can only be broken off: an end would make it look whole.
    if (link.state !== "due") {
      // RFC 9112 §8: to a client of HTTP/1.0 a FIN may be the content's end.
      if (request.version === "1.0") this.#stream.reset("internal");
      else this.#stream.destroy("internal");
      return;
    }
    link.send({
      type: "respond",
      status: tooLarge ? 413 : 500,
      fields: ["Content-Type", "text/plain; charset=utf-8"],
      content: tooLarge ? `${error.message}\n` : "The server failed to answer; its log says why.\n",
      close: true,
    });
    this.#finish(request);
  }

  /** The response is whole: nothing of its request is kept, however long the connection idles then. */
  #finish(request: IncomingRequest): void {
    request.answered();
    this.#request = undefined;
  }

  // Read through a call: it changes while we wait.
  #isClosed(): boolean {
    return this.#closed;
  }
}

/** RFC 9110 §10.1.1: the handler wants the content now. */
function sendContinue(link: Link<ServerAction>): void {
  if (link.state === "due") link.send({ type: "informational", status: 100 });
}

function isStreamed(content: Response["content"]): content is StreamedContent {
  return typeof content === "object" && "pieces" in content;
}

/** An iterator that is never read still holds its file. */
async function letGo(content: StreamedContent): Promise<void> {
  await content.pieces[Symbol.asyncIterator]().return?.();
}
