/** PUT, DELETE and forms into one folder (RFC 9110 §9.3.3–§9.3.5), conditional and atomic. */
import {
  encodePath,
  evaluatePreconditions,
  Fields,
  namesMediaType,
  parseDate,
  parseEntityTag,
  parseMediaType,
  type Validators,
} from "@socketscope/http";
import { lstat, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Handler, Problem, Request, Response } from "@socketscope/web";
import type { AnswerProblem } from "../problem/problem.ts";
import { receiveForm } from "./form.ts";
import { findPlace, NoPlace, type Place } from "./place.ts";
import { receive, syncFolder, TooLarge } from "./receive.ts";
import { Turns } from "./turns.ts";

export interface UploadOptions {
  readonly root: string;
  /** Inside the root. */
  readonly writable: string;
  /** Octets of one body. */
  readonly maxBody: number;
  readonly problem: AnswerProblem;
  /** Answers GET and HEAD: asked for the validators a client knows. */
  readonly files: Handler;
}

/** Takes PUT, DELETE and POST; everything else goes to `options.files`. */
export function upload(options: UploadOptions): Handler {
  const writer = new Writer(options);
  return (request) => {
    switch (request.method) {
      case "PUT":
      case "DELETE":
      case "POST":
        return writer.answer(request);
      case "OPTIONS":
        return writer.capabilities(request);
      default:
        return options.files(request);
    }
  };
}

class Writer {
  readonly #options: UploadOptions;
  readonly #turns = new Turns();

  constructor(options: UploadOptions) {
    this.#options = options;
  }

  async answer(request: Request): Promise<Response> {
    try {
      const place = await findPlace(request.path, this.#options.root, this.#options.writable);
      if (request.method === "POST") return await this.#form(request, place);
      if (place.path.endsWith("/")) throw new NoPlace(409, "This is the address of a folder.");
      return request.method === "PUT" ? await this.#put(request, place) : await this.#delete(request, place);
    } catch (error) {
      return this.#options.problem(this.#problemOf(error), request);
    }
  }

  /** RFC 9110 §9.3.7. */
  async capabilities(request: Request): Promise<Response> {
    try {
      const { path } = await findPlace(request.path, this.#options.root, this.#options.writable);
      return {
        status: 204,
        fields: ["Allow", `GET, HEAD, OPTIONS, ${path.endsWith("/") ? "POST" : "PUT, DELETE"}`],
      };
    } catch (error) {
      // Nothing can be put there; what else can be done, the files say.
      if (error instanceof NoPlace) return this.#options.files(request);
      throw error;
    }
  }

  async #put(request: Request, place: Place): Promise<Response> {
    // RFC 9110 §14.5: a part cannot be put; who would take it for the whole destroys the rest.
    if (request.fields.has("content-range")) throw new NoPlace(400, "A part of a file cannot be put.");
    if (request.fields.has("content-encoding"))
      throw new NoPlace(415, "Files are taken as they are, without a coding.");
    this.#refuseTooLong(request);
    // Asked twice: now, so that nobody sends a gigabyte for nothing; and again when nothing else can come between.
    await this.#refuseStale(request, place);
    const received = await receive(request.body, place.location, this.#options.maxBody);
    return this.#turns.take(place.location, async () => {
      let existed: boolean;
      try {
        existed = await this.#refuseStale(request, place);
      } catch (error) {
        await received.discard();
        throw error;
      }
      await received.commit();
      // RFC 9110 §9.3.4: the validator may be sent, since what came is kept as it came.
      const etag = (await this.#current(request, place))?.tag;
      const tag = etag === undefined ? [] : ["ETag", etag];
      if (existed) return { status: 204, fields: tag };
      const fields = [
        "Location",
        encodePath(place.path),
        "Content-Type",
        "text/plain; charset=utf-8",
        ...tag,
      ];
      return { status: 201, fields, content: "Created.\n" };
    });
  }

  #delete(request: Request, place: Place): Promise<Response> {
    return this.#turns.take(place.location, async () => {
      if (!(await this.#refuseStale(request, place)))
        throw new NoPlace(404, "There is no file by this name.");
      await rm(place.location);
      await syncFolder(dirname(place.location));
      return { status: 204 };
    });
  }

  async #form(request: Request, place: Place): Promise<Response> {
    if (!place.path.endsWith("/"))
      throw new NoPlace(405, "Forms are sent to a folder's address, with a slash at the end.", [
        "Allow",
        "GET, HEAD, OPTIONS, PUT, DELETE",
      ]);
    const type = request.fields.get("content-type") ?? "";
    const media = parseMediaType(type);
    if (media?.type !== "multipart" || media.subtype !== "form-data")
      throw new NoPlace(415, "Send a form as multipart/form-data.");
    this.#refuseTooLong(request);
    const files = await receiveForm(type, request.body, place.location, this.#options.maxBody);
    if (files.length === 0) throw new NoPlace(400, "The form holds no file.");
    for (const { received } of files) await received.commit();
    const names = files.map(({ name }) => `${encodePath(place.path + name)}\n`).join("");
    const text = ["Content-Type", "text/plain; charset=utf-8"];
    // RFC 9110 §15.4.4: a browser goes to the listing, and a reload sends nothing again.
    if (namesMediaType(request.fields.get("accept"), "text/html"))
      return { status: 303, fields: ["Location", encodePath(place.path), ...text], content: names };
    return { status: 201, fields: text, content: names };
  }

  #refuseTooLong({ body }: Request): void {
    if ((body.length ?? 0) > this.#options.maxBody)
      throw new TooLarge(`more than ${this.#options.maxBody} octets`);
  }

  /** Whether a file is there. Throws when the request's conditions fail, or the name is a folder's. */
  async #refuseStale(request: Request, place: Place): Promise<boolean> {
    const stats = await lstat(place.location).catch(() => undefined);
    if (stats !== undefined && !stats.isFile())
      throw new NoPlace(409, "What has this name is no plain file.");
    const current = stats === undefined ? undefined : ((await this.#current(request, place)) ?? {});
    if (evaluatePreconditions(request.method, request.fields, current, Date.now()) !== "proceed") {
      throw new NoPlace(412, "The file is not the version that was asked for.");
    }
    return stats !== undefined;
  }

  /** What a GET without conditions would say of it now. */
  async #current(
    request: Request,
    place: Place,
  ): Promise<(Validators & { readonly tag?: string }) | undefined> {
    const path = encodePath(place.path);
    const { status, fields } = await this.#options.files({
      ...request,
      method: "HEAD",
      path,
      query: "",
      fields: new Fields([]),
    });
    if (status !== 200) return undefined;
    const said = new Fields(fields ?? []);
    const tag = said.get("etag");
    const etag = tag === undefined ? undefined : parseEntityTag(tag);
    const lastModified = parseDate(said.get("last-modified") ?? "", Date.now());
    return {
      ...(etag !== undefined && tag !== undefined && { etag, tag }),
      ...(lastModified !== undefined && { lastModified }),
    };
  }

  #problemOf(error: unknown): Problem {
    if (error instanceof NoPlace) return error.problem;
    if (error instanceof TooLarge)
      return { status: 413, text: `One upload may have ${this.#options.maxBody} bytes.`, fields: [] };
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOSPC" || code === "EDQUOT") return { status: 507, text: "The disk is full.", fields: [] };
    if (code === "EACCES" || code === "EPERM" || code === "EROFS")
      return { status: 403, text: "The server may not write here.", fields: [] };
    throw error;
  }
}
