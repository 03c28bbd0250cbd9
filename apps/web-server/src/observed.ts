/** Who asked what, and how it ended: one report a request, for the access log and the metrics. */
import type { Handler, Request, Response, StreamedContent } from "@socketscope/web";

export interface Exchange {
  readonly request: Request;
  readonly status: number;
  /** Octets of content handed to the connection, before any framing. */
  readonly octets: number;
  /** Milliseconds from the request's head until the last octet was handed over. */
  readonly ms: number;
  /** False: the client went, or the source broke, before the end. */
  readonly complete: boolean;
}

export type Observer = (exchange: Exchange) => void;

/** `now` in milliseconds, monotonic. A handler that throws is reported as 500 and throws on. */
export function observed(
  handler: Handler,
  observer: Observer,
  now: () => number = () => performance.now(),
): Handler {
  return (request) => {
    const start = now();
    const report = (status: number, octets: number, complete: boolean): void => {
      // RFC 9110 §9.3.2, §15.3.5, §15.4.5: HEAD, 204 and 304 have no content whatever the handler said.
      const none = request.method === "HEAD" || status === 204 || status === 304;
      observer({ request, status, octets: none ? 0 : octets, ms: now() - start, complete });
    };
    const watch = (response: Response): Response => {
      const { content, status } = response;
      if (content === undefined || typeof content === "string" || content instanceof Uint8Array) {
        report(status, octetsOf(content), true);
        return response;
      }
      // Nobody will ask for these pieces.
      if (request.method === "HEAD") {
        report(status, 0, true);
        return response;
      }
      return {
        ...response,
        content: counted(content, (octets, complete) => report(status, octets, complete)),
      };
    };
    const failed = (error: unknown): never => {
      report(500, 0, false);
      throw error;
    };
    try {
      const response = handler(request);
      return response instanceof Promise ? response.then(watch, failed) : watch(response);
    } catch (error) {
      return failed(error);
    }
  };
}

function octetsOf(content: string | Uint8Array | undefined): number {
  if (content === undefined) return 0;
  return typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
}

/** An iterator of its own, not a generator: `return` before the first piece must still reach the source. */
function counted(
  content: StreamedContent,
  done: (octets: number, complete: boolean) => void,
): StreamedContent {
  return { ...content, pieces: { [Symbol.asyncIterator]: () => countedIterator(content, done) } };
}

function countedIterator(
  content: StreamedContent,
  done: (octets: number, complete: boolean) => void,
): AsyncIterator<Uint8Array> {
  const source = content.pieces[Symbol.asyncIterator]();
  let octets = 0;
  let over = false;
  const finish = (complete: boolean): void => {
    if (!over) done(octets, complete);
    over = true;
  };
  return {
    async next() {
      try {
        const result = await source.next();
        if (result.done === true) finish(true);
        else octets += result.value.byteLength;
        return result;
      } catch (error) {
        finish(false);
        throw error;
      }
    },
    async return() {
      // With a known length the last octet is the end; who reads so far need not ask once more.
      finish(content.length === octets);
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}
