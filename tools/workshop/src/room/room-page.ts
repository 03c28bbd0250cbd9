/** The facilitator's page: on the machine's own addresses only, guarded as the other pages are. */
import { createHash } from "node:crypto";
import { followParts, markup, page, policyOf, turnPages, type Markup, type Page } from "@socketscope/page";
import { EventStream, guard, type Handler, type Request, type Response } from "@socketscope/web";
import type { Lesson } from "../lesson.ts";
import type { Room } from "./room.ts";
import { roomStyle } from "./room-style.ts";
import { roomMain, wallMain } from "./room-view.ts";
import { lessonList, slideMain } from "./slide-view.ts";
import { slidesOf } from "./slides.ts";

export interface RoomPageOptions {
  readonly room: Room;
  readonly lessons: readonly Lesson[];
  readonly joining: () => readonly string[];
  /** Answers `/report`. */
  readonly report: Handler;
}

/** Milliseconds: who is away, and for how long one has been where, changes without a word. */
const BEAT = 15_000;
/** Browsers that follow at once. */
const MAX_STREAMS = 20;

export class RoomPage {
  readonly handler: Handler;
  readonly #options: RoomPageOptions;
  readonly #streams = new Set<EventStream>();

  constructor(options: RoomPageOptions) {
    this.#options = options;
    this.handler = guard((request) => this.#answer(request));
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
  }

  #answer(request: Request): Response | Promise<Response> {
    const { room, lessons, joining, report } = this.#options;
    const { path, method } = request;
    if (path === "/report") return report(request);
    if (path === "/reset") {
      if (method !== "POST") return plain(405, "this takes POST", ["Allow", "POST"]);
      room.reset();
      // RFC 9110 §15.4.4: what a form led to is looked at by GET.
      return { status: 303, fields: ["Location", "/", "Cache-Control", "no-store"], content: "" };
    }
    if (method !== "GET" && method !== "HEAD")
      return plain(405, "this takes GET, HEAD", ["Allow", "GET, HEAD"]);
    const state = { people: room.people, lessons, joining: joining() };
    if (path === "/") return this.#page("The room", "/", roomMain(state));
    if (path === "/wall") return this.#page("The wall", "/wall", wallMain(state));
    if (path === "/slides") return this.#page("Slides", "/slides", lessonList(lessons));
    if (path === "/events") return this.#events();
    return this.#slide(path) ?? plain(404, "there is /, /wall and /slides");
  }

  #slide(path: string): Response | undefined {
    const [, number, place = "1"] = /^\/slides\/(\d{1,2})(?:\/(\d{1,3}))?$/.exec(path) ?? [];
    const lesson = this.#options.lessons.find((one) => String(one.number) === number);
    if (lesson === undefined) return undefined;
    const slides = slidesOf(lesson);
    const at = Number(place) - 1;
    const slide = slides[at];
    if (slide === undefined) return undefined;
    return this.#page(`${lesson.number}. ${slide.title}`, "/slides", slideMain(lesson, slides, at), [
      turnPages,
    ]);
  }

  #page(
    title: string,
    here: string,
    main: Markup,
    behaviours: readonly (() => void)[] = [followParts],
  ): Response {
    return documentOf(
      page({
        title: `${title} · Socketscope workshop`,
        app: "Workshop",
        home: "/",
        skip: "Skip to the content",
        status: navigation(here),
        main,
        style: roomStyle,
        behaviours,
      }),
    );
  }

  #events(): Response {
    if (this.#streams.size >= MAX_STREAMS) return plain(503, "too many pages follow", ["Retry-After", "30"]);
    const tell = (): void => void stream.send({ event: "changed", data: "{}" });
    const beat = setInterval(tell, BEAT).unref();
    const unwatch = this.#options.room.watch(tell);
    const stream = new EventStream({
      closed: () => {
        clearInterval(beat);
        unwatch();
        this.#streams.delete(stream);
      },
    });
    this.#streams.add(stream);
    return stream.response;
  }
}

function navigation(here: string): Markup {
  const links = [
    ["/", "Room"],
    ["/wall", "Wall"],
    ["/slides", "Slides"],
  ] as const;
  return markup`<nav class="nav" aria-label="Pages">${links.map(([to, word]) =>
    to === here
      ? markup`<a href="${to}" aria-current="page">${word}</a>`
      : markup`<a href="${to}">${word}</a>`,
  )}</nav>`;
}

const SAFE = [
  "X-Content-Type-Options",
  "nosniff",
  "Cache-Control",
  "no-store",
  "Referrer-Policy",
  "same-origin",
];

function documentOf(document: Page): Response {
  const policy = policyOf(document, (text) => createHash("sha256").update(text).digest("base64"));
  const fields = ["Content-Type", "text/html; charset=utf-8", "Content-Security-Policy", policy, ...SAFE];
  return { status: 200, fields, content: document.text };
}

function plain(status: number, text: string, fields: readonly string[] = []): Response {
  return {
    status,
    fields: ["Content-Type", "text/plain; charset=utf-8", ...SAFE, ...fields],
    content: `${text}\n`,
  };
}
