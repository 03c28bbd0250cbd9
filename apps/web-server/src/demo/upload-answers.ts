/** `POST /upload` (RFC 7578), and what became of it: as a page, as JSON, and the octets again. */
import { chooseMediaType, encodePath, namesMediaType } from "@socketscope/http";
import { counted, markup, octets, page, type Page } from "@socketscope/page";
import type { Flow } from "@socketscope/socket-core";
import { staticFiles, type Handler, type Problem, type Request, type Response } from "@socketscope/web";
import { pageResponse } from "../page-response.ts";
import type { AnswerProblem } from "../problem/problem.ts";
import { NoPlace } from "../upload/place.ts";
import { TooLarge } from "../upload/receive.ts";
import { thisSocket } from "./sockets-page.ts";
import { ShelfFull, type Upload, type UploadShelf } from "./upload-shelf.ts";
import type { Watch } from "./watch.ts";

const STYLE = `.files{display:grid;gap:14px;margin:18px 0}
.files li{background:var(--panel);border:1px solid var(--line);border-radius:var(--r-4);padding:14px 18px;display:grid;gap:4px;overflow-wrap:anywhere}
.files code{color:var(--ink-2)}
h1{font-size:var(--text-2xl)}`;

export class UploadAnswers {
  readonly #shelf: UploadShelf;
  readonly #watch: Watch;
  readonly #problem: AnswerProblem;
  readonly #files: Handler;

  /** `folder`: where the shelf keeps its files. */
  constructor(shelf: UploadShelf, folder: string, watch: Watch, problem: AnswerProblem) {
    this.#shelf = shelf;
    this.#watch = watch;
    this.#problem = problem;
    this.#files = staticFiles({
      root: folder,
      // Whatever it claims to be: it was put here by somebody, and is only given back.
      typeOf: () => "application/octet-stream",
      fields: [
        "Content-Disposition",
        "attachment",
        "Content-Security-Policy",
        "sandbox; default-src 'none'",
        "X-Content-Type-Options",
        "nosniff",
      ],
      cacheControl: () => "no-store",
      limits: { cachedFile: 0 },
      problem,
    });
  }

  /** `/upload` */
  async take(request: Request): Promise<Response> {
    if (request.method !== "POST")
      return this.#problem(
        { status: 405, text: "Send a form here, with POST.", fields: ["Allow", "POST"] },
        request,
      );
    const visit = this.#watch.visitOf(request);
    if (visit === undefined) return this.#full(request);
    const { limits } = this.#shelf;
    try {
      if ((request.body.length ?? 0) > limits.form) throw new TooLarge(`more than ${limits.form} octets`);
      const type = request.fields.get("content-type") ?? "";
      const upload = await this.#shelf.take(type, request.body, visit.id);
      if (upload.files.length === 0) throw new NoPlace(400, "The form holds no file.");
      const location = `/uploads/${upload.id}/`;
      // RFC 9110 §15.4.4: a browser goes on to the page about it, and a reload sends nothing again.
      if (namesMediaType(request.fields.get("accept"), "text/html"))
        return { status: 303, fields: ["Location", location], content: "" };
      return json(201, upload, limits.keepMs, ["Location", location]);
    } catch (error) {
      if (error instanceof ShelfFull) return this.#full(request);
      const problem = problemOf(error, limits.form);
      if (problem === undefined) throw error;
      return this.#problem(problem, request);
    }
  }

  /** `/uploads/ID/` and `/uploads/ID/NAME` */
  find(request: Request): Response | Promise<Response> {
    const [, id = "", name = ""] = /^\/uploads\/([\w-]+)\/([^/]*)$/.exec(request.path) ?? [];
    const upload = this.#shelf.find(id, this.#watch.visitOf(request)?.id ?? "");
    if (upload === undefined) {
      const text = "This upload is not yours, or its time is over.";
      return this.#problem({ status: 404, text, fields: [] }, request);
    }
    if (name !== "") return this.#files({ ...request, path: request.path.slice("/uploads".length) });
    const fields = request.fields.get("accept");
    if (chooseMediaType(fields, ["text/html", "application/json"]) === "application/json")
      return json(200, upload, this.#shelf.limits.keepMs, []);
    return pageResponse(200, uploadPage(upload, this.#shelf.limits.keepMs, request.flow), [
      "Cache-Control",
      "no-store",
    ]);
  }

  #full(request: Request): Promise<Response> {
    const text = "Too much is being uploaded just now. Try again in some minutes.";
    return this.#problem({ status: 503, text, fields: ["Retry-After", "60"] }, request);
  }
}

function problemOf(error: unknown, limit: number): Problem | undefined {
  if (error instanceof NoPlace) return error.problem;
  if (error instanceof TooLarge)
    return { status: 413, text: `One upload may have ${octets(limit)}.`, fields: [] };
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return { status: 507, text: "The disk is full.", fields: [] };
  return undefined;
}

function json(status: number, upload: Upload, keepMs: number, fields: readonly string[]): Response {
  const { id, owner: _owner, ...rest } = upload;
  const files = upload.files.map((file) => ({ ...file, url: encodePath(`/uploads/${id}/${file.name}`) }));
  return {
    status,
    fields: ["Content-Type", "application/json", "Cache-Control", "no-store", ...fields],
    content: `${JSON.stringify({ ...rest, files, keptSeconds: Math.round(keepMs / 1000) })}\n`,
  };
}

function uploadPage(
  { id, files, octets: length, pieces, largest }: Upload,
  keepMs: number,
  flow: Flow,
): Page {
  return page({
    title: "Your upload arrived",
    app: "Web",
    home: "/",
    skip: "Skip to the files",
    status: thisSocket(flow),
    style: STYLE,
    main: markup`<h1>Your upload arrived</h1>
<p>${octets(length)} came in ${counted(pieces, "piece")} from the socket${pieces > 1 && `, the largest of ${octets(largest)}`}. Here they stay for ${counted(Math.round(keepMs / 60_000), "minute")}, and only this browser can have them back.</p>
<ul class="files">${files.map(
      ({ name, octets: size, sha256 }) =>
        markup`<li><b>${name}</b><span>${octets(size)} · <a href="${encodePath(`/uploads/${id}/${name}`)}" download>have it back</a></span><code>SHA-256 ${sha256}</code></li>`,
    )}</ul>
<p><a href="/#upload">Back to the page</a></p>`,
  });
}
