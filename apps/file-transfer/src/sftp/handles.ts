/** What a client has open. Every handle is closed on every path: by CLOSE, or with the session. */
import { DATA_HEAD, STATUS, type Attributes, type NameEntry, type SftpRequest } from "@socketscope/sftp";
import type { FileReader, FileStat, FileSystem, FileWriter, FolderReader } from "../files/file-system.ts";
import { FileProblem } from "../files/file-problem.ts";
import { AT_END, attributesOf, DONE, dots, entryOf, failure, type Reply } from "./replies.ts";
import { setByPath } from "./set-attributes.ts";
import { InOrder, Turns } from "./turns.ts";

export abstract class Handle {
  readonly turns = new Turns();
  /**
   * draft §6.1 lets answers come in any order; OpenSSH's scp takes a file whose pieces or acknowledgements do for one that
   * is broken off, and cuts it there, here or with us (it truncates at what came without a gap, and ends with 0).
   */
  readonly answers = new InOrder();
  readonly path: string;
  protected readonly files: FileSystem;
  /** Octets that went over the line. */
  moved = 0;

  constructor(files: FileSystem, path: string) {
    this.files = files;
    this.path = path;
  }

  abstract close(): Promise<void>;
  abstract stat(): Promise<FileStat>;

  read(_request: SftpRequest<"read">): Promise<Reply> {
    return Promise.resolve(failure("This is not open for reading"));
  }
  write(_request: SftpRequest<"write">): Promise<Reply> {
    return Promise.resolve(failure("This is not open for writing"));
  }
  list(): Promise<Reply> {
    return Promise.resolve(failure("This is no folder"));
  }
  sync(): Promise<Reply> {
    return Promise.resolve(DONE);
  }
  set(attributes: Attributes): Promise<void> {
    return setByPath(this.files, this.path, attributes);
  }
}

/** Octets read into memory of their own, behind room for the packet's head: it leaves as it is. */
async function readSome(from: FileReader | FileWriter, offset: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(DATA_HEAD + length).subarray(DATA_HEAD);
  return buffer.subarray(0, await from.read(buffer, offset));
}

export class ReadHandle extends Handle {
  readonly #reader: FileReader;

  constructor(files: FileSystem, path: string, reader: FileReader) {
    super(files, path);
    this.#reader = reader;
  }

  override async read({ offset, length }: SftpRequest<"read">): Promise<Reply> {
    const data = await readSome(this.#reader, offset, length);
    this.moved += data.length;
    return data.length === 0 && length > 0 ? AT_END : { type: "data", data, room: true };
  }
  override stat(): Promise<FileStat> {
    return this.#reader.stat();
  }
  override close(): Promise<void> {
    return this.#reader.close();
  }
}

export class WriteHandle extends Handle {
  readonly #writer: FileWriter;
  readonly #readable: boolean;

  constructor(files: FileSystem, writer: FileWriter, readable: boolean) {
    super(files, writer.path);
    this.#writer = writer;
    this.#readable = readable;
  }

  override async read(request: SftpRequest<"read">): Promise<Reply> {
    if (!this.#readable) return super.read(request);
    const data = await readSome(this.#writer, request.offset, request.length);
    return data.length === 0 && request.length > 0 ? AT_END : { type: "data", data, room: true };
  }

  override async write({ offset, data }: SftpRequest<"write">): Promise<Reply> {
    await this.#writer.write(data, offset);
    this.moved += data.length;
    return DONE;
  }

  override stat(): Promise<FileStat> {
    return this.#writer.stat();
  }

  override async sync(): Promise<Reply> {
    await this.#writer.sync();
    return DONE;
  }

  /** On the file that is being made, which has no name yet. */
  override async set({ size, permissions, times, owner }: Attributes): Promise<void> {
    if (size !== undefined) await this.#writer.setSize(size);
    if (permissions !== undefined) await this.#writer.setMode(permissions & 0o7777);
    if (times !== undefined)
      await this.#writer.setTimes({ accessed: times.atime * 1000, modified: times.mtime * 1000 });
    if (owner === undefined) return;
    const stat = await this.#writer.stat();
    // Nobody gives files away here; saying what is so already is no harm.
    if (stat.owner !== owner.uid || stat.group !== owner.gid)
      throw new FileProblem("forbidden", "No file is given away here");
  }

  /** The answer to CLOSE says that the file outlasts a power loss. */
  override close(): Promise<void> {
    return this.#writer.commit();
  }
}

/** Octets of names and attributes in one NAME; a client's own limit may be as low as 34,000 (draft §3). */
const PAGE = 32_000;

export class FolderHandle extends Handle {
  readonly #reader: FolderReader;
  #waiting: NameEntry[] = [];
  #begun = false;

  constructor(files: FileSystem, path: string, reader: FolderReader) {
    super(files, path);
    this.#reader = reader;
  }

  override async list(): Promise<Reply> {
    if (this.#waiting.length === 0) {
      const page = this.#begun ? await this.#reader.next() : await this.#first();
      const now = Date.now();
      this.#waiting = page.map((entry) => entryOf(entry, now));
    }
    if (this.#waiting.length === 0) return AT_END;
    return { type: "name", entries: this.#take() };
  }

  async #first(): ReturnType<FolderReader["next"]> {
    this.#begun = true;
    const [above, page] = await Promise.all([dots(this.files, this.path), this.#reader.next()]);
    return [...above, ...page];
  }

  #take(): readonly NameEntry[] {
    let octets = 0;
    let count = 0;
    for (const { name, longname } of this.#waiting) {
      // A letter has three octets at most; the attributes of one file 32, lengths and all.
      octets += 3 * (name.length + longname.length) + 40;
      if (octets > PAGE && count > 0) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  override stat(): Promise<FileStat> {
    return this.files.stat(this.path);
  }
  override close(): Promise<void> {
    return this.#reader.close();
  }
}

export function statReply(stat: FileStat): Reply {
  return { type: "attributes", attributes: attributesOf(stat) };
}

export const NO_HANDLE: Reply = {
  type: "status",
  code: STATUS.FAILURE,
  text: "There is no such handle",
};
