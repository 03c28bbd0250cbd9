/** The inbox for programs: JSON under /api/v1, as API.md has it. */
import { EventStream, type Handler, type Request, type Response } from "@socketscope/web";
import type { Mailboxes, StoredMessage } from "../mailboxes/mailboxes.ts";
import type { Dialogues } from "./dialogues.ts";
import type { MailFaults } from "../faults/mail-faults.ts";
import type { QueueDesk } from "../queue/queue-desk.ts";
import { json, notAllowed, problem, reading, safe } from "./answers.ts";
import { QueueApi } from "./queue-api.ts";
import { NotReleased, type Release } from "./release.ts";
import { collectOctets, framedHtml, MAX_PARSED, octetsOf, parseMessage, viewOf } from "./message-view.ts";

export interface InboxApiOptions {
  readonly mailboxes: Mailboxes;
  readonly dialogues: Dialogues;
  readonly desk: QueueDesk;
  readonly release: Release;
  readonly faults: MailFaults;
}

const MAX_PAGE = 500;
/** Milliseconds that `wait` may be asked to wait. */
const MAX_WAIT = 5 * 60_000;
const MAX_BODY = 64 * 1024;

export class InboxApi {
  readonly #mailboxes: Mailboxes;
  readonly #dialogues: Dialogues;
  readonly #desk: QueueDesk;
  readonly #queue: QueueApi;
  readonly #release: Release;
  readonly #faults: MailFaults;
  readonly #streams = new Set<EventStream>();

  constructor({ mailboxes, dialogues, desk, release, faults }: InboxApiOptions) {
    this.#desk = desk;
    this.#queue = new QueueApi(desk);
    this.#release = release;
    this.#faults = faults;
    this.#mailboxes = mailboxes;
    this.#dialogues = dialogues;
  }

  readonly handler: Handler = async (request) => {
    const [, , , resource, id, part, number] = request.path.split("/");
    const query = new URLSearchParams(request.query);
    switch (resource) {
      case "mailboxes":
        return reading(request, () => json({ mailboxes: this.#mailboxes.names() }));
      case "messages":
        await this.#mailboxes.refresh();
        if (id === undefined || id === "") return this.#all(request, query);
        return this.#one(request, decode(id), part, number, query);
      case "sessions":
        return reading(request, () => json({ failed: this.#dialogues.failed }));
      case "queue":
        return this.#queue.answer(request, id === undefined ? undefined : decode(id), part, query);
      case "wait":
        return reading(request, () => this.#wait(request, query));
      case "events":
        return reading(request, () => this.#events());
      case undefined:
      default:
        return problem(404, "there is mailboxes, messages, sessions, queue, wait and events");
    }
  };

  /** Ends what would not end by itself. */
  close(): void {
    for (const stream of this.#streams) stream.close();
  }

  #all(request: Request, query: URLSearchParams): Promise<Response> | Response {
    const mailbox = query.get("mailbox") ?? undefined;
    if (request.method === "DELETE")
      return this.#mailboxes.clear(mailbox).then((removed) => json({ removed }));
    return reading(
      request,
      () => {
        const limit = Math.min(Number(query.get("limit") ?? "50") || 50, MAX_PAGE);
        const text = query.get("q") ?? undefined;
        const before = query.get("before") ?? undefined;
        const asked = { mailbox, before, limit };
        if (text === undefined || text.trim() === "") return json(this.#mailboxes.list(asked));
        return this.#mailboxes.search({ ...asked, text }).then(json);
      },
      "DELETE",
    );
  }

  async #one(
    request: Request,
    id: string,
    part: string | undefined,
    number: string | undefined,
    query: URLSearchParams,
  ): Promise<Response> {
    const message = this.#mailboxes.get(id);
    if (message === undefined) return problem(404, "there is no such message");
    if (part === "release") return this.#send(request, message);
    if (part !== undefined) return reading(request, () => this.#part(message, part, number, query));
    switch (request.method) {
      case "GET":
      case "HEAD": {
        const octets = await this.#octets(message);
        const view = octets === undefined ? undefined : viewOf(await parseMessage(octets));
        return json({ ...message, ...view });
      }
      case "PUT": {
        const seen = seenOf(await request.body.text(MAX_BODY));
        if (seen === undefined) return problem(400, 'give {"seen": true} or {"seen": false}');
        return json((await this.#mailboxes.markSeen(id, seen)) ?? message);
      }
      case "DELETE":
        return json({ removed: await this.#mailboxes.remove([id]) });
      default:
        return notAllowed("GET, HEAD, PUT, DELETE");
    }
  }

  /** `{"to": ["ann@example.test"]}`; without it whom it was captured for. */
  async #send(request: Request, message: StoredMessage): Promise<Response> {
    if (request.method !== "POST") return notAllowed("POST");
    const to = recipientsOf(await request.body.text(MAX_BODY));
    if (to === undefined) return problem(400, 'give {"to": ["ann@example.test"]}, or nothing');
    try {
      return json({ queued: await this.#release.send(message, to) });
    } catch (error) {
      if (error instanceof NotReleased) return problem(403, error.message);
      throw error;
    }
  }

  async #part(
    message: StoredMessage,
    part: string,
    number: string | undefined,
    query: URLSearchParams,
  ): Promise<Response> {
    switch (part) {
      case "raw": {
        const pieces = this.#mailboxes.read(message.id);
        if (pieces === undefined) return problem(404, "there is no such message");
        return {
          status: 200,
          fields: [
            ...safe("text/plain; charset=utf-8"),
            "Content-Disposition",
            `inline; filename="${message.id}.eml"`,
          ],
          content: { length: message.size, pieces },
        };
      }
      case "html":
        return this.#html(message, query.get("remote") === "1");
      case "attachments":
        return this.#attachment(message, Number(number));
      case "dialogue": {
        const said = message.received === undefined ? undefined : await this.#dialogues.of(message.received);
        return said === undefined ? problem(404, "its dialogue was not kept") : json(said);
      }
      default:
        return problem(404, "there is raw, html, attachments/N and dialogue");
    }
  }

  async #html(message: StoredMessage, remote: boolean): Promise<Response> {
    const octets = await this.#octets(message);
    if (octets === undefined) return problem(413, "the message is too big to be taken apart");
    const html = framedHtml(await parseMessage(octets));
    // No script, no form, no frame; pictures from elsewhere only when they were asked for: each tells who reads.
    const pictures = remote ? "data: http: https:" : "data:";
    const policy = `sandbox; default-src 'none'; img-src ${pictures}; style-src 'unsafe-inline'; font-src data:`;
    return {
      status: 200,
      fields: [
        "Content-Type",
        "text/html; charset=utf-8",
        "Content-Security-Policy",
        policy,
        "X-Content-Type-Options",
        "nosniff",
        "Referrer-Policy",
        "no-referrer",
        "Cache-Control",
        "no-store",
      ],
      content: html,
    };
  }

  async #attachment(message: StoredMessage, number: number): Promise<Response> {
    const octets = await this.#octets(message);
    if (octets === undefined) return problem(413, "the message is too big to be taken apart");
    const attachment = (await parseMessage(octets)).attachments[number - 1];
    if (attachment === undefined) return problem(404, "there is no such attachment");
    const name = attachment.filename ?? `part-${number}`;
    const type = /^[\w.+-]+\/[\w.+-]+$/.test(attachment.mimeType)
      ? attachment.mimeType
      : "application/octet-stream";
    return {
      status: 200,
      fields: [
        ...safe(type),
        "Content-Disposition",
        // RFC 6266 §4.3, RFC 8187: the name as it is, percent-encoded.
        `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)}`,
      ],
      content: octetsOf(attachment),
    };
  }

  /** The first message that fits and came at or after `after` (milliseconds since 1970), at once or when it comes; 408 where none did. */
  #wait(request: Request, query: URLSearchParams): Promise<Response> | Response {
    const to = query.get("to")?.toLowerCase();
    const subject = query.get("subject")?.toLowerCase();
    const after = Number(query.get("after") ?? "0");
    const timeout = Math.min(Number(query.get("timeout") ?? "30") * 1000 || 0, MAX_WAIT);
    const fits = (message: StoredMessage): boolean =>
      message.arrived >= after &&
      (to === undefined || message.mailbox === to) &&
      (subject === undefined || message.subject.toLowerCase().includes(subject));
    const there = this.#mailboxes.list({ mailbox: to, limit: Infinity }).messages.filter(fits).at(-1);
    if (there !== undefined) return json(there);
    return new Promise((resolve) => {
      const end = (response: Response): void => {
        unwatch();
        clearTimeout(timer);
        resolve(response);
      };
      const unwatch = this.#mailboxes.watch((change) => {
        if (change.type === "added" && fits(change.message)) end(json(change.message));
      });
      const timer = setTimeout(() => end(problem(408, "no such message came in time")), timeout);
      request.onGone?.(() => end(problem(408, "nobody waits")));
    });
  }

  #events(): Response {
    const stop: (() => void)[] = [];
    const stream = new EventStream({
      closed: () => {
        for (const one of stop) one();
        this.#streams.delete(stream);
      },
    });
    this.#streams.add(stream);
    stop.push(
      this.#mailboxes.watch((change) => stream.send({ event: change.type, data: JSON.stringify(change) })),
      this.#desk.watch(() => stream.send({ event: "queue", data: "{}" })),
      this.#dialogues.watch(() => stream.send({ event: "failed", data: "{}" })),
      this.#faults.watch(() => stream.send({ event: "faults", data: "{}" })),
    );
    return stream.response;
  }

  /** Undefined: too big to be taken apart. */
  async #octets(message: StoredMessage): Promise<Buffer | undefined> {
    const pieces = this.#mailboxes.read(message.id);
    return pieces === undefined || message.size > MAX_PARSED ? undefined : collectOctets(pieces);
  }
}

function seenOf(text: string): boolean | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("seen" in value)) return undefined;
    return typeof value.seen === "boolean" ? value.seen : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined: none of ours. */
function recipientsOf(text: string): readonly string[] | undefined {
  if (text.trim() === "") return [];
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("to" in value) || !Array.isArray(value.to))
      return undefined;
    const to: readonly unknown[] = value.to;
    const addresses = to.filter((one) => typeof one === "string");
    return addresses.length === to.length ? addresses : undefined;
  } catch {
    return undefined;
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
