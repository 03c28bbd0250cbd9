/** The site that is served when no other is named: real assets, and for each visitor the sockets that carried them. */
import { base, copyButtons, inlineScript, rememberedTheme, themeSwitch, tokens } from "@socketscope/page";
import type { Tap } from "@socketscope/socket-core";
import type { Handler, Request, Response } from "@socketscope/web";
import type { Conversations } from "../conversations.ts";
import type { AnswerProblem } from "../problem/problem.ts";
import { Chat } from "./chat.ts";
import { documentResponse } from "./document.ts";
import { DEMO_LIMITS, type DemoLimits } from "./limits.ts";
import { Live } from "./live.ts";
import { SeenFlows } from "./seen-flows.ts";
import { socketsResponse } from "./sockets-page.ts";
import { UploadAnswers } from "./upload-answers.ts";
import { SHELF_LIMITS, UploadShelf, type ShelfLimits } from "./upload-shelf.ts";
import { Visits, visitCookie, type Visit } from "./visits.ts";
import { Watch } from "./watch.ts";

export interface DemoOptions {
  /** A folder of our own for uploads: it is emptied at the start and at the end. */
  readonly uploads: string;
  readonly limits?: Partial<DemoLimits>;
  readonly shelf?: Partial<ShelfLimits>;
  /** Milliseconds, monotonic. Default `performance.now`. */
  readonly now?: () => number;
}

/** What the site around it lends. */
export interface DemoSurroundings {
  /** Answers whatever is a file. */
  readonly files: Handler;
  readonly conversations: Conversations;
  readonly problem: AnswerProblem;
}

export class Demo {
  /** To be plugged into the listeners' tap: without it nothing is known of openings, TLS and octets. */
  readonly tap: Tap;
  readonly #uploadFolder: string;
  readonly #shelf: UploadShelf;
  readonly #visits: Visits;
  readonly #watch: Watch;
  readonly #live: Live;
  readonly #chat = new Chat();

  private constructor(options: DemoOptions, shelf: UploadShelf) {
    const now = options.now ?? (() => performance.now());
    const limits = { ...DEMO_LIMITS, ...options.limits };
    const seen = new SeenFlows(limits.flows, now);
    this.tap = seen;
    this.#uploadFolder = options.uploads;
    this.#shelf = shelf;
    this.#visits = new Visits(limits, now);
    this.#watch = new Watch(this.#visits, seen, now);
    this.#live = new Live(this.#watch, limits);
  }

  static async open(options: DemoOptions): Promise<Demo> {
    const shelf = await UploadShelf.open(options.uploads, { ...SHELF_LIMITS, ...options.shelf });
    return new Demo(options, shelf);
  }

  /** The demo's own addresses; every other one is a file's. */
  handler({ files, conversations, problem }: DemoSurroundings): Handler {
    const uploads = new UploadAnswers(this.#shelf, this.#uploadFolder, this.#watch, problem);
    const routes = new Map<string, Handler>([
      ["/", (request) => this.#document(request, conversations)],
      ["/sockets", (request) => this.#sockets(request)],
      ["/live", (request) => this.#live.sockets(request)],
      ["/clock", () => this.#live.clock()],
      ["/chat", (request) => this.#chat.answer(request)],
      ...SHARED,
    ]);
    return this.#watch.watched((request) => {
      const { path, method } = request;
      if (path === "/upload") return uploads.take(request);
      const reads = method === "GET" || method === "HEAD";
      const route = reads ? routes.get(path) : undefined;
      if (route !== undefined) return route(request);
      if (reads && path.startsWith("/uploads/")) return uploads.find(request);
      return files(request);
    });
  }

  /** Event streams open now. */
  get following(): number {
    return this.#live.open;
  }

  /** Ends what would not end by itself: event streams and WebSockets. */
  finish(): void {
    this.#live.close();
    this.#chat.close();
  }

  /** After the last request: nothing of anybody's uploads stays. */
  async close(): Promise<void> {
    this.finish();
    await this.#shelf.close();
  }

  async #document(request: Request, conversations: Conversations): Promise<Response> {
    const known = this.#visits.known(request);
    const visit = this.#watch.visitOf(request);
    const load = visit?.load(request.flow, this.#watch.cameAt(request));
    return documentResponse(request, {
      load: load?.id ?? 0,
      requests: conversations.requests(request.flow),
      cookie: visit === undefined || visit === known ? undefined : visitCookie(request, visit),
    });
  }

  #sockets(request: Request): Response {
    const visit: Visit | undefined = this.#watch.visitOf(request);
    return socketsResponse(request, visit?.view(visit.findLoad(0)) ?? []);
  }
}

function asset(type: string, content: string): Handler {
  const fields = ["Content-Type", `${type}; charset=utf-8`, "Cache-Control", "no-cache"];
  return () => ({ status: 200, fields, content });
}

/** What all pages of the program have in common, which the others carry inside: here as files of their own. */
const SHARED: readonly (readonly [path: string, handler: Handler])[] = [
  ["/style/shared.css", asset("text/css", `${tokens}${base}`)],
  // Before anything is drawn: no module, those come later.
  ["/modules/early.js", asset("text/javascript", inlineScript(rememberedTheme))],
  ["/modules/shared.js", asset("text/javascript", inlineScript(themeSwitch, copyButtons))],
];
