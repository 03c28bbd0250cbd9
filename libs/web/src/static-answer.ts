/** From a representation and a request to the response: conditions, then ranges, then the whole (RFC 9110 §13.2.2). */
import { randomBytes } from "node:crypto";
import {
  contentRange,
  evaluatePreconditions,
  formatDate,
  formatEntityTag,
  frameByteRanges,
  rangeApplies,
  rangeLength,
  selectRanges,
  unsatisfiedRange,
  type ByteRange,
  type FieldLines,
  type Fields,
  type Validators,
} from "@socketscope/http";
import type { Request, Response, StreamedContent } from "./handler.ts";
import type { OpenFile } from "./static-file.ts";
import { FilePieces } from "./static-pieces.ts";
import type { Problem } from "./static-options.ts";

export interface Representation {
  readonly type: string;
  readonly validators: Validators;
  /** Of 200, without Content-Type. */
  readonly fields: FieldLines;
  readonly notModified: Response;
  /** Octet ranges may be asked of it: of identity only, since a coded form may be made anew each time. */
  readonly ranged: boolean;
}

export interface RepresentationOptions {
  readonly type: string;
  readonly validators: Validators;
  /** "identity" sends no Content-Encoding. */
  readonly coding: string;
  readonly vary: string | undefined;
  readonly cacheControl: string | undefined;
  readonly more: FieldLines;
}

export function represent(options: RepresentationOptions): Representation {
  const { type, validators, coding } = options;
  const lasting = [...options.more];
  if (options.cacheControl !== undefined) lasting.push("Cache-Control", options.cacheControl);
  if (options.vary !== undefined) lasting.push("Vary", options.vary);
  if (validators.etag !== undefined) lasting.push("ETag", formatEntityTag(validators.etag));
  const ranged = coding === "identity";
  const fields = [...lasting];
  if (validators.lastModified !== undefined)
    fields.push("Last-Modified", formatDate(validators.lastModified));
  if (ranged) fields.push("Accept-Ranges", "bytes");
  else fields.push("Content-Encoding", coding);
  // RFC 9110 §15.4.5: 304 repeats what updates a cache, and nothing that describes content.
  return { type, validators, fields, ranged, notModified: { status: 304, fields: lasting } };
}

/** Where the octets come from. Exactly one of the methods is called, once. */
export interface Source {
  /** Octets, when known before they are made. */
  readonly length: number | undefined;
  whole(): Uint8Array | StreamedContent;
  /** Octets as they are and ranges, `length` in all. */
  parts(parts: readonly (Uint8Array | ByteRange)[], length: number): Uint8Array | StreamedContent;
  /** The octets are not needed. */
  release(): void;
}

export interface AnswerOptions {
  readonly now: number;
  readonly maxRanges: number;
  readonly problem: (problem: Problem, request: Request) => Response | Promise<Response>;
}

export function answer(
  request: Request,
  representation: Representation,
  source: Source,
  { now, maxRanges, problem }: AnswerOptions,
): Response | Promise<Response> {
  const { type, validators, fields } = representation;
  switch (evaluatePreconditions(request.method, request.fields, validators, now)) {
    case "not-modified":
      source.release();
      return representation.notModified;
    case "failed":
      source.release();
      return problem(
        { status: 412, text: "The file is not the version that was asked for.", fields: [] },
        request,
      );
    case "proceed":
      break;
  }
  const whole = ["Content-Type", type, ...fields];
  if (request.method === "HEAD") {
    source.release();
    const nothing = { pieces: NOTHING };
    return {
      status: 200,
      fields: whole,
      content: source.length === undefined ? nothing : { ...nothing, length: source.length },
    };
  }
  const length = source.length;
  if (
    !representation.ranged ||
    length === undefined ||
    !rangeApplies(request.method, request.fields, validators, now)
  ) {
    return { status: 200, fields: whole, content: source.whole() };
  }
  const ranges = selectRanges(request.fields.get("range") ?? "", length, { maxRanges });
  if (ranges === "whole") return { status: 200, fields: whole, content: source.whole() };
  if (ranges === "unsatisfiable") {
    source.release();
    const text = `The file has ${length} octets; the range asked for is not among them.`;
    return problem({ status: 416, text, fields: ["Content-Range", unsatisfiedRange(length)] }, request);
  }
  const [range, ...others] = ranges;
  if (others.length === 0) {
    const content = source.parts([range], rangeLength(range));
    return { status: 206, fields: [...whole, "Content-Range", contentRange(range, length)], content };
  }
  // Random, so that no file can hold the boundary of its own answer.
  const frame = frameByteRanges(ranges, length, type, randomBytes(18).toString("hex"));
  const parts = ranges.flatMap((one, index) => [Buffer.from(frame.heads[index] ?? "", "latin1"), one]);
  const content = source.parts([...parts, Buffer.from(frame.tail)], frame.length);
  return { status: 206, fields: ["Content-Type", frame.contentType, ...fields], content };
}

/** Whether anything but "send it whole" can come out of {@link answer}: Range or one of the five If- fields. */
export function hasConditions({ lines }: Fields): boolean {
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] ?? "";
    // One look at the first letter spares most names the rest.
    const letter = name.charCodeAt(0) | 0x20;
    if ((letter === LOWER_I || letter === LOWER_R) && /^(?:range$|if-)/i.test(name)) return true;
  }
  return false;
}

const LOWER_I = 0x69;
const LOWER_R = 0x72;

export class MemorySource implements Source {
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get length(): number {
    return this.#octets.length;
  }

  whole(): Uint8Array {
    return this.#octets;
  }

  parts(parts: readonly (Uint8Array | ByteRange)[], length: number): Uint8Array {
    const views = parts.map((part) =>
      part instanceof Uint8Array ? part : this.#octets.subarray(part.first, part.last + 1),
    );
    const [only] = views;
    return views.length === 1 && only ? only : Buffer.concat(views, length);
  }

  release(): void {}
}

export class FileSource implements Source {
  readonly #file: OpenFile;
  readonly #readSize: number;

  constructor(file: OpenFile, readSize: number) {
    this.#file = file;
    this.#readSize = readSize;
  }

  get length(): number {
    return this.#file.size;
  }

  whole(): StreamedContent {
    return this.parts([{ first: 0, last: this.length - 1 }], this.length);
  }

  parts(parts: readonly (Uint8Array | ByteRange)[], length: number): StreamedContent {
    return { length, pieces: new FilePieces(this.#file, parts, this.#readSize) };
  }

  release(): void {
    this.#file.discard();
  }
}

const NOTHING: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};
