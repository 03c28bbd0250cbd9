/** RFC 7578: files from a page's form. Each is received while the form still comes; all are put in place, or none. */
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { join } from "node:path";
import type { RequestBody } from "@socketscope/web";
import { NoPlace, plainName } from "./place.ts";
import { receive, TooLarge, type Received } from "./receive.ts";

export interface FormLimits {
  /** Files in one form. Default 100. */
  readonly files: number;
  /** Other fields, each of at most 4 KiB; they are read over. Default 20. */
  readonly fields: number;
}

export const FORM_LIMITS: FormLimits = { files: 100, fields: 20 };

export interface FormFile {
  readonly name: string;
  readonly received: Received;
}

/** `limit`: octets of the whole body. Throws {@link NoPlace} or {@link TooLarge}; nothing is left behind then. */
export async function receiveForm(
  type: string,
  body: RequestBody,
  folder: string,
  limit: number,
  limits: FormLimits = FORM_LIMITS,
): Promise<readonly FormFile[]> {
  const writing: Promise<FormFile>[] = [];
  const parser = makeParser(type, limits);
  parser.on("file", (_field: string, stream: BusboyFileStream, fileName: string) => {
    // A file whose form broke off is told of by its reader, if it has one.
    stream.on("error", () => undefined);
    // A file field left empty comes with an empty name.
    if (fileName === "") stream.resume();
    else writing.push(receiveFile(stream, fileName, folder, limit));
    // Reported when all are awaited.
    writing.at(-1)?.catch(() => stream.resume());
  });
  let tooMany = false;
  for (const event of ["filesLimit", "partsLimit", "fieldsLimit"] as const)
    parser.on(event, () => (tooMany = true));
  try {
    await feed(parser, body, limit);
    if (tooMany)
      throw new NoPlace(413, `A form may hold ${limits.files} files and ${limits.fields} other fields.`);
    return await Promise.all(writing);
  } catch (error) {
    await discardAll(writing);
    throw error instanceof NoPlace || error instanceof TooLarge
      ? error
      : new NoPlace(400, "The form cannot be read.");
  }
}

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
    throw new NoPlace(400, "The form has no boundary that can be read.");
  }
}

async function receiveFile(
  stream: BusboyFileStream,
  fileName: string,
  folder: string,
  limit: number,
): Promise<FormFile> {
  const name = plainName(fileName);
  return { name, received: await receive(stream, join(folder, name), limit) };
}

async function feed(parser: BusboyInstance, body: RequestBody, limit: number): Promise<void> {
  const finished = new Promise<void>((resolve, reject) => {
    parser.once("finish", resolve);
    // For good: a form that breaks off says so again when the parser is let go, and unheard it would end the process.
    parser.on("error", reject);
  });
  finished.catch(() => undefined);
  let octets = 0;
  try {
    for await (const piece of body) {
      octets += piece.byteLength;
      if (octets > limit) throw new TooLarge(`more than ${limit} octets`);
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

async function discardAll(writing: readonly Promise<FormFile>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(writing)) {
    if (outcome.status === "fulfilled") await outcome.value.received.discard();
  }
}
