/** draft §6, §4: what a client asks. Each packet's layout stands above the pair that reads and writes it. */
import { readAttributes, writeAttributes, type Attributes } from "./attributes.ts";
import { readExtended, writeExtended, type ExtensionFields } from "./extensions.ts";
import type { FieldReader, FieldWriter } from "./fields.ts";
import { PACKETS } from "./numbers.ts";

interface PlainFields {
  /** `flags`: OPEN_FLAGS. `attributes`: those of a file that OPEN makes. */
  open: { readonly path: string; readonly flags: number; readonly attributes: Attributes };
  close: { readonly handle: string };
  /** Octets; §6.4: fewer come at the end of the file. */
  read: { readonly handle: string; readonly offset: number; readonly length: number };
  /** A view of what was received. */
  write: { readonly handle: string; readonly offset: number; readonly data: Uint8Array };
  lstat: { readonly path: string };
  fstat: { readonly handle: string };
  setstat: { readonly path: string; readonly attributes: Attributes };
  fsetstat: { readonly handle: string; readonly attributes: Attributes };
  opendir: { readonly path: string };
  readdir: { readonly handle: string };
  remove: { readonly path: string };
  mkdir: { readonly path: string; readonly attributes: Attributes };
  rmdir: { readonly path: string };
  realpath: { readonly path: string };
  stat: { readonly path: string };
  rename: { readonly from: string; readonly to: string };
  readlink: { readonly path: string };
  /** `link` is made and says `target`. */
  symlink: { readonly target: string; readonly link: string };
}

export type RequestFields = PlainFields & ExtensionFields;
export type RequestType = keyof RequestFields;

/** Handles are latin1 of their octets, paths as `decodeName` of @socketscope/wire makes them: octets that are no UTF-8 survive. */
export type SftpRequest<T extends RequestType = RequestType> = {
  readonly [K in T]: { readonly type: K; readonly id: number } & RequestFields[K];
}[T];

/** How one packet is read and written, its length, type and id aside. */
interface Shape<T extends RequestType> {
  readonly number: number;
  readonly read: (fields: FieldReader, id: number) => SftpRequest<T>;
  write(out: FieldWriter, request: SftpRequest<T>): void;
}

type PlainType = keyof PlainFields;
type Shapes = { readonly [T in PlainType]: Shape<T> };

/** `uint32 id, string path`: LSTAT, STAT, OPENDIR, REMOVE, RMDIR, REALPATH, READLINK (§6.5 – §6.11). */
function ofPath<T extends "lstat" | "stat" | "opendir" | "remove" | "rmdir" | "realpath" | "readlink">(
  number: number,
  make: (id: number, path: string) => SftpRequest<T>,
): Shape<T> {
  return {
    number,
    read: (fields, id) => make(id, fields.name("path")),
    write: (out, { path }) => out.name(path),
  };
}

/** `uint32 id, string handle`: CLOSE, FSTAT, READDIR (§6.3, §6.8, §6.7). */
function ofHandle<T extends "close" | "fstat" | "readdir">(
  number: number,
  make: (id: number, handle: string) => SftpRequest<T>,
): Shape<T> {
  return {
    number,
    read: (fields, id) => make(id, fields.latin1("handle")),
    write: (out, { handle }) => out.latin1(handle),
  };
}

const shapes: Shapes = {
  /** §6.3: `uint32 id, string filename, uint32 pflags, ATTRS attrs` */
  open: {
    number: PACKETS.OPEN,
    read: (fields, id) => ({
      type: "open",
      id,
      path: fields.name("path"),
      flags: fields.u32("open flags"),
      attributes: readAttributes(fields),
    }),
    write(out, { path, flags, attributes }) {
      out.name(path);
      out.u32(flags);
      writeAttributes(out, attributes);
    },
  },
  close: ofHandle(PACKETS.CLOSE, (id, handle) => ({ type: "close", id, handle })),
  /** §6.4: `uint32 id, string handle, uint64 offset, uint32 len` */
  read: {
    number: PACKETS.READ,
    read: (fields, id) => ({
      type: "read",
      id,
      handle: fields.latin1("handle"),
      offset: fields.u64("offset"),
      length: fields.u32("octets wanted"),
    }),
    write(out, { handle, offset, length }) {
      out.latin1(handle);
      out.u64(offset);
      out.u32(length);
    },
  },
  /** §6.4: `uint32 id, string handle, uint64 offset, string data` */
  write: {
    number: PACKETS.WRITE,
    read: (fields, id) => ({
      type: "write",
      id,
      handle: fields.latin1("handle"),
      offset: fields.u64("offset"),
      data: fields.octets("data"),
    }),
    write(out, { handle, offset, data }) {
      out.latin1(handle);
      out.u64(offset);
      // Its octets follow as a piece of their own.
      out.u32(data.length);
    },
  },
  lstat: ofPath(PACKETS.LSTAT, (id, path) => ({ type: "lstat", id, path })),
  fstat: ofHandle(PACKETS.FSTAT, (id, handle) => ({ type: "fstat", id, handle })),
  /** §6.9: `uint32 id, string path, ATTRS attrs` */
  setstat: {
    number: PACKETS.SETSTAT,
    read: (fields, id) => ({
      type: "setstat",
      id,
      path: fields.name("path"),
      attributes: readAttributes(fields),
    }),
    write(out, { path, attributes }) {
      out.name(path);
      writeAttributes(out, attributes);
    },
  },
  /** §6.9: `uint32 id, string handle, ATTRS attrs` */
  fsetstat: {
    number: PACKETS.FSETSTAT,
    read: (fields, id) => ({
      type: "fsetstat",
      id,
      handle: fields.latin1("handle"),
      attributes: readAttributes(fields),
    }),
    write(out, { handle, attributes }) {
      out.latin1(handle);
      writeAttributes(out, attributes);
    },
  },
  opendir: ofPath(PACKETS.OPENDIR, (id, path) => ({ type: "opendir", id, path })),
  readdir: ofHandle(PACKETS.READDIR, (id, handle) => ({ type: "readdir", id, handle })),
  remove: ofPath(PACKETS.REMOVE, (id, path) => ({ type: "remove", id, path })),
  /** §6.6: `uint32 id, string path, ATTRS attrs` */
  mkdir: {
    number: PACKETS.MKDIR,
    read: (fields, id) => ({
      type: "mkdir",
      id,
      path: fields.name("path"),
      attributes: readAttributes(fields),
    }),
    write(out, { path, attributes }) {
      out.name(path);
      writeAttributes(out, attributes);
    },
  },
  rmdir: ofPath(PACKETS.RMDIR, (id, path) => ({ type: "rmdir", id, path })),
  realpath: ofPath(PACKETS.REALPATH, (id, path) => ({ type: "realpath", id, path })),
  stat: ofPath(PACKETS.STAT, (id, path) => ({ type: "stat", id, path })),
  /** §6.5: `uint32 id, string oldpath, string newpath` */
  rename: {
    number: PACKETS.RENAME,
    read: (fields, id) => ({
      type: "rename",
      id,
      from: fields.name("old path"),
      to: fields.name("new path"),
    }),
    write(out, { from, to }) {
      out.name(from);
      out.name(to);
    },
  },
  readlink: ofPath(PACKETS.READLINK, (id, path) => ({ type: "readlink", id, path })),
  /**
   * §6.10 has `string linkpath, string targetpath`. OpenSSH sent them the other way round before anybody looked, and
   * everybody follows it (OpenSSH PROTOCOL §4.1): `uint32 id, string targetpath, string linkpath`
   */
  symlink: {
    number: PACKETS.SYMLINK,
    read: (fields, id) => ({
      type: "symlink",
      id,
      target: fields.name("target path"),
      link: fields.name("link path"),
    }),
    write(out, { target, link }) {
      out.name(target);
      out.name(link);
    },
  },
};

function isPlain(request: SftpRequest): request is SftpRequest<PlainType> {
  return Object.hasOwn(shapes, request.type);
}

type ReadShape = (fields: FieldReader, id: number) => SftpRequest;
const readers: ReadonlyMap<number, ReadShape> = new Map<number, ReadShape>([
  ...Object.values(shapes).map(({ number, read }): [number, ReadShape] => [number, read]),
  [PACKETS.EXTENDED, readExtended],
]);

/** The request whose fields begin behind its id; undefined for a packet type that no client sends. Ask `fields.end()` after it. */
export function readRequest(type: number, fields: FieldReader, id: number): SftpRequest | undefined {
  return readers.get(type)?.(fields, id);
}

/** The pieces of one packet. */
export function writeRequest(out: FieldWriter, request: SftpRequest): readonly Uint8Array[] {
  if (isPlain(request)) {
    out.begin(shapes[request.type].number);
    out.u32(request.id);
    writePlain(out, request);
    return request.type === "write" ? [out.take(request.data.length), request.data] : [out.take()];
  }
  out.begin(PACKETS.EXTENDED);
  out.u32(request.id);
  writeExtended(out, request);
  return [out.take()];
}

function writePlain<T extends PlainType>(out: FieldWriter, request: SftpRequest<T>): void {
  const shape: Shape<T> = shapes[request.type];
  shape.write(out, request);
}

/** Paths of a request, for who judges names. */
export function pathsOf(request: SftpRequest): readonly string[] {
  if ("path" in request) return [request.path];
  if ("from" in request && typeof request.from === "string") return [request.from, request.to];
  return request.type === "symlink" ? [request.target, request.link] : [];
}

export function handlesOf(request: SftpRequest): readonly string[] {
  if ("handle" in request) return [request.handle];
  return request.type === "copy-data" ? [request.source, request.destination] : [];
}
