/** The files of a login over HTTP: the same file system, jail, rights and quotas as behind FTP and SFTP. */
import { followParts, octets, page, sortableTable } from "@socketscope/page";
import { ContentTooLarge, FormProblem, type Request, type Response } from "@socketscope/web";
import type { Login } from "../accounts/login.ts";
import { FileProblem, type FileProblemCode } from "../files/file-problem.ts";
import type { Files, FileSystem } from "../files/file-system.ts";
import { splitPath } from "../files/path.ts";
import { pageAnswer, problem, seeOther } from "./answers.ts";
import { download } from "./download.ts";
import { readFolder } from "./folder.ts";
import { doorMain, folderMain } from "./files-view.ts";
import type { Witness } from "./moves.ts";
import { nav } from "./sessions-view.ts";
import { store } from "./store.ts";
import { style } from "./style.ts";
import { fromSegment, fromWebPath, segment, shown, webPath } from "./web-path.ts";

export interface BrowseOptions extends Witness {
  readonly files: Files;
}

/** Octets of a form without files. */
const MAX_FIELDS = 64 * 1024;

/** RFC 9110 §15: what each problem of a file is in HTTP. */
const statuses: { readonly [C in FileProblemCode]: number } = {
  "not-found": 404,
  exists: 409,
  "not-a-folder": 404,
  "is-a-folder": 409,
  "not-a-file": 403,
  "not-a-link": 409,
  "not-empty": 409,
  "bad-name": 400,
  "name-too-long": 400,
  outside: 404,
  "too-many-links": 404,
  forbidden: 403,
  denied: 403,
  busy: 409,
  "bad-offset": 400,
  "disk-full": 507,
  quota: 507,
  "too-large": 413,
  "across-file-systems": 409,
  "too-many-open": 503,
  unsupported: 400,
  closed: 503,
  io: 500,
};

export class Browse {
  readonly #options: BrowseOptions;

  constructor(options: BrowseOptions) {
    this.#options = options;
  }

  async answer(request: Request, login: Login): Promise<Response> {
    const path = fromWebPath(request.path.slice("/files".length));
    if (path === undefined) return problem(400, "The address is no path of a file.");
    const files = await this.#options.files.view(login);
    let lasts = false;
    try {
      if (request.method === "POST") return await this.#post(request, login, files, path);
      if (request.method !== "GET" && request.method !== "HEAD")
        return problem(405, "This takes GET, HEAD and POST.", ["Allow", "GET, HEAD, POST"]);
      if (path.endsWith("/")) return await this.#folder(request, login, files, path, 200);
      const { kind } = await files.stat(path);
      if (kind === "folder") return seeOther(`/files${webPath(path)}/`);
      const answer = await download(request, login, { files, path }, this.#options);
      lasts = true;
      return answer;
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      return this.#failed(error);
    } finally {
      if (!lasts) await files.close();
    }
  }

  #failed({ code, message }: FileProblem): Response {
    const document = page({
      title: "Not here · Socketscope files",
      app: "Files",
      home: "/",
      skip: "Skip to the message",
      status: nav("files"),
      main: doorMain("That did not work", `${message}.`),
      style,
    });
    return pageAnswer(statuses[code], document);
  }

  async #folder(
    request: Request,
    login: Login,
    files: FileSystem,
    path: string,
    status: number,
    said?: { readonly text: string; readonly bad: boolean },
  ): Promise<Response> {
    const query = new URLSearchParams(request.query);
    const done = query.get("done");
    const state = await readFolder(files, path, query);
    const space = login.quota === undefined ? undefined : await files.space(path);
    const document = page({
      title: `${path === "/" ? "Files" : shown(splitPath(path).name)} of ${login.user} · Socketscope files`,
      app: "Files",
      home: "/",
      skip: "Skip to the files",
      status: nav("files"),
      main: folderMain({
        ...state,
        path,
        user: login.user,
        said: said ?? (done === null ? undefined : { text: done, bad: false }),
        may: {
          store: files.may("create"),
          makeFolder: files.may("make-folder"),
          remove: files.may("remove"),
        },
        room: space === undefined ? undefined : `${octets(space.available)} left of the quota`,
      }),
      style,
      behaviours: state.pages === 1 ? [followParts, sortableTable] : [followParts],
    });
    return pageAnswer(status, document);
  }

  async #post(request: Request, login: Login, files: FileSystem, path: string): Promise<Response> {
    if (!path.endsWith("/")) return problem(405, "Forms go to folders.", ["Allow", "GET, HEAD"]);
    const type = request.fields.get("content-type") ?? "";
    const here = `/files${webPath(path)}`;
    try {
      const done = type.toLowerCase().startsWith("multipart/form-data")
        ? await store(request, login, { files, folder: path }, this.#options)
        : await carryOut(files, path, new URLSearchParams(await request.body.text(MAX_FIELDS)));
      return seeOther(`${here}?${new URLSearchParams({ done }).toString()}`);
    } catch (error) {
      const known = told(error);
      if (known === undefined) throw error;
      return this.#folder(request, login, files, path, known.status, { text: known.text, bad: true });
    }
  }
}

/** What the form said: what was done, in words. */
async function carryOut(files: FileSystem, path: string, form: URLSearchParams): Promise<string> {
  const make = form.get("make");
  if (make !== null) {
    if (make.includes("/")) throw new FileProblem("bad-name", "A folder's name holds no slash");
    await files.makeFolder(`${path}${make}`);
    return `The folder ${shown(make)} is made.`;
  }
  const name = fromSegment(form.get("remove") ?? "") ?? "";
  if (name === "" || segment(name) === "") throw new FileProblem("bad-name", "Say what to make or to remove");
  const { kind } = await files.lstat(`${path}${name}`);
  if (kind === "folder") await files.removeFolder(`${path}${name}`);
  else await files.remove(`${path}${name}`);
  return `${shown(name)} is deleted.`;
}

/** Undefined: a mistake of ours. */
function told(error: unknown): { readonly status: number; readonly text: string } | undefined {
  if (error instanceof FileProblem) return { status: statuses[error.code], text: `${error.message}.` };
  if (error instanceof FormProblem) return { status: error.status, text: error.message };
  if (error instanceof ContentTooLarge) return { status: 413, text: "That is too much for one form." };
  return undefined;
}
