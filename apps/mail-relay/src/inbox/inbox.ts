/** The inbox: the page for people at "/", the API for programs under "/api/v1". Host and Origin are guarded. */
import { createHash } from "node:crypto";
import { deleteButton, followParts, page, policyOf, sharedLine } from "@socketscope/page";
import { guard, type Handler, type Request, type Response } from "@socketscope/web";
import type { QueueDesk } from "../queue/queue-desk.ts";
import { summaryOf } from "../mailboxes/summary.ts";
import { InboxForms } from "./forms.ts";
import type { QueueState } from "./queue-view.ts";
import type { Release } from "./release.ts";
import type { MailFaults } from "../faults/mail-faults.ts";
import type { MailboxPage, Mailboxes, StoredMessage } from "../mailboxes/mailboxes.ts";
import { problem } from "./answers.ts";
import { InboxApi } from "./api.ts";
import type { Dialogues } from "./dialogues.ts";
import { collectOctets, MAX_PARSED, parseMessage, viewOf } from "./message-view.ts";
import { style } from "./style.ts";
import {
  followed,
  inboxMain,
  searchForm,
  tabs,
  type InboxState,
  type Opened,
  type Place,
  type Tab,
} from "./view.ts";

export interface InboxOptions {
  readonly mailboxes: Mailboxes;
  readonly dialogues: Dialogues;
  readonly desk: QueueDesk;
  readonly release: Release;
  /** As the ready line has them. */
  readonly listeners: () => readonly { readonly name: string; readonly url: string }[];
  /** Those that are on. */
  readonly faults: MailFaults;
}

/** Letters in one list; the search finds the others. */
const LISTED = 200;
/** Messages of the queue in one page. */
const QUEUED = 50;
/** Octets of a source that is shown. */
const SOURCE = 256 * 1024;

/** By which all tabs of a browser share one stream of events. */
const line: Response = {
  status: 200,
  fields: [
    "Content-Type",
    "text/javascript; charset=utf-8",
    "Cache-Control",
    "no-cache",
    "X-Content-Type-Options",
    "nosniff",
  ],
  content: sharedLine("/api/v1/events", followed),
};

export class Inbox {
  readonly handler: Handler;
  readonly #options: InboxOptions;
  readonly #api: InboxApi;
  readonly #forms: InboxForms;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#api = new InboxApi(options);
    this.#forms = new InboxForms(options);
    this.handler = guard((request) => this.#answer(request));
  }

  close(): void {
    this.#api.close();
  }

  #answer(request: Request): Response | Promise<Response> {
    if (request.path.startsWith("/api/v1/")) return this.#api.handler(request);
    if (request.method === "POST") return this.#forms.answer(request);
    if (request.path === "/line.js") return line;
    if (request.path !== "/") return problem(404, "the inbox is at /, its API under /api/v1/");
    if (request.method !== "GET" && request.method !== "HEAD") {
      const refusal = problem(405, "this takes GET, HEAD");
      return { ...refusal, fields: [...(refusal.fields ?? []), "Allow", "GET, HEAD"] };
    }
    const query = new URLSearchParams(request.query);
    return this.#page(placeOf(query), query.get("said") ?? undefined);
  }

  async #page(place: Place, said: string | undefined): Promise<Response> {
    const { mailboxes, dialogues, desk, listeners, faults } = this.#options;
    await mailboxes.refresh();
    const opened = await this.#open(place);
    const { messages, total, skipped } = await this.#letters(place);
    const smtp =
      listeners()
        .find(({ name }) => name === "smtp")
        ?.url.replace("smtp://", "") ?? "127.0.0.1:2525";
    const state: InboxState = {
      place,
      mailboxes: mailboxes.names(),
      messages,
      total,
      skipped,
      failed: dialogues.failed,
      opened,
      queued: desk.size,
      queue: place.queue ? await this.#queue() : undefined,
      said,
      listeners: listeners(),
      faults: faults.list(),
      command: `npx mail-client send --server ${smtp} --from me@example.test --to ann@example.test --subject Hello --text "A first letter"`,
    };
    const title = place.queue
      ? "Queue"
      : place.failed
        ? "Failed sessions"
        : (opened?.message.subject ?? place.mailbox ?? "Inbox");
    const document = page({
      title: `${title} · Socketscope mail`,
      app: "Mail",
      home: "/",
      skip: "Skip to the letters",
      status: searchForm(state),
      main: inboxMain(state),
      style,
      behaviours: [followParts, deleteButton],
    });
    const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64");
    return {
      status: 200,
      fields: [
        "Content-Type",
        "text/html; charset=utf-8",
        "Content-Security-Policy",
        policyOf(document, sha256, ["frame-src 'self'", "worker-src 'self'"]),
        "X-Content-Type-Options",
        "nosniff",
        "Referrer-Policy",
        "same-origin",
        "Cache-Control",
        "no-store",
      ],
      content: document.text,
    };
  }

  async #letters({
    mailbox,
    text = "",
    failed,
    queue,
  }: Place): Promise<MailboxPage & { readonly skipped: number }> {
    const { mailboxes } = this.#options;
    const asked = { mailbox, limit: LISTED };
    if (text.trim() === "" || failed || queue) return { ...mailboxes.list(asked), skipped: 0 };
    return mailboxes.search({ ...asked, text });
  }

  async #queue(): Promise<QueueState> {
    const { desk } = this.#options;
    const shown = desk.list({ limit: QUEUED });
    const subjects = new Map<string, string>();
    for (const { id } of shown.messages) {
      // It may have gone out while this page was made.
      const head = await desk.headOf(id).catch(() => new Uint8Array(0));
      subjects.set(id, (await summaryOf(head)).subject);
    }
    return { ...shown, subjects, now: Date.now() };
  }

  /** What is opened counts as read. */
  async #open({ message: id, tab }: Place): Promise<Opened | undefined> {
    const { mailboxes, dialogues } = this.#options;
    const found = id === undefined ? undefined : await mailboxes.markSeen(id, true);
    if (found === undefined) return undefined;
    const pieces = mailboxes.read(found.id);
    const octets = pieces === undefined || found.size > MAX_PARSED ? undefined : await collectOctets(pieces);
    const view = octets === undefined ? undefined : viewOf(await parseMessage(octets));
    const source =
      octets === undefined || octets.length > SOURCE
        ? undefined
        : octets.toString("utf8").replaceAll("\r\n", "\n");
    const dialogue = found.received === undefined ? undefined : await dialogues.of(found.received);
    const chosen: Tab = tab ?? (view?.html === undefined ? (view === undefined ? "source" : "text") : "html");
    const message: StoredMessage = found;
    return { message, view, source, dialogue, tab: chosen };
  }
}

function placeOf(query: URLSearchParams): Place {
  const asked = query.get("tab");
  return {
    mailbox: query.get("mailbox") ?? undefined,
    text: query.get("q") ?? undefined,
    message: query.get("id") ?? undefined,
    tab: tabs.find((tab) => tab === asked),
    failed: query.get("view") === "failed",
    session: Number(query.get("session") ?? Number.NaN),
    queue: query.get("view") === "queue",
    remote: query.get("remote") === "1",
  };
}
