/**
 * The file system as the ftp-srv library asks for it, over a visit's own view. The library picks the codes of its
 * replies itself; what it gets from here is a problem's text.
 */
import { Readable, Writable } from "node:stream";
import { FileSystem as LibraryFiles, type FtpConnection } from "ftp-srv";
import { FileProblem } from "../files/file-problem.ts";
import type {
  FileReader,
  FileStat,
  FileSystem,
  FileWriter,
  FolderEntry,
  WriteOptions,
} from "../files/file-system.ts";
import { resolvePath } from "../files/path.ts";
import { failedReply } from "../ftp/replies.ts";
import type { FtpTransfer } from "../ftp/transfer-record.ts";
import type { Visit } from "../ftp/visit.ts";

/** What the library reads of node:fs's Stats. */
export interface LibraryStat {
  readonly name: string;
  readonly size: number;
  readonly mode: number;
  readonly mtime: Date;
  readonly uid: number;
  readonly gid: number;
  isDirectory(): boolean;
}

interface LibraryStream<S> {
  readonly stream: S;
  /** What the library names in its 226. */
  readonly clientPath: string;
}

/** Octets read at once. */
const PIECE = 256 * 1024;

export class VisitFiles extends LibraryFiles {
  readonly #visit: Visit;
  /** Counts transfers that run: +1, -1. */
  readonly #running: (change: 1 | -1) => void;
  /** STOU was asked: the next write finds a name. */
  #unique = false;

  constructor(connection: FtpConnection, visit: Visit, running: (change: 1 | -1) => void) {
    super(connection, { root: "/", cwd: "/" });
    this.#visit = visit;
    this.#running = running;
  }

  override currentDirectory(): string {
    return this.#visit.folder;
  }

  override get(name: string): Promise<LibraryStat> {
    return this.#do(async (files) => libraryStat(name, await files.stat(this.#at(name))));
  }

  override list(path = "."): Promise<LibraryStat[]> {
    return this.#do(async (files) => {
      const reader = await files.list(this.#at(path));
      const all: FolderEntry[] = [];
      try {
        for (let page = await reader.next(); page.length > 0; page = await reader.next()) all.push(...page);
      } finally {
        await reader.close();
      }
      return all.map(({ name, stat }) => libraryStat(name, stat));
    });
  }

  override chdir(path = "."): Promise<string> {
    return this.#do(async (files) => {
      const real = await files.realPath(this.#at(path));
      if ((await files.stat(real)).kind !== "folder") throw new FileProblem("not-a-folder", "Not a folder");
      this.#visit.folder = real;
      return real;
    });
  }

  override write(
    name: string,
    { append = false, start = 0 }: { append?: boolean; start?: number } = {},
  ): Promise<LibraryStream<Writable>> {
    const how = this.#unique ? "unique" : append ? "append" : start > 0 ? "resume" : "replace";
    this.#unique = false;
    const options: WriteOptions = { how, offset: how === "resume" ? start : 0 };
    return this.#do(async (files) => {
      const writer = await files.openToWrite(this.#at(name), options);
      return { stream: new Storing(writer, this.#record("in", writer.path)), clientPath: writer.path };
    });
  }

  override read(name: string, { start = 0 }: { start?: number } = {}): Promise<LibraryStream<Readable>> {
    return this.#do(async (files) => {
      const path = await files.realPath(this.#at(name));
      const reader = await files.openToRead(path);
      return { stream: new Retrieving(reader, start, this.#record("out", path)), clientPath: path };
    });
  }

  /** The library's DELE and RMD are one. */
  override delete(name: string): Promise<void> {
    return this.#do(async (files) => {
      const path = this.#at(name);
      const { kind } = await files.lstat(path);
      await (kind === "folder" ? files.removeFolder(path) : files.remove(path));
    });
  }

  override mkdir(name: string): Promise<string> {
    return this.#do(async (files) => {
      await files.makeFolder(this.#at(name));
      return files.realPath(this.#at(name));
    });
  }

  override rename(from: string, to: string): Promise<void> {
    return this.#do((files) => files.rename(this.#at(from), this.#at(to), { replace: true }));
  }

  override chmod(name: string, mode: number | string): Promise<void> {
    return this.#do((files) => files.setMode(this.#at(name), Number(mode)));
  }

  override getUniqueName(name: string): string {
    this.#unique = true;
    return name;
  }

  #at(name: string): string {
    return resolvePath(this.#visit.folder, name);
  }

  async #do<T>(work: (files: FileSystem) => Promise<T>): Promise<T> {
    const { files, options } = this.#visit;
    if (files === undefined) throw new FileProblem("closed", "You are logged out");
    try {
      return await work(files);
    } catch (error) {
      if (error instanceof FileProblem) throw error;
      options.onError(error);
      throw new FileProblem("io", failedReply.lines.join(" "), { cause: error });
    }
  }

  /** Tells the log of one transfer at its end. */
  #record(direction: FtpTransfer["direction"], path: string): Ended {
    const begun = performance.now();
    this.#running(1);
    return (octets, complete) => {
      this.#running(-1);
      const { login, peer, options } = this.#visit;
      options.transferred(peer, {
        user: login?.user ?? "",
        anonymous: login?.anonymous ?? false,
        path,
        direction,
        // The library converts nothing, whatever TYPE says.
        representation: "I",
        octets,
        ms: performance.now() - begun,
        complete,
        host: peer.flow.remote.host,
        secure: peer.secure(),
      });
    };
  }
}

type Done = (error?: Error | null) => void;
type Ended = (octets: number, complete: boolean) => void;

function libraryStat(name: string, { kind, size, mode, modified, owner, group }: FileStat): LibraryStat {
  return {
    name,
    size,
    mode,
    mtime: new Date(modified),
    uid: owner,
    gid: group,
    isDirectory: () => kind === "folder",
  };
}

/** An upload: "finish" comes when the file is in its place, and the library says 226 then. */
class Storing extends Writable {
  readonly #writer: FileWriter;
  readonly #ended: Ended;
  #octets = 0;
  #complete = false;

  constructor(writer: FileWriter, ended: Ended) {
    super();
    this.#writer = writer;
    this.#ended = ended;
    // Where the data connection ends, the library does not end a stream: it lets it say "close".
    this.once("close", () => this.end());
  }

  override _write(chunk: Uint8Array, _: BufferEncoding, done: Done): void {
    this.#put([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: Done): void {
    this.#put(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  #put(pieces: readonly Uint8Array[], done: Done): void {
    for (const piece of pieces) this.#octets += piece.length;
    void settle(this.#writer.write(pieces), done);
  }

  override _final(done: Done): void {
    // A connection that breaks makes the library end the stream and destroy it in the same turn: that is no file.
    process.nextTick(() => {
      if (this.destroyed) return;
      void settle(this.#commit(), done);
    });
  }

  async #commit(): Promise<void> {
    await this.#writer.commit();
    this.#complete = true;
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#ended(this.#octets, this.#complete);
    void settle(this.#writer.abandon("keep"), () => done(error));
  }
}

class Retrieving extends Readable {
  readonly #reader: FileReader;
  readonly #ended: Ended;
  #at: number;
  readonly #start: number;
  #complete = false;

  constructor(reader: FileReader, start: number, ended: Ended) {
    super({ highWaterMark: PIECE });
    this.#reader = reader;
    this.#at = start;
    this.#start = start;
    this.#ended = ended;
  }

  override _read(): void {
    void this.#more();
  }

  async #more(): Promise<void> {
    try {
      const octets = Buffer.allocUnsafeSlow(PIECE);
      const count = await this.#reader.read(octets, this.#at);
      this.#at += count;
      this.#complete = count === 0;
      this.push(count === 0 ? null : octets.subarray(0, count));
    } catch (error) {
      this.destroy(asError(error));
    }
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#ended(this.#at - this.#start, this.#complete);
    void settle(this.#reader.close(), () => done(error));
  }
}

/** `done` as streams want it, once the promise is settled. */
async function settle(promise: Promise<void>, done: Done): Promise<void> {
  let fault: Error | undefined;
  try {
    await promise;
  } catch (error) {
    fault = asError(error);
  }
  done(fault);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new FileProblem("io", String(error));
}
