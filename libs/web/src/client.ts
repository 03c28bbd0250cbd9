/**
 * An HTTP client on our own sockets: fetch-shaped, but light, streaming both ways. Redirects, cookies and content
 * codings are left to whoever asks. Connections are kept and used again.
 */
import type { FieldLines, HttpLimits, ResponseHead } from "@socketscope/http";
import type { TapPoint } from "@socketscope/socket-core";
import { ClientConnection } from "./client-connection.ts";
import { OutgoingContent } from "./client-content.ts";
import { dial, systemResolve, type ClientTls } from "./client-dial.ts";
import { abortion, RequestError } from "./client-errors.ts";
import type { ClientDeadlines, ClientResponse, Sending } from "./client-exchange.ts";
import { destinationOf, originKey, type Origin } from "./client-origin.ts";
import { defaultPoolLimits, IdlePool, type PoolLimits } from "./client-pool.ts";
import { RequestClock } from "./client-timings.ts";
import type { StreamedContent } from "./handler.ts";

export interface ClientRequest {
  /** Case-sensitive. Default GET. */
  readonly method?: string;
  /** Absolute, http or https. User information in it is not sent. */
  readonly url: string | URL;
  /** As it stands on the request line, when that is not the URL's path and query. */
  readonly target?: string;
  /** Host is written when it is not among them; framing and Connection are not for the caller. */
  readonly fields?: FieldLines;
  readonly content?: string | Uint8Array | StreamedContent;
  /** Ask before content is sent (RFC 9110 §10.1.1). Default false. */
  readonly expectContinue?: boolean;
  /** Tell the server that nothing follows on this connection (RFC 9112 §9.6). Default false. */
  readonly close?: boolean;
  /** Aborts until the last octet of the answer is here. */
  readonly signal?: AbortSignal;
  readonly deadlines?: Partial<ClientDeadlines>;
  /** Each interim answer (RFC 9110 §15.2) as it comes. */
  readonly onInformational?: (head: ResponseHead) => void;
}

export interface HttpAgentOptions {
  readonly tls?: ClientTls;
  readonly deadlines?: Partial<ClientDeadlines>;
  /** Milliseconds a connection may rest. Default 4 s: below what servers grant, so that we end it and not they. */
  readonly idleMs?: number;
  readonly pool?: Partial<PoolLimits>;
  readonly limits?: Partial<HttpLimits>;
  /** The addresses of a name, the best first. Default: the system's. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  readonly tap?: TapPoint;
  /** A UNIX socket that all requests go through, whatever host their URL names. */
  readonly socketPath?: string;
}

export const defaultClientDeadlines: ClientDeadlines = {
  connect: 10_000,
  tls: 10_000,
  firstByte: 30_000,
  content: 30_000,
  expect: 1000,
};

const IDLE_MS = 4000;
/** Milliseconds a server may leave what we send untaken. */
const WRITE_STALL_MS = 30_000;

// RFC 9110 §9.2.2: asking twice does no more than asking once.
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

export class HttpAgent implements Disposable {
  readonly #options: HttpAgentOptions;
  readonly #deadlines: ClientDeadlines;
  readonly #pool: IdlePool<ClientConnection>;
  #closed = false;

  constructor(options: HttpAgentOptions = {}) {
    this.#options = options;
    this.#deadlines = { ...defaultClientDeadlines, ...options.deadlines };
    this.#pool = new IdlePool({ ...defaultPoolLimits, ...options.pool });
  }

  /** Connections that rest. */
  get idle(): number {
    return this.#pool.size;
  }

  /**
   * The response, once its head is here. Rejects with SocketError (no connection, or it was reset), RemoteError (the
   * server broke the protocol, or was late), RequestError; LocalError when nobody could read the request.
   */
  async request(request: ClientRequest): Promise<ClientResponse> {
    const content = new OutgoingContent(request.content);
    try {
      return await this.#ask(request, content);
    } catch (error) {
      content.letGo();
      throw error;
    }
  }

  async #ask(request: ClientRequest, content: OutgoingContent): Promise<ClientResponse> {
    const { origin, target } = destinationOf(request.url);
    if (request.signal?.aborted === true) throw abortion(request.signal);
    const clock = new RequestClock();
    let sending: Sending = {
      method: request.method ?? "GET",
      target: request.target ?? target,
      fields: request.fields ?? [],
      content,
      // RFC 9110 §10.1.1: a client does not send the expectation without content.
      expectContinue: request.expectContinue === true && content.length !== 0,
      close: request.close ?? false,
      deadlines: { ...this.#deadlines, ...request.deadlines },
      signal: request.signal,
      onInformational: request.onInformational,
    };
    let connection = this.#pool.take(originKey(origin));
    for (;;) {
      const used = connection ?? (await this.#connect(origin, sending, clock));
      connection = undefined;
      try {
        const response = await used.send(sending, clock);
        // RFC 9110 §10.1.1: after 417 the request is repeated without the expectation.
        if (response.status !== 417 || !sending.expectContinue || !content.repeatable) {
          // Refused before it was sent: nobody will ask for it.
          if (content.repeatable) content.letGo();
          return response;
        }
        response.body.cancel();
        sending = { ...sending, expectContinue: false };
      } catch (error) {
        // RFC 9112 §9.3.1: once, on a connection of its own, and only what may be asked twice.
        const unanswered = used.reused && !used.heard && sending.signal?.aborted !== true;
        if (!unanswered || !IDEMPOTENT.has(sending.method) || !content.repeatable) throw error;
      }
    }
  }

  async #connect(
    origin: Origin,
    { deadlines, signal }: Sending,
    clock: RequestClock,
  ): Promise<ClientConnection> {
    if (this.#closed) throw new RequestError("CLIENT_CLOSED", "this client has been closed");
    const { tls = {}, resolve = systemResolve, tap, idleMs = IDLE_MS, limits, socketPath } = this.#options;
    const dialled = dial(
      origin,
      {
        connectMs: deadlines.connect,
        tlsMs: deadlines.tls,
        writeStallMs: WRITE_STALL_MS,
        tls,
        resolve,
        tap,
        socketPath,
      },
      clock.dial,
    );
    const stream = await unlessAborted(dialled, signal, (late) => late.destroy("we-ended"));
    const key = originKey(origin);
    return new ClientConnection(stream, {
      host: origin.authority,
      idleMs,
      limits,
      onRest: (rested) => this.#pool.put(key, rested),
      onGone: (gone) => this.#pool.forget(gone),
    });
  }

  /** Ends what rests; what runs may come to its end. */
  close(): void {
    this.#closed = true;
    this.#pool.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The promise, unless the signal comes first; what then still comes is given to `late`. */
async function unlessAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
  late: (value: Value) => void,
): Promise<Value> {
  if (signal === undefined) return promise;
  let listener = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    listener = () => reject(abortion(signal));
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } catch (error) {
    if (signal.aborted) void promise.then(late, () => undefined);
    throw error;
  } finally {
    signal.removeEventListener("abort", listener);
  }
}
