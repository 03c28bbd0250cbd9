/** Files on an SFTP server, over one channel: many requests are under way at once, in the order of their octets. */
import type { SftpRemote } from "@socketscope/ssh";
import {
  FILE_KINDS,
  OPEN_FLAGS,
  STATUS,
  statusName,
  type Attributes,
  type SftpAnswer,
} from "@socketscope/sftp";
import { FileError, type FileErrorCode } from "../errors.ts";
import { nameOf, resolvePath } from "../paths.ts";
import type { RemoteEntry, RemoteFiles } from "../remote-files.ts";
import { printable, type Say } from "../terminal.ts";
import { asFileError } from "./ssh-errors.ts";

type Asked = Parameters<SftpRemote["ask"]>[0];

/** Octets of one READ or WRITE; every server takes so many (draft §3: packets of 34,000 octets). */
const PIECE = 32 * 1024;
/** The most of one, for a server that says what it takes (OpenSSH PROTOCOL §4.8). */
const MAX_PIECE = 255 * 1024;
/** Octets under way at once. */
const AHEAD = 4 * 1024 * 1024;
/** Entries of one folder. */
const MAX_ENTRIES = 500_000;

export class SftpFiles implements RemoteFiles {
  readonly home: string;
  readonly #remote: SftpRemote;
  readonly #end: () => void;
  readonly #say: Say | undefined;
  readonly #pieces: { readonly read: number; readonly write: number };
  #usable = true;

  private constructor(
    remote: SftpRemote,
    end: () => void,
    say: Say | undefined,
    home: string,
    pieces: { readonly read: number; readonly write: number },
  ) {
    this.#remote = remote;
    this.#end = end;
    this.#say = say;
    this.home = home;
    this.#pieces = pieces;
  }

  /** Rejects with FileError. */
  static async open(remote: SftpRemote, end: () => void, say: Say | undefined): Promise<SftpFiles> {
    const named = await remote.ask({ type: "realpath", path: "." });
    const home = named.type === "name" ? (named.entries[0]?.name ?? "/") : "/";
    const limited = remote.opening.extensions.some(({ name }) => name === "limits@openssh.com")
      ? await remote.ask({ type: "limits" })
      : undefined;
    const piece = (most: number): number => (most === 0 ? PIECE : Math.min(MAX_PIECE, most));
    const pieces =
      limited?.type === "limits-reply"
        ? { read: piece(limited.readOctets), write: piece(limited.writeOctets) }
        : { read: PIECE, write: PIECE };
    return new SftpFiles(remote, end, say, resolvePath("/", home), pieces);
  }

  get usable(): boolean {
    return this.#usable;
  }

  // ── looking
  async list(folder: string): Promise<readonly RemoteEntry[]> {
    const what = `cannot list ${folder}`;
    const handle = await this.#handle(what, { type: "opendir", path: folder });
    const entries: RemoteEntry[] = [];
    try {
      for (;;) {
        const answer = await this.#ask({ type: "readdir", handle });
        if (answer.type === "status" && answer.code === STATUS.EOF) return entries;
        if (answer.type !== "name") throw refusal(what, answer);
        for (const { name, attributes } of answer.entries)
          if (name !== "." && name !== "..") entries.push(entryOf(name, attributes));
        if (entries.length > MAX_ENTRIES)
          throw new FileError("LENGTH", `${what}: more than ${MAX_ENTRIES} entries`);
      }
    } finally {
      await this.#close(handle);
    }
  }

  async stat(path: string): Promise<RemoteEntry | undefined> {
    const answer = await this.#ask({ type: "stat", path });
    if (answer.type === "attributes") return entryOf(nameOf(path), answer.attributes);
    if (answer.type === "status" && answer.code === STATUS.NO_SUCH_FILE) return undefined;
    throw refusal(`cannot look at ${path}`, answer);
  }

  // ── reading and writing
  async *read(path: string, from: number): AsyncGenerator<Uint8Array, void, undefined> {
    const what = `cannot read ${path}`;
    const handle = await this.#handle(what, {
      type: "open",
      path,
      flags: OPEN_FLAGS.READ,
      attributes: {},
    });
    const length = this.#pieces.read;
    const most = Math.max(2, Math.floor(AHEAD / length));
    const ahead: Promise<SftpAnswer>[] = [];
    let asked = from;
    // A small file is not asked for as if it were a large one.
    let window = 2;
    try {
      for (let at = from; ;) {
        while (ahead.length < window) {
          const answer = this.#ask({ type: "read", handle, offset: asked, length });
          answer.catch(() => undefined);
          ahead.push(answer);
          asked += length;
        }
        const wanted = at + length - ((at - from) % length);
        const answer = await ahead.shift();
        if (answer?.type === "status" && answer.code === STATUS.EOF) return;
        if (answer?.type !== "data") throw refusal(what, answer);
        if (answer.data.length > length)
          throw new FileError("PROTOCOL", `${what}: more came than was asked for`);
        yield answer.data;
        at += answer.data.length;
        // draft §6.4: fewer octets than were asked for, though the file goes on: what is missing is asked for again.
        while (at < wanted) {
          const more = await this.#ask({ type: "read", handle, offset: at, length: wanted - at });
          if (more.type === "status" && more.code === STATUS.EOF) return;
          if (more.type !== "data" || more.data.length === 0) throw refusal(what, more);
          yield more.data;
          at += more.data.length;
        }
        window = Math.min(most, window * 2);
      }
    } finally {
      await Promise.allSettled(ahead);
      await this.#close(handle);
    }
  }

  async write(path: string, from: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const what = `cannot write ${path}`;
    const flags = OPEN_FLAGS.WRITE | OPEN_FLAGS.CREATE | (from === 0 ? OPEN_FLAGS.TRUNCATE : 0);
    const handle = await this.#handle(what, { type: "open", path, flags, attributes: {} });
    const most = Math.max(2, Math.floor(AHEAD / this.#pieces.write));
    const ahead: Promise<void>[] = [];
    let closed = false;
    try {
      let offset = from;
      for await (const piece of pieces) {
        for (let at = 0; at < piece.length; at += this.#pieces.write) {
          const data = piece.subarray(at, at + this.#pieces.write);
          const written = this.#must(what, { type: "write", handle, offset, data });
          written.catch(() => undefined);
          ahead.push(written);
          offset += data.length;
          if (ahead.length >= most) await ahead.shift();
        }
        await this.#remote.drained();
      }
      await Promise.all(ahead.splice(0));
      closed = true;
      // A server that keeps its word only now says so only now: disk full, quota.
      await this.#must(what, { type: "close", handle });
    } finally {
      if (!closed) {
        await Promise.allSettled(ahead);
        await this.#close(handle);
      }
    }
  }

  // ── changing
  async rename(from: string, to: string): Promise<void> {
    const replaces = this.#remote.opening.extensions.some(({ name }) => name === "posix-rename@openssh.com");
    await this.#must(`cannot rename ${from} to ${to}`, {
      type: replaces ? "posix-rename" : "rename",
      from,
      to,
    });
  }

  remove(path: string): Promise<void> {
    return this.#must(`cannot remove ${path}`, { type: "remove", path });
  }
  makeFolder(path: string): Promise<void> {
    return this.#must(`cannot make the folder ${path}`, { type: "mkdir", path, attributes: {} });
  }
  removeFolder(path: string): Promise<void> {
    return this.#must(`cannot remove the folder ${path}`, { type: "rmdir", path });
  }
  changeMode(path: string, mode: number): Promise<void> {
    const attributes = { permissions: mode };
    return this.#must(`cannot change the mode of ${path}`, { type: "setstat", path, attributes });
  }

  async setModified(path: string, time: number): Promise<boolean> {
    const seconds = Math.max(0, Math.floor(time / 1000));
    const attributes = { times: { atime: seconds, mtime: seconds } };
    const answer = await this.#ask({ type: "setstat", path, attributes });
    return answer.type === "status" && answer.code === STATUS.OK;
  }

  close(): Promise<void> {
    this.#usable = false;
    this.#remote.end();
    this.#end();
    return Promise.resolve();
  }

  abort(): void {
    this.#usable = false;
    this.#remote.stream.destroy("we-ended");
    this.#end();
  }

  // ── asking
  async #ask(request: Asked): Promise<SftpAnswer> {
    if (this.#say !== undefined && request.type !== "read" && request.type !== "write")
      this.#say(shown(request));
    try {
      return await this.#remote.ask(request);
    } catch (error) {
      this.#usable = false;
      throw asFileError(error);
    }
  }

  async #must(what: string, request: Asked): Promise<void> {
    const answer = await this.#ask(request);
    if (answer.type !== "status" || answer.code !== STATUS.OK) throw refusal(what, answer);
  }

  async #handle(what: string, request: Asked): Promise<string> {
    const answer = await this.#ask(request);
    if (answer.type !== "handle") throw refusal(what, answer);
    return answer.handle;
  }

  /** What was to be known is known already. */
  async #close(handle: string): Promise<void> {
    if (this.#usable) await this.#ask({ type: "close", handle }).catch(() => undefined);
  }
}

function shown(request: Asked): string {
  const paths = Object.entries(request).flatMap(([name, value]) =>
    ["path", "from", "to"].includes(name) && typeof value === "string" ? [printable(value)] : [],
  );
  return `→ ${[request.type, ...paths].join(" ")}`;
}

function entryOf(name: string, { size, owner, permissions, times }: Attributes): RemoteEntry {
  return {
    name,
    type: kindOf(permissions),
    size,
    modified: times === undefined ? undefined : times.mtime * 1000,
    precision: 1000,
    mode: permissions === undefined ? undefined : permissions & 0o7777,
    owner: owner === undefined ? undefined : String(owner.uid),
    target: undefined,
  };
}

/** Without permissions nobody knows; what is no folder for sure is tried as a file. */
function kindOf(permissions: number | undefined): RemoteEntry["type"] {
  if (permissions === undefined) return "file";
  switch (permissions & FILE_KINDS.mask) {
    case FILE_KINDS.file:
      return "file";
    case FILE_KINDS.folder:
      return "folder";
    case FILE_KINDS.link:
      return "link";
    default:
      return "other";
  }
}

function refusal(what: string, answer: SftpAnswer | undefined): FileError {
  if (answer?.type !== "status")
    return new FileError("PROTOCOL", `${what}: the server answers with ${answer?.type ?? "nothing"}`);
  const text = printable(
    answer.text === "" ? (statusName(answer.code) ?? `status ${answer.code}`) : answer.text,
  );
  return new FileError(ofStatus(answer.code), `${what}: ${text}`);
}

function ofStatus(code: number): FileErrorCode {
  switch (code) {
    case STATUS.NO_SUCH_FILE:
      return "NOT_FOUND";
    case STATUS.PERMISSION_DENIED:
      return "PERMISSION";
    case STATUS.OP_UNSUPPORTED:
      return "NOT_OFFERED";
    case STATUS.OK:
    case STATUS.BAD_MESSAGE:
      return "PROTOCOL";
    default:
      return "REFUSED";
  }
}
