/** `--events`: a stream of server-sent events, one JSON a line, asked for again where it broke off (WHATWG HTML §9.2.3). */
import { setTimeout as wait } from "node:timers/promises";
import type { FieldLines } from "@socketscope/http";
import { EventReader, type HttpAgent } from "@socketscope/web";
import { EXIT, TransferError } from "./failure.ts";
import type { Output } from "./output.ts";
import { requestFields, type HeaderLine } from "./request-fields.ts";

/** Milliseconds before the stream is asked for again, unless it says otherwise. */
const RETRY = 3000;
const LONGEST_RETRY = 60_000;
/** Times in a row that nothing came of it. */
const MAX_FAILURES = 5;
/** Milliseconds of silence; servers send comments more often. */
const SILENCE = 90_000;

export interface EventErrand {
  readonly url: URL;
  readonly fields: FieldLines;
  readonly users: readonly HeaderLine[];
  readonly output: Output;
  readonly maxEvents: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Resolves after `maxEvents`, or when the server says that there is no more (204). */
export async function followEvents(agent: HttpAgent, errand: EventErrand): Promise<void> {
  const reader = new Progressing(errand.maxEvents);
  for (let failures = 0; ;) {
    try {
      const before = reader.seen;
      if (await readStream(agent, errand, reader)) return;
      failures = reader.seen > before ? 0 : failures + 1;
    } catch (error) {
      // The answer was no stream: to ask again would not change that.
      if (error instanceof TransferError || errand.signal?.aborted === true) throw error;
      if (++failures >= MAX_FAILURES) throw error;
    }
    if (failures >= MAX_FAILURES)
      throw new TransferError(EXIT.emptyReply, "the stream ends again and again without an event");
    await wait(Math.min(reader.events.retry ?? RETRY, LONGEST_RETRY), undefined, {
      ...(errand.signal && { signal: errand.signal }),
    });
    reader.restart();
  }
}

/** Goes on counting from one connection to the next. */
class Progressing {
  events = new EventReader();
  lastEventId = "";
  seen = 0;
  readonly #max: number;

  constructor(max: number | undefined) {
    this.#max = max ?? Infinity;
  }

  get full(): boolean {
    return this.seen >= this.#max;
  }

  restart(): void {
    this.lastEventId = this.events.lastEventId || this.lastEventId;
    this.events = new EventReader();
  }
}

/** True: there is no more to come. */
async function readStream(
  agent: HttpAgent,
  { url, fields, users, output, signal }: EventErrand,
  reader: Progressing,
): Promise<boolean> {
  const ours = ["Accept", "text/event-stream", "Cache-Control", "no-store", ...fields];
  if (reader.lastEventId !== "")
    ours.push("Last-Event-ID", Buffer.from(reader.lastEventId).toString("latin1"));
  const {
    status,
    fields: got,
    body,
  } = await agent.request({
    url,
    fields: requestFields(ours, users),
    deadlines: { content: SILENCE },
    ...(signal && { signal }),
  });
  try {
    // WHATWG HTML §9.2.3: 204 asks us not to come again.
    if (status === 204) return true;
    const type = (got.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
    if (status !== 200 || type !== "text/event-stream")
      throw new TransferError(EXIT.status, `the server answered ${status} ${type ?? ""} and no event stream`);
    for await (const piece of body) {
      for (const event of reader.events.push(piece)) {
        await output.write(Buffer.from(`${JSON.stringify(event)}\n`));
        reader.seen++;
        if (reader.full) return true;
      }
    }
    return false;
  } finally {
    body.cancel();
  }
}
