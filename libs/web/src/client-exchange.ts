/** One request of ours and what becomes of it on one connection. */
import type { FieldLines, Fields, ResponseHead, Version } from "@socketscope/http";
import type { Flow, Stream } from "@socketscope/socket-core";
import type { ClientBody, ResponseBody } from "./client-body.ts";
import type { OutgoingContent } from "./client-content.ts";
import type { RequestClock, Timings } from "./client-timings.ts";

/** Milliseconds each. */
export interface ClientDeadlines {
  /** Name and TCP. Default 10 s. */
  readonly connect: number;
  /** The TLS handshake. Default 10 s. */
  readonly tls: number;
  /** From the request's last octet to the end of an answer's head; an interim answer begins it anew. Default 30 s. */
  readonly firstByte: number;
  /** Between two pieces of content, while the reader is ready for them. Default 30 s. */
  readonly content: number;
  /** For 100 (Continue), then the content goes without it (RFC 9110 §10.1.1). Default 1 s. */
  readonly expect: number;
}

export interface Sending {
  readonly method: string;
  readonly target: string;
  readonly fields: FieldLines;
  readonly content: OutgoingContent;
  readonly expectContinue: boolean;
  readonly close: boolean;
  readonly deadlines: ClientDeadlines;
  readonly signal: AbortSignal | undefined;
  readonly onInformational: ((head: ResponseHead) => void) | undefined;
}

export interface ClientResponse {
  readonly status: number;
  readonly reason: string;
  readonly version: Version;
  readonly fields: Fields;
  readonly flow: Flow;
  /** The connection had carried a request before. */
  readonly reused: boolean;
  /** Read it, or cancel it: until then it holds its connection. */
  readonly body: ClientBody;
  /** Fills up as the content comes. */
  readonly timings: Timings;
  /** With 101, or 2xx to CONNECT: the connection is the caller's. */
  readonly upgraded: Upgraded | undefined;
}

/** The stream is paused: attach to it, then resume it. `rest`: octets that came behind the response. */
export interface Upgraded {
  readonly stream: Stream;
  readonly rest: Uint8Array;
}

export class Exchange {
  readonly sending: Sending;
  readonly response: Promise<ClientResponse>;
  readonly #clock: RequestClock;
  readonly #flow: Flow;
  readonly #reused: boolean;
  #resolve: ((response: ClientResponse) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #body: ResponseBody | undefined;
  #go: ((continues: boolean) => void) | undefined;
  /** What is still to happen before the connection may carry the next request. */
  receiving = true;
  uploading = false;

  constructor(sending: Sending, clock: RequestClock, flow: Flow, reused: boolean) {
    this.sending = sending;
    this.#clock = clock;
    this.#flow = flow;
    this.#reused = reused;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** RFC 9110 §10.1.1: true when the content may go: 100 came, or nothing for so long; false: it is answered already. */
  async mayContinue(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<boolean>((resolve) => {
        this.#go = resolve;
        timer = setTimeout(resolve, this.sending.deadlines.expect, true);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  informational(head: ResponseHead): void {
    if (head.status === 100) this.#go?.(true);
    this.sending.onInformational?.(head);
  }

  respond(head: ResponseHead, body: ResponseBody, upgraded?: Upgraded): void {
    this.#go?.(false);
    this.#body = body;
    const { status, reason, version, fields } = head;
    this.#resolve?.({
      status,
      reason,
      version,
      fields,
      body,
      upgraded,
      flow: this.#flow,
      reused: this.#reused,
      timings: this.#clock,
    });
  }

  data(octets: Uint8Array): void | Promise<void> {
    return this.#body?.push(octets);
  }

  end(trailers: Fields): void {
    this.receiving = false;
    this.#clock.ended = performance.now();
    this.#body?.end(trailers);
  }

  heard(at: number): void {
    this.#clock.firstOctet ??= at;
  }

  fail(error: unknown): void {
    this.receiving = false;
    this.#go?.(false);
    this.#reject?.(error);
    this.#body?.fail(() => error);
  }
}
