/**
 * `--live-reload`: a page that is open shows what its files say now. A WebSocket on a path of its own: it is not among
 * the six connections that a browser opens to a host, and the site's own paths and sockets stay the site's.
 */
import { Fields, namesMediaType, type FieldLines } from "@socketscope/http";
import { followChanges, inlineScript } from "@socketscope/page";
import { acceptWebSocket, type Handler, type Request, type Response, type WebSocket } from "@socketscope/web";
import { Changes } from "./changes.ts";

const SOCKET = "/.socketscope/reload";
const SCRIPT = "/.socketscope/reload.js";
const TAG = `\n<script type="module" src="${SCRIPT}"></script>\n`;

export interface ReloadLimits {
  /** Pages that may follow at the same time. Default 64. */
  readonly pages: number;
  /** Octets of the longest page that the script is put into. Default 8 MiB. */
  readonly page: number;
}

export const RELOAD_LIMITS: ReloadLimits = { pages: 64, page: 8 * 1024 * 1024 };

export class LiveReload {
  readonly #limits: ReloadLimits;
  readonly #pages = new Set<WebSocket>();
  readonly #changes: Changes;

  /** Watches `root` from now on. */
  constructor(root: string, onError: (error: unknown) => void, limits: ReloadLimits = RELOAD_LIMITS) {
    this.#limits = limits;
    this.#changes = new Changes(root, (names) => this.#tell(names), { onError });
  }

  /** Pages that follow now. */
  get pages(): number {
    return this.#pages.size;
  }

  /** Puts the script into each page that `handler` answers with. */
  over(handler: Handler): Handler {
    return (request) => {
      if (request.path === SOCKET) return this.#follow(request);
      if (request.path === SCRIPT) return script();
      if (!asksForPage(request)) return handler(request);
      return this.#withScript(handler, request);
    };
  }

  close(): void {
    this.#changes.close();
    // RFC 6455 §7.4.1: 1001, the server goes away.
    for (const page of this.#pages) page.close(1001);
  }

  #follow(request: Request): Response {
    if (this.#pages.size >= this.#limits.pages)
      return { status: 503, fields: PLAIN, content: "As many pages as may be are following.\n" };
    return acceptWebSocket(request, {
      onOpen: (page) => void this.#stay(page),
      onMessage: (_content, page) => page.close(1003),
    });
  }

  async #stay(page: WebSocket): Promise<void> {
    this.#pages.add(page);
    await page.closed;
    this.#pages.delete(page);
  }

  #tell(names: readonly string[]): void {
    // Style sheets are changed under a page's feet; everything else begins anew.
    const style = names.every((name) => name.endsWith(".css"));
    for (const page of this.#pages) page.send(style ? "style" : "page");
  }

  async #withScript(handler: Handler, request: Request): Promise<Response> {
    const response = await handler(asIs(request));
    const fields = new Fields(response.fields ?? []);
    if (response.status === 206 || !/^text\/html\b/i.test(fields.get("content-type") ?? "")) return response;
    if (fields.has("content-encoding")) return response;
    const content = await whole(response.content, this.#limits.page);
    if (content === undefined) return handler(request);
    return {
      ...response,
      fields: changing(response.fields ?? []),
      content: Buffer.concat([content, TAG_OCTETS]),
    };
  }
}

const TAG_OCTETS = Buffer.from(TAG);
const PLAIN: FieldLines = ["Content-Type", "text/plain; charset=utf-8"];

function script(): Response {
  const content = inlineScript(followChanges);
  return { status: 200, fields: ["Content-Type", "text/javascript", "Cache-Control", "no-cache"], content };
}

/** A navigation: a program that asks for HTML gets it as it lies on the disk. */
function asksForPage({ method, fields }: Request): boolean {
  if (method !== "GET" || fields.has("upgrade")) return false;
  const destination = fields.get("sec-fetch-dest");
  if (destination !== undefined) return destination === "document" || destination === "iframe";
  return namesMediaType(fields.get("accept"), "text/html");
}

/** Whole and uncoded: the answer is about to be changed, and its validators with it. */
const DROPPED = /^(?:accept-encoding|range|if-.*)$/i;

function asIs(request: Request): Request {
  const lines = [...request.fields].filter(([name]) => !DROPPED.test(name)).flat();
  const { method, target, path, query, version, flow, secure, body } = request;
  return { method, target, path, query, version, flow, secure, body, fields: new Fields(lines) };
}

/** RFC 9110 §8.8.1: with another content, validator and length say the wrong thing. */
function changing(fields: FieldLines): FieldLines {
  const gone = /^(?:etag|last-modified|content-length|accept-ranges|cache-control)$/i;
  return [
    ...[...new Fields(fields)].filter(([name]) => !gone.test(name)).flat(),
    "Cache-Control",
    "no-store",
  ];
}

/** Undefined when it is longer than `limit` octets. */
async function whole(content: Response["content"], limit: number): Promise<Uint8Array | undefined> {
  if (content === undefined || typeof content === "string") return Buffer.from(content ?? "");
  if (content instanceof Uint8Array) return content.length > limit ? undefined : content;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of content.pieces) {
    length += piece.length;
    if (length > limit) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
