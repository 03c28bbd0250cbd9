/**
 * One SFTP conversation over one login's files. Requests run beside each other and are answered as they are done; the
 * core bounds how many, and how much they hold.
 */
import {
  EXTENSIONS,
  SFTP_VERSION,
  type SftpRequest,
  type SftpServerAction,
  type SftpServerEvent,
} from "@socketscope/sftp";
import type { CloseReason, Link, Session } from "@socketscope/socket-core";
import type { FileSystem } from "../files/file-system.ts";
import type { Moving } from "../sessions/sessions.ts";
import { copyData } from "./copy.ts";
import { FolderHandle, NO_HANDLE, statReply, WriteHandle, type Handle } from "./handles.ts";
import { openFile } from "./open.ts";
import { carryOut } from "./paths.ts";
import { DONE, failure, figuresOf, pathIn, replyToProblem, type Reply } from "./replies.ts";
import { Turns } from "./turns.ts";

/** A file that went over the line, or part of it. */
export interface SftpTransfer {
  readonly path: string;
  readonly direction: "in" | "out";
  readonly octets: number;
  /** Milliseconds from OPEN to CLOSE. */
  readonly ms: number;
  /** False: the connection ended before CLOSE, or CLOSE said that it failed. */
  readonly complete: boolean;
}

export interface SftpSessionOptions {
  readonly files: FileSystem;
  /** For logs. */
  readonly transferred?: (transfer: SftpTransfer) => void;
  /** A mistake of ours: the client is told FAILURE. */
  readonly onError: (error: unknown) => void;
  /** The conversation is over, its files are closed. */
  readonly ended?: (reason: CloseReason) => void;
}

interface Open {
  readonly handle: Handle;
  /** Of the monotonic clock. */
  readonly since: number;
}

/** What VERSION says: each extension with its version. */
const EXTENSION_LIST = Object.values(EXTENSIONS).map(([name, version]) => ({
  name,
  data: new TextEncoder().encode(version),
}));

const OF_HANDLE = [
  "close",
  "read",
  "write",
  "fstat",
  "fsetstat",
  "readdir",
  "fstatvfs",
  "fsync",
  "copy-data",
] as const;
type HandleRequest = SftpRequest<(typeof OF_HANDLE)[number]>;

function isOfHandle(request: SftpRequest): request is HandleRequest {
  const types: readonly string[] = OF_HANDLE;
  return types.includes(request.type);
}

export class SftpSession implements Session<SftpServerEvent, SftpServerAction> {
  readonly #options: SftpSessionOptions;
  readonly #files: FileSystem;
  readonly #open = new Map<string, Open>();
  /** Requests that name paths go one after the other, and behind every CLOSE that came before them. */
  readonly #paths = new Turns();
  #lastHandle = 0;
  #running = 0;
  #draining = false;
  #over = false;

  constructor(options: SftpSessionOptions) {
    this.#options = options;
    this.#files = options.files;
  }

  on(event: SftpServerEvent, link: Link<SftpServerAction>): void {
    if (event.type === "init")
      link.send({ type: "version", version: SFTP_VERSION, extensions: EXTENSION_LIST });
    else if (event.type === "refused") link.send(event.answer);
    else if (event.type === "drain") {
      this.#draining = true;
      this.#endIfIdle(link);
    } else {
      this.#running++;
      void this.#answer(event, link);
    }
  }

  /** The files that are open. */
  moving(): readonly Moving[] {
    return [...this.#open.values()].flatMap(({ handle, since }) =>
      handle instanceof FolderHandle
        ? []
        : { path: handle.path, direction: directionOf(handle), octets: handle.moved, since },
    );
  }

  closed(reason: CloseReason): void {
    this.#over = true;
    for (const open of this.#open.values()) this.#tell(open, false);
    this.#open.clear();
    // What was not closed is kept for a resume.
    void this.#files
      .close()
      .catch(this.#options.onError)
      .then(() => this.#options.ended?.(reason));
  }

  async #answer(request: SftpRequest, link: Link<SftpServerAction>): Promise<void> {
    let reply: Reply;
    try {
      reply = await this.#carryOut(request);
    } catch (error) {
      const problem = replyToProblem(error);
      if (problem === undefined) this.#options.onError(error);
      reply = problem ?? failure("Something went wrong here");
    }
    this.#running--;
    link.send({ ...reply, id: request.id });
    if (this.#draining) this.#endIfIdle(link);
  }

  /** Whoever has a file open may finish it. */
  #endIfIdle(link: Link<SftpServerAction>): void {
    if (this.#open.size === 0 && this.#running === 0 && !this.#over) link.end("drained");
  }

  #carryOut(request: SftpRequest): Promise<Reply> {
    if (request.type === "open")
      return this.#paths.alone(() => this.#opened(() => openFile(this.#files, request)));
    if (request.type === "opendir")
      return this.#paths.alone(() => this.#opened(() => this.#openFolder(pathIn(request.path))));
    if (isOfHandle(request)) return this.#withHandle(request);
    return this.#paths.alone(() => carryOut(this.#files, request));
  }

  async #openFolder(path: string): Promise<Handle> {
    return new FolderHandle(this.#files, path, await this.#files.list(path));
  }

  async #opened(open: () => Promise<Handle>): Promise<Reply> {
    if (this.#draining) return failure("The server is ending");
    const handle = await open();
    const name = `h${++this.#lastHandle}`;
    // After the end nobody closes it but the file system, which has done so.
    if (!this.#over) this.#open.set(name, { handle, since: performance.now() });
    return { type: "handle", handle: name };
  }

  #withHandle(request: HandleRequest): Promise<Reply> {
    if (request.type === "copy-data") return this.#copy(request);
    const open = this.#open.get(request.handle);
    if (open === undefined) return Promise.resolve(NO_HANDLE);
    const { handle } = open;
    switch (request.type) {
      case "read":
        return handle.answers.after(handle.turns.beside(() => handle.read(request)));
      case "write":
        return handle.answers.after(handle.turns.beside(() => handle.write(request)));
      case "close":
        this.#open.delete(request.handle);
        return this.#paths.beside(() => handle.turns.alone(() => this.#close(open)));
      case "readdir":
        return handle.turns.alone(() => handle.list());
      case "fstat":
        return handle.turns.alone(async () => statReply(await handle.stat()));
      case "fsetstat":
        return handle.turns.alone(async () => {
          await handle.set(request.attributes);
          return DONE;
        });
      case "fsync":
        return handle.turns.alone(() => handle.sync());
      case "fstatvfs":
        return handle.turns.beside(async () =>
          figuresOf(await this.#files.space(handle.path), this.#files.may("create")),
        );
    }
  }

  async #close(open: Open): Promise<Reply> {
    try {
      await open.handle.close();
    } catch (error) {
      this.#tell(open, false);
      throw error;
    }
    this.#tell(open, true);
    return DONE;
  }

  #copy(request: SftpRequest<"copy-data">): Promise<Reply> {
    const source = this.#open.get(request.source)?.handle;
    const destination = this.#open.get(request.destination)?.handle;
    if (source === undefined || destination === undefined) return Promise.resolve(NO_HANDLE);
    if (source === destination) return copyData(source, destination, request);
    return source.turns.beside(() => destination.turns.alone(() => copyData(source, destination, request)));
  }

  #tell({ handle, since }: Open, complete: boolean): void {
    if (handle instanceof FolderHandle) return;
    this.#options.transferred?.({
      path: handle.path,
      direction: directionOf(handle),
      octets: handle.moved,
      ms: performance.now() - since,
      complete,
    });
  }
}

function directionOf(handle: Handle): "in" | "out" {
  return handle instanceof WriteHandle ? "in" : "out";
}
