/** draft §7: what a server answers. Each packet's layout stands above the pair that reads and writes it. */
import { readAttributes, writeAttributes, type Attributes } from "./attributes.ts";
import type { FieldReader, FieldWriter } from "./fields.ts";
import { PACKETS } from "./numbers.ts";
import type { RequestType } from "./requests.ts";

export interface AnswerFields {
  /** `code`: STATUS. The text is for people. */
  status: { readonly code: number; readonly text: string };
  /** At most 256 octets, as latin1. */
  handle: { readonly handle: string };
  data: {
    readonly data: Uint8Array;
    /** In front of `data` lie {@link DATA_HEAD} octets of memory that are ours to write: the packet is then one piece. */
    readonly room?: boolean;
  };
  name: { readonly entries: readonly NameEntry[] };
  attributes: { readonly attributes: Attributes };
  "statvfs-reply": FileSystemFigures;
  /** Octets and handles; 0: no limit is known. */
  "limits-reply": {
    readonly packetOctets: number;
    readonly readOctets: number;
    readonly writeOctets: number;
    readonly openHandles: number;
  };
  /** To an extended request that we do not know. */
  "extended-reply": { readonly data: Uint8Array };
}

/** One file in a NAME: of REALPATH and READLINK only the name means something. */
export interface NameEntry {
  readonly name: string;
  /** A line as `ls -l` prints it (§7: for people; nobody should read fields out of it). */
  readonly longname: string;
  readonly attributes: Attributes;
}

/** statvfs(3). */
export interface FileSystemFigures {
  readonly blockSize: number;
  readonly fragmentSize: number;
  /** In units of `fragmentSize`, like the next two. */
  readonly blocks: number;
  readonly blocksFree: number;
  readonly blocksAvailable: number;
  readonly files: number;
  readonly filesFree: number;
  readonly filesAvailable: number;
  readonly fileSystem: bigint;
  /** 1: read-only; 2: set-user-id bits do nothing. */
  readonly flags: number;
  readonly nameOctets: number;
}

export type AnswerType = keyof AnswerFields;
export type SftpAnswer<T extends AnswerType = AnswerType> = {
  readonly [K in T]: { readonly type: K; readonly id: number } & AnswerFields[K];
}[T];

/** §6, §7: what may answer what, STATUS aside, which may say of anything that it failed. None: STATUS says that it was done. */
export const ANSWER_TO: Readonly<Record<RequestType, Exclude<AnswerType, "status"> | undefined>> = {
  open: "handle",
  close: undefined,
  read: "data",
  write: undefined,
  lstat: "attributes",
  fstat: "attributes",
  setstat: undefined,
  fsetstat: undefined,
  opendir: "handle",
  readdir: "name",
  remove: undefined,
  mkdir: undefined,
  rmdir: undefined,
  realpath: "name",
  stat: "attributes",
  rename: undefined,
  readlink: "name",
  symlink: undefined,
  "posix-rename": undefined,
  statvfs: "statvfs-reply",
  fstatvfs: "statvfs-reply",
  hardlink: undefined,
  fsync: undefined,
  lsetstat: undefined,
  limits: "limits-reply",
  "expand-path": "name",
  "copy-data": undefined,
  "home-directory": "name",
  "unknown-extension": "extended-reply",
};

interface Shape<T extends AnswerType> {
  readonly number: number;
  read(fields: FieldReader, id: number): SftpAnswer<T>;
  write(out: FieldWriter, answer: SftpAnswer<T>): void;
}

const shapes: { readonly [T in AnswerType]: Shape<T> } = {
  /** §7: `uint32 id, uint32 code, string error message (UTF-8), string language tag` */
  status: {
    number: PACKETS.STATUS,
    read(fields, id) {
      const code = fields.u32("status code");
      // Servers older than version 3 end here.
      if (fields.left === 0) return { type: "status", id, code, text: "" };
      const text = fields.text("text");
      fields.octets("language");
      return { type: "status", id, code, text };
    },
    write(out, { code, text }) {
      out.u32(code);
      out.text(text);
      out.text("en");
    },
  },
  /** §7: `uint32 id, string handle` */
  handle: {
    number: PACKETS.HANDLE,
    read: (fields, id) => ({ type: "handle", id, handle: fields.latin1("handle") }),
    write: (out, { handle }) => out.latin1(handle),
  },
  /** §7: `uint32 id, string data` */
  data: {
    number: PACKETS.DATA,
    read: (fields, id) => ({ type: "data", id, data: fields.octets("data") }),
    // Its octets follow as a piece of their own.
    write: (out, { data }) => out.u32(data.length),
  },
  /** §7: `uint32 id, uint32 count, then so many of: string filename, string longname, ATTRS attrs` */
  name: {
    number: PACKETS.NAME,
    read(fields, id) {
      const count = fields.u32("count");
      const entries: NameEntry[] = [];
      while (entries.length < count && fields.fault === undefined) {
        const prefix = count > 1 ? `${entries.length + 1}. ` : "";
        entries.push({
          name: fields.name(`${prefix}name`),
          longname: fields.text(`${prefix}long name`),
          attributes: readAttributes(fields, prefix),
        });
      }
      return { type: "name", id, entries };
    },
    write(out, { entries }) {
      out.u32(entries.length);
      for (const { name, longname, attributes } of entries) {
        out.name(name);
        out.text(longname);
        writeAttributes(out, attributes);
      }
    },
  },
  /** §7: `uint32 id, ATTRS attrs` */
  attributes: {
    number: PACKETS.ATTRS,
    read: (fields, id) => ({ type: "attributes", id, attributes: readAttributes(fields) }),
    write: (out, { attributes }) => writeAttributes(out, attributes),
  },
  /** OpenSSH PROTOCOL §4.4: `uint32 id`, then eleven uint64 in the order below */
  "statvfs-reply": {
    number: PACKETS.EXTENDED_REPLY,
    read: (fields, id) => ({
      type: "statvfs-reply",
      id,
      blockSize: fields.u64("block size"),
      fragmentSize: fields.u64("fragment size"),
      blocks: fields.u64("blocks"),
      blocksFree: fields.u64("free blocks"),
      blocksAvailable: fields.u64("available blocks"),
      files: fields.u64("files"),
      filesFree: fields.u64("free files"),
      filesAvailable: fields.u64("available files"),
      fileSystem: fields.big("file system id"),
      flags: fields.u64("mount flags"),
      nameOctets: fields.u64("longest name"),
    }),
    write(out, figures) {
      out.u64(figures.blockSize);
      out.u64(figures.fragmentSize);
      out.u64(figures.blocks);
      out.u64(figures.blocksFree);
      out.u64(figures.blocksAvailable);
      out.u64(figures.files);
      out.u64(figures.filesFree);
      out.u64(figures.filesAvailable);
      out.big(figures.fileSystem);
      out.u64(figures.flags);
      out.u64(figures.nameOctets);
    },
  },
  /** OpenSSH PROTOCOL §4.8: `uint32 id, uint64 max-packet-length, uint64 max-read-length, uint64 max-write-length, uint64 max-open-handles` */
  "limits-reply": {
    number: PACKETS.EXTENDED_REPLY,
    read: (fields, id) => ({
      type: "limits-reply",
      id,
      packetOctets: fields.u64("packet limit"),
      readOctets: fields.u64("read limit"),
      writeOctets: fields.u64("write limit"),
      openHandles: fields.u64("handle limit"),
    }),
    write(out, { packetOctets, readOctets, writeOctets, openHandles }) {
      out.u64(packetOctets);
      out.u64(readOctets);
      out.u64(writeOctets);
      out.u64(openHandles);
    },
  },
  /** §8: `uint32 id, … any request-specific data …` */
  "extended-reply": {
    number: PACKETS.EXTENDED_REPLY,
    read: (fields, id) => ({ type: "extended-reply", id, data: fields.rest("extension data") }),
    write: (out, { data }) => out.rest(data),
  },
};

/** What the packet says, by its type and, for EXTENDED_REPLY, by what it answers; undefined: no server's packet. */
export function readAnswer(
  type: number,
  fields: FieldReader,
  id: number,
  to: RequestType | undefined,
): SftpAnswer | undefined {
  switch (type) {
    case PACKETS.STATUS:
      return shapes.status.read(fields, id);
    case PACKETS.HANDLE:
      return shapes.handle.read(fields, id);
    case PACKETS.DATA:
      return shapes.data.read(fields, id);
    case PACKETS.NAME:
      return shapes.name.read(fields, id);
    case PACKETS.ATTRS:
      return shapes.attributes.read(fields, id);
    case PACKETS.EXTENDED_REPLY: {
      const known = to === undefined ? undefined : ANSWER_TO[to];
      if (known === "statvfs-reply" || known === "limits-reply") return shapes[known].read(fields, id);
      return shapes["extended-reply"].read(fields, id);
    }
    default:
      return undefined;
  }
}

/** Octets of a DATA packet before its content: length, type, id, length of the content. */
export const DATA_HEAD = 13;

/** The pieces of one packet. */
export function writeAnswer(out: FieldWriter, answer: SftpAnswer): readonly Uint8Array[] {
  begin(out, answer);
  if (answer.type !== "data") return [out.take()];
  const { data, room = false } = answer;
  const head = out.take(data.length);
  if (!room) return [head, data];
  const whole = new Uint8Array(data.buffer, data.byteOffset - DATA_HEAD, DATA_HEAD + data.length);
  whole.set(head);
  return [whole];
}

function begin<T extends AnswerType>(out: FieldWriter, answer: SftpAnswer<T>): void {
  const shape: Shape<T> = shapes[answer.type];
  out.begin(shape.number);
  out.u32(answer.id);
  shape.write(out, answer);
}
