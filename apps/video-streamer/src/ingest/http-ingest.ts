/** Publishing by HTTP: PUT or POST of a stream to `/ingest/NAME`, as long as it lasts. */
import { MediaError } from "@socketscope/media";
import { ContentAborted, type Request, type Response } from "@socketscope/web";
import { pathParts, say } from "../answers.ts";
import type { DeskRefusal, IngestDesk } from "./desk.ts";
import { IngestError, type IngestFault } from "./errors.ts";
import type { Publication } from "./publication.ts";
import { readerFor, type StreamReader } from "./read-stream.ts";

const REFUSALS: Readonly<Record<DeskRefusal["kind"], number>> = {
  key: 401,
  loopback: 403,
  name: 404,
  taken: 409,
  full: 503,
};

const FAULTS: Readonly<Record<IngestFault, number>> = {
  INGEST_KEY_INTERVAL: 422,
  INGEST_BIT_RATE: 413,
  INGEST_SIZE: 413,
  INGEST_TIME: 413,
  INGEST_SILENT: 408,
  INGEST_FORMAT: 415,
};

/** Octets without a sample after which it is taken for nothing: larger than a fragment may be. */
const UNREADABLE = 48 * 1024 * 1024;

export class HttpIngest {
  readonly #desk: IngestDesk;

  constructor(desk: IngestDesk) {
    this.#desk = desk;
  }

  /** For everything below `/ingest/`. Answers when the publication is over. */
  async answer(request: Request): Promise<Response> {
    if (request.method !== "PUT" && request.method !== "POST")
      return say(405, "A channel is published by PUT or POST; it is watched at /live/.", [
        "Allow",
        "PUT, POST",
      ]);
    const [, name = "", ...rest] = pathParts(request) ?? [];
    const { host, port } = request.flow.remote;
    const refusal = this.#desk.refuses(keyOf(request), host);
    if (refusal !== undefined) return refused(refusal);
    const publication = this.#desk.enter(rest.length === 0 ? name : "", `${host}:${port}`, "HTTP");
    if ("kind" in publication) return refused(publication);
    let why: string | undefined;
    try {
      await this.#read(request, publication);
      publication.end();
      const { seconds, segments, warning } = publication;
      const told = `${seconds.toFixed(1)} s in ${segments} segments were shown as ${publication.name}.`;
      return say(200, warning === undefined ? told : `${told} For next time: ${warning}.`);
    } catch (error) {
      if (error instanceof ContentAborted) return say(400, "The publisher has gone.");
      if (!(error instanceof IngestError) && !(error instanceof MediaError)) throw error;
      why = error.message;
      const status = error instanceof IngestError ? FAULTS[error.code] : 415;
      return { ...say(status, `Not taken: ${why}.`), close: true };
    } finally {
      this.#desk.leave(publication, why);
    }
  }

  async #read(request: Request, publication: Publication): Promise<void> {
    const pieces = request.body[Symbol.asyncIterator]();
    let reader: StreamReader | undefined;
    let octets = 0;
    try {
      for (;;) {
        const piece = await within(this.#desk.limits.silent, pieces.next());
        if (piece.done === true) break;
        if (piece.value.length === 0) continue;
        if (reader === undefined) {
          reader = readerFor(piece.value, publication);
          this.#desk.describe(publication, `${reader.kind} by HTTP`);
        }
        reader.push(piece.value);
        octets += piece.value.length;
        if (publication.octets === 0 && octets > UNREADABLE)
          throw new IngestError(
            "INGEST_FORMAT",
            `there was nothing to show in its first ${UNREADABLE} octets`,
          );
        await publication.ready();
      }
      reader?.end();
    } finally {
      // Not waited for: the next piece may never come.
      pieces.return?.().catch(() => undefined);
    }
  }
}

/** Throws IngestError after so many seconds. */
async function within<Value>(seconds: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new IngestError("INGEST_SILENT", `nothing came for ${seconds} s`)),
      seconds * 1000,
    );
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** RFC 6750 §2.1, §2.3: in a field, or in the query for programs that can set none. */
function keyOf(request: Request): string | undefined {
  const bearer = /^Bearer +([^\s]+) *$/i.exec(request.fields.get("authorization") ?? "")?.[1];
  return bearer ?? new URLSearchParams(request.query).get("key") ?? undefined;
}

function refused({ kind, why }: DeskRefusal): Response {
  // RFC 9110 §15.5.2: what would be good enough.
  const fields = kind === "key" ? ["WWW-Authenticate", 'Bearer realm="ingest"'] : [];
  return { ...say(REFUSALS[kind], why, fields), close: true };
}
