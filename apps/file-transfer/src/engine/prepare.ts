/** What a transfer carries, opened before its 150: what cannot be had is said at once, and no data connection is made for it. */
import { reply, type FtpServerEvent, type Reply } from "@socketscope/ftp";
import type { Stream } from "@socketscope/socket-core";
import { deflated, inflated } from "../data/deflate.ts";
import { fileSink, fileSource } from "../data/file-source.ts";
import { receiveAll } from "../data/receiving.ts";
import { sendAll, type Source } from "../data/sending.ts";
import { FileProblem } from "../files/file-problem.ts";
import type { FileSystem, WriteOptions } from "../files/file-system.ts";
import { resolvePath } from "../files/path.ts";
import { linesOnTheWay, openListing } from "../ftp/listing.ts";
import { failedReply, replyToProblem } from "../ftp/replies.ts";
import type { Visit } from "../ftp/visit.ts";

export type TransferEvent = Extract<FtpServerEvent, { readonly type: "retrieve" | "store" | "list" }>;
type Retrieve = Extract<TransferEvent, { readonly type: "retrieve" }>;
type Store = Extract<TransferEvent, { readonly type: "store" }>;
type List = Extract<TransferEvent, { readonly type: "list" }>;

export interface Prepared {
  /** 150. */
  readonly begins: Reply;
  /** What the log says of it; listings are not told of. */
  readonly record:
    | { readonly path: string; readonly direction: "in" | "out"; readonly representation: "A" | "I" }
    | undefined;
  /** Octets that will go over the line, where that is known. */
  readonly total?: number;
  /** Moves the octets; rejects with TransferBroken or FileProblem. `dataMs`: how long nothing may move. */
  run(stream: Stream, dataMs: number, count: (octets: number) => void): Promise<void>;
  /** Behind a run that resolved and a connection that ended well: the file is in its place. */
  complete(): Promise<void>;
  /** Never rejects; harmless behind `complete`. What was stored is kept for a resume. */
  giveUp(): Promise<void>;
}

/** A reply where it cannot be had. Never rejects. */
export async function prepare(event: TransferEvent, visit: Visit): Promise<Prepared | Reply> {
  const { files } = visit;
  if (files === undefined) return reply(530, "Log in first");
  try {
    switch (event.type) {
      case "retrieve":
        return await retrieve(event, files, visit);
      case "store":
        return await store(event, files, visit);
      case "list":
        return await list(event, files, visit);
    }
  } catch (error) {
    const known = replyToProblem(error, event.type === "store" ? "store" : "look");
    if (known === undefined) visit.options.onError(error);
    // RFC 959 §5.4: 532 is "need account for storing files".
    if (known?.code === 550 && event.type === "store" && visit.login?.anonymous === true)
      return reply(532, "Anonymous users store nothing here");
    return known ?? failedReply;
  }
}

async function retrieve(event: Retrieve, files: FileSystem, visit: Visit): Promise<Prepared> {
  const path = resolvePath(visit.folder, event.path);
  const ascii = event.representation === "A" && visit.options.ascii;
  const reader = await files.openToRead(path);
  try {
    const { size } = reader;
    if (!ascii && event.offset > size)
      throw new FileProblem("bad-offset", `The file has ${size} octets: there is nothing to resume at`);
    const left = ascii ? "" : ` (${size - event.offset} octets)`;
    const source = onTheWay(fileSource(reader, size, event.offset, ascii), event.deflate);
    return {
      begins: reply(150, `Here comes ${event.path}${left}`),
      record: { path, direction: "out", representation: event.representation },
      ...(!ascii && event.deflate === undefined && { total: size - event.offset }),
      run: (stream, _, count) => sendAll(stream, source, count),
      complete: () => Promise.resolve(),
      giveUp() {
        source.close?.();
        return reader.close();
      },
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** As MODE has it. */
function onTheWay(source: Source, level: number | undefined): Source & { close?(): void } {
  return level === undefined ? source : deflated(source, level);
}

async function store(event: Store, files: FileSystem, visit: Visit): Promise<Prepared> {
  const ascii = event.representation === "A" && visit.options.ascii;
  // Octets on the way are not those of the file: where they would go on is not to be known.
  if (ascii && event.offset > 0)
    throw new FileProblem("bad-offset", "An upload in TYPE A cannot be resumed: say TYPE I");
  const path = resolvePath(visit.folder, event.path ?? "upload");
  const how = howToWrite(event);
  const writer = await files.openToWrite(path, {
    ...how,
    ...(event.allocate !== undefined && { expected: event.allocate }),
  });
  const file = fileSink(writer, ascii);
  const inflating = event.deflate === undefined ? undefined : inflated(file);
  const sink = inflating ?? file;
  // Of nothing there is nothing to resume; it would only hide the file that is there.
  let worthKeeping = how.how !== "replace";
  // RFC 1123 §4.1.2.9: the reply to STOU names the file in this form.
  const name = event.how === "unique" ? `FILE: ${writer.path}` : `Send ${event.path ?? ""}`;
  return {
    begins: reply(150, name),
    record: { path: writer.path, direction: "in", representation: event.representation },
    ...(event.allocate !== undefined && { total: event.allocate }),
    run: (stream, stallMs, count) =>
      receiveAll(stream, sink, {
        stallMs,
        count(octets) {
          worthKeeping = true;
          count(octets);
        },
      }),
    async complete() {
      await inflating?.end();
      await file.end();
      await writer.commit();
    },
    giveUp() {
      inflating?.close();
      return writer.abandon(worthKeeping ? "keep" : "remove");
    },
  };
}

function howToWrite({ how, offset }: Store): WriteOptions {
  if (how !== "replace") return { how };
  return offset > 0 ? { how: "resume", offset } : { how };
}

async function list(event: List, files: FileSystem, visit: Visit): Promise<Prepared> {
  const lines = await openListing(files, visit.folder, event, visit.options.now());
  const plain: Source = {
    async next() {
      const page = await lines.next();
      return page === undefined ? undefined : linesOnTheWay(page);
    },
  };
  const source = onTheWay(plain, event.deflate);
  return {
    begins: reply(150, "Here comes the listing"),
    record: undefined,
    run: (stream, _, count) => sendAll(stream, source, count),
    complete: () => Promise.resolve(),
    giveUp() {
      source.close?.();
      return lines.close();
    },
  };
}
