/** RFC 7578: files from a page's form. Each is taken while the form still comes; when the form breaks off, all are given back. */
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { ContentTooLarge } from "./pulled-content.ts";

export interface FormLimits {
  /** Files in one form. Default 100. */
  readonly files: number;
  /** Other fields, each of at most 4 KiB; they are read over. Default 20. */
  readonly fields: number;
}

export const FORM_LIMITS: FormLimits = { files: 100, fields: 20 };

/** What is wrong with a form; its message is for whoever has sent it. */
export class FormProblem extends Error {
  override readonly name = "FormProblem";
  readonly code = "WEB_FORM";
  /** 400 or 413. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface FormReader<T> {
  /** Octets of the whole body. */
  readonly limit: number;
  /** Reads all of a file, or rejects. `name` as the browser said it. */
  readonly take: (file: AsyncIterable<Uint8Array>, name: string) => Promise<T>;
  /** What `take` gave is not wanted after all. */
  readonly discard: (taken: T) => Promise<void>;
  readonly limits?: FormLimits;
}

/** What `take` made of each file. Rejects with {@link FormProblem}, {@link ContentTooLarge}, or with what `take` rejected with. */
export async function readForm<T>(
  type: string,
  body: AsyncIterable<Uint8Array>,
  { limit, take, discard, limits = FORM_LIMITS }: FormReader<T>,
): Promise<readonly T[]> {
  const taking: Promise<T>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const parser = makeParser(type, limits);
  parser.on("file", (_field: string, stream: BusboyFileStream, fileName: string) => {
    // A file whose form broke off is told of by its reader, if it has one.
    stream.on("error", () => undefined);
    // A file field left empty comes with an empty name.
    if (fileName === "") {
      stream.resume();
      return;
    }
    // Who stops reading early leaves the rest to be read over: a stream that is destroyed would hold up the form for ever.
    const taken = take(stream.iterator({ destroyOnReturn: false }), fileName);
    // Reported when all are awaited; what is left of it is read over.
    taken.catch((error: unknown) => {
      failure ??= { error };
      stream.resume();
    });
    taking.push(taken);
  });
  let tooMany = false;
  for (const event of ["filesLimit", "partsLimit", "fieldsLimit"] as const)
    parser.on(event, () => (tooMany = true));
  try {
    await feed(parser, body, limit, () => failure !== undefined);
    if (tooMany)
      throw new FormProblem(413, `A form may hold ${limits.files} files and ${limits.fields} other fields.`);
    return await Promise.all(taking);
  } catch (error) {
    for (const outcome of await Promise.allSettled(taking))
      if (outcome.status === "fulfilled") await discard(outcome.value);
    if (failure !== undefined) throw failure.error;
    throw error instanceof FormProblem || error instanceof ContentTooLarge
      ? error
      : new FormProblem(400, "The form cannot be read.");
  }
}

/** Octets of a form that are read over once a file of it was refused: a browser shows no answer before it has sent all. */
const IN_VAIN = 64 * 1024 * 1024;

function makeParser(type: string, { files, fields }: FormLimits): BusboyInstance {
  try {
    const limits = {
      files,
      fields,
      parts: files + fields,
      fieldSize: 4096,
      fieldNameSize: 100,
      headerPairs: 20,
      headerSize: 8192,
    };
    return new Busboy({ headers: { "content-type": type }, limits });
  } catch {
    throw new FormProblem(400, "The form has no boundary that can be read.");
  }
}

async function feed(
  parser: BusboyInstance,
  body: AsyncIterable<Uint8Array>,
  limit: number,
  failed: () => boolean,
): Promise<void> {
  const finished = new Promise<void>((resolve, reject) => {
    parser.once("finish", resolve);
    // For good: a form that breaks off says so again when the parser is let go, and unheard it would end the process.
    parser.on("error", reject);
  });
  finished.catch(() => undefined);
  let octets = 0;
  let inVain = 0;
  try {
    for await (const piece of body) {
      octets += piece.byteLength;
      if (octets > limit) throw new ContentTooLarge(limit);
      if (failed()) inVain += piece.byteLength;
      if (inVain > IN_VAIN) throw new ContentTooLarge(limit);
      if (!parser.write(piece)) await Promise.race([drained(parser), finished]);
    }
    parser.end();
    await finished;
  } catch (error) {
    parser.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}

function drained(parser: BusboyInstance): Promise<void> {
  return new Promise((resolve) => {
    parser.once("drain", resolve);
  });
}
