/**
 * Static files as a {@link Handler}: what is small and unchanged is answered from memory in the same turn;
 * everything else is looked up, opened and streamed.
 */
import { decodePath, namesMediaType, PathError } from "@socketscope/http";
import { join } from "node:path";
import { CompressedPieces, compressWhole } from "./compress.ts";
import { FileCache } from "./file-cache.ts";
import type { Handler, Request, Response } from "./handler.ts";
import {
  answer,
  FileSource,
  hasConditions,
  MemorySource,
  type AnswerOptions,
  type Representation,
  type Source,
} from "./static-answer.ts";
import { chooseCoding, describeFile, representFile, type Description } from "./static-describe.ts";
import { OpenFile, type FoundFolder, type NoFile, type Version } from "./static-file.ts";
import { keptForm, KeptFile, type KeptForm } from "./static-kept.ts";
import { lookUp } from "./static-lookup.ts";
import {
  STATIC_LIMITS,
  type Coding,
  type Problem,
  type StaticLimits,
  type StaticOptions,
} from "./static-options.ts";
import { FilePieces } from "./static-pieces.ts";
import {
  CAPABILITIES,
  malformedPath,
  METHOD_NOT_ALLOWED,
  MISSING_PART,
  NO_FILE,
  NOT_ACCEPTABLE,
  PAGE_OR_PART,
  plainProblem,
  redirectToFolder,
} from "./static-problems.ts";

/** Serves the files below `options.root` to GET and HEAD. */
export function staticFiles(options: StaticOptions): Handler {
  const site = new StaticSite(options);
  return (request) => site.handle(request);
}

/** The name the fallback is kept by: no path, so no request can take its place. */
const FALLBACK = "fallback";

class StaticSite {
  readonly #options: StaticOptions;
  readonly #limits: StaticLimits;
  readonly #now: () => number;
  readonly #cache: FileCache<KeptFile>;
  #compressing = 0;

  constructor(options: StaticOptions) {
    this.#options = options;
    this.#limits = { ...STATIC_LIMITS, ...options.limits };
    this.#now = options.now ?? Date.now;
    this.#cache = new FileCache({ octets: this.#limits.cachedOctets, entries: this.#limits.cachedPaths });
  }

  handle(request: Request): Response | Promise<Response> {
    const { method, fields } = request;
    if (method !== "GET" && method !== "HEAD")
      return method === "OPTIONS" ? CAPABILITIES : this.#problem(METHOD_NOT_ALLOWED, request);
    const kept = this.#cache.get(request.path);
    if (kept && !this.#isDue(kept) && kept.isCurrent()) {
      const isConditional = hasConditions(fields);
      const coding = isConditional ? chooseCoding(method, fields, kept.offered) : kept.choose(method, fields);
      const form = coding && kept.ready(coding);
      if (form) return isConditional ? this.#answerKept(request, form) : form.whole;
    }
    return this.#lookUp(request);
  }

  /** True once for each time it is due: one of a crowd looks up, the others go on with what is still current. */
  #isDue(kept: KeptFile): boolean {
    const now = this.#now();
    // A clock that was set back counts as expired.
    if (Math.abs(now - kept.checked) <= this.#limits.recheck) return false;
    kept.checked = now;
    return true;
  }

  async #lookUp(request: Request): Promise<Response> {
    let path: string;
    try {
      path = decodePath(request.path);
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      return this.#problem(malformedPath(error.message), request);
    }
    const {
      root,
      index = ["index.html"],
      extensions = [".html"],
      followSymlinks = false,
      list,
    } = this.#options;
    const found = await lookUp(path, { root, index, extensions, followSymlinks, now: this.#now });
    if (found.kind === "file") return this.#serve(request, found.file, request.path, undefined);
    this.#cache.delete(request.path);
    if (found.kind === "redirect") return redirectToFolder(path, request.query);
    if (found.kind === "folder" && list) return list(found.folder, request);
    return this.#none(request, found.kind === "none" ? found.why : "missing");
  }

  /** No file by that name: the fallback for a navigation, else the error that fits. */
  async #none(request: Request, why: NoFile): Promise<Response> {
    const { fallback, root } = this.#options;
    if (why === "missing" && fallback !== undefined) {
      if (!asksForPage(request)) return this.#problem(MISSING_PART, request);
      const file = await this.#open(join(root, fallback));
      if (file instanceof OpenFile) return this.#serve(request, file, FALLBACK, PAGE_OR_PART);
    }
    return this.#problem(NO_FILE[why], request);
  }

  /** Owns `file` from here on. `name`: what it is kept by. */
  async #serve(request: Request, file: OpenFile, name: string, vary: string | undefined): Promise<Response> {
    let source: Source = new FileSource(file, this.#limits.read);
    try {
      const description = await describeFile(file, this.#options, this.#limits.compressFrom, vary);
      const coding = chooseCoding(request.method, request.fields, description.offered);
      if (coding === undefined) {
        source.release();
        return await this.#problem(NOT_ACCEPTABLE, request);
      }
      const kept = await this.#keep(file, name, description);
      if (kept) {
        source.release();
        source = new MemorySource(kept.identity.octets);
        const form = await kept.form(coding, (wanted) => this.#code(kept, wanted, description));
        // It may weigh more now.
        if (this.#cache.get(name) === kept) this.#cache.set(name, kept);
        return await this.#answerKept(request, form);
      }
      const [representation, streamed] = await this.#stream(file, coding, description);
      source = streamed;
      return await answer(request, representation, streamed, this.#answerOptions());
    } catch (error) {
      source.release();
      throw error;
    }
  }

  /** The file in memory, or undefined when it is too large or just being written. */
  async #keep(file: OpenFile, name: string, description: Description): Promise<KeptFile | undefined> {
    const { siblings, offered } = description;
    const before = this.#cache.get(name);
    if (before?.isOf(file, siblings)) {
      before.checked = this.#now();
      return before;
    }
    this.#cache.delete(name);
    if (!file.settled || file.size > this.#limits.cachedFile) return undefined;
    const checked = this.#now();
    const octets = await file.readWhole();
    if (octets === undefined) return undefined;
    const identity = keptForm(
      this.#represent(file.path, file.version, true, "identity", description),
      octets,
    );
    const kept = new KeptFile(file, siblings, offered, identity, checked);
    this.#cache.set(name, kept);
    return kept;
  }

  /** A coded form of a kept file; the file as it is when that is no larger; undefined when it cannot be had now. */
  async #code(kept: KeptFile, coding: Coding, description: Description): Promise<KeptForm | undefined> {
    const sibling = kept.siblings.get(coding);
    if (sibling !== undefined) {
      const file = await this.#open(sibling.path);
      if (!(file instanceof OpenFile)) return undefined;
      try {
        const octets =
          file.settled && file.size <= this.#limits.cachedFile ? await file.readWhole() : undefined;
        if (octets === undefined) return undefined;
        const representation = this.#represent(kept.path, file.version, true, coding, description);
        return {
          ...keptForm(representation, octets),
          sibling: { path: sibling.path, version: file.version },
        };
      } finally {
        await file.close();
      }
    }
    if (coding === "zstd") return undefined;
    const octets = await compressWhole(kept.identity.octets, coding);
    if (octets.length >= kept.identity.octets.length) return kept.identity;
    // RFC 9110 §8.8.1: weak, since another version of the coder may make other octets of it.
    return keptForm(this.#represent(kept.path, kept.version, false, coding, description), octets);
  }

  async #stream(
    file: OpenFile,
    coding: Coding | "identity",
    description: Description,
  ): Promise<readonly [Representation, Source]> {
    const sibling = coding === "identity" ? undefined : description.siblings.get(coding);
    if (sibling !== undefined) {
      const coded = await this.#open(sibling.path);
      if (coded instanceof OpenFile) {
        file.discard();
        const representation = this.#represent(file.path, coded.version, coded.settled, coding, description);
        return [representation, new FileSource(coded, this.#limits.read)];
      }
    } else if ((coding === "br" || coding === "gzip") && this.#compressing < this.#limits.compressors) {
      const representation = this.#represent(file.path, file.version, false, coding, description);
      return [representation, this.#compressedSource(file, coding)];
    }
    const representation = this.#represent(file.path, file.version, file.settled, "identity", description);
    return [representation, new FileSource(file, this.#limits.read)];
  }

  #compressedSource(file: OpenFile, coding: "br" | "gzip"): Source {
    this.#compressing++;
    const octets = new FilePieces(file, [{ first: 0, last: file.size - 1 }], this.#limits.read);
    const pieces = new CompressedPieces(octets, coding, () => this.#compressing--);
    return {
      length: undefined,
      whole: () => ({ pieces }),
      parts: () => ({ pieces }),
      release: () => {
        pieces.return().catch(() => {});
      },
    };
  }

  #open(path: string): Promise<OpenFile | FoundFolder | NoFile> {
    const { followSymlinks, root } = this.#options;
    return OpenFile.open(path, followSymlinks === true ? undefined : root, this.#now);
  }

  #represent(
    path: string,
    version: Version,
    strong: boolean,
    coding: Coding | "identity",
    about: Description,
  ) {
    return representFile(path, version, strong, coding, about, this.#options, this.#now());
  }

  #answerKept(request: Request, { representation, octets }: KeptForm): Response | Promise<Response> {
    return answer(request, representation, new MemorySource(octets), this.#answerOptions());
  }

  #answerOptions(): AnswerOptions {
    return {
      now: this.#now(),
      maxRanges: this.#limits.ranges,
      problem: (problem, request) => this.#problem(problem, request),
    };
  }

  #problem(problem: Problem, request: Request): Response | Promise<Response> {
    return this.#options.problem ? this.#options.problem(problem, request) : plainProblem(problem);
  }
}

/**
 * A browser that goes to a page says so. A program such as curl takes anything: then it is a page unless its name ends
 * as a part's does. A page's own parts are asked for like that too, but say what they are for (W3C Fetch Metadata §2.1):
 * a script that is missing must not be answered with a page.
 */
function asksForPage({ fields, path }: Request): boolean {
  const accept = fields.get("accept");
  if (namesMediaType(accept, "text/html")) return true;
  const anything = accept === undefined || namesMediaType(accept, "*/*");
  return anything && (fields.get("sec-fetch-dest") ?? "document") === "document" && !/\.[^/]*$/.test(path);
}
