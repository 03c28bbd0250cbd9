/** draft §8 and OpenSSH PROTOCOL §4: requests by name. Left out: users-groups-by-id@openssh.com. */
import { readAttributes, writeAttributes, type Attributes } from "./attributes.ts";
import type { FieldReader, FieldWriter } from "./fields.ts";

export interface ExtensionFields {
  /** rename(2): what stood at `to` is replaced. */
  "posix-rename": { readonly from: string; readonly to: string };
  statvfs: { readonly path: string };
  fstatvfs: { readonly handle: string };
  hardlink: { readonly from: string; readonly to: string };
  fsync: { readonly handle: string };
  /** As setstat, of a link itself. */
  lsetstat: { readonly path: string; readonly attributes: Attributes };
  limits: object;
  /** `~` and `~user` too. */
  "expand-path": { readonly path: string };
  /** `length` 0: to the end of `source`. */
  "copy-data": {
    readonly source: string;
    readonly sourceOffset: number;
    readonly length: number;
    readonly destination: string;
    readonly destinationOffset: number;
  };
  /** Empty: whoever asks. */
  "home-directory": { readonly user: string };
  "unknown-extension": { readonly name: string; readonly data: Uint8Array };
}

export type ExtensionType = keyof ExtensionFields;
type KnownType = Exclude<ExtensionType, "unknown-extension">;

type Extended<T extends ExtensionType = ExtensionType> = {
  readonly [K in T]: { readonly type: K; readonly id: number } & ExtensionFields[K];
}[T];

/** Name on the wire, and the version that VERSION says of it (OpenSSH PROTOCOL §4.2). */
export const EXTENSIONS: Readonly<Record<KnownType, readonly [name: string, version: string]>> = {
  "posix-rename": ["posix-rename@openssh.com", "1"],
  statvfs: ["statvfs@openssh.com", "2"],
  fstatvfs: ["fstatvfs@openssh.com", "2"],
  hardlink: ["hardlink@openssh.com", "1"],
  fsync: ["fsync@openssh.com", "1"],
  lsetstat: ["lsetstat@openssh.com", "1"],
  limits: ["limits@openssh.com", "1"],
  "expand-path": ["expand-path@openssh.com", "1"],
  "copy-data": ["copy-data", "1"],
  "home-directory": ["home-directory", "1"],
};

/** How one extended request is read and written behind its name. */
interface Shape<T extends KnownType> {
  readonly read: (fields: FieldReader, id: number) => Extended<T>;
  write(out: FieldWriter, request: Extended<T>): void;
}

/** `string oldpath, string newpath` */
function writePaths(out: FieldWriter, { from, to }: { readonly from: string; readonly to: string }): void {
  out.name(from);
  out.name(to);
}

const shapes: { readonly [T in KnownType]: Shape<T> } = {
  /** OpenSSH PROTOCOL §4.3: `string oldpath, string newpath` */
  "posix-rename": {
    read: (fields, id) => ({
      type: "posix-rename",
      id,
      from: fields.name("old path"),
      to: fields.name("new path"),
    }),
    write: writePaths,
  },
  /** OpenSSH PROTOCOL §4.4: `string path` */
  statvfs: {
    read: (fields, id) => ({ type: "statvfs", id, path: fields.name("path") }),
    write: (out, { path }) => out.name(path),
  },
  /** OpenSSH PROTOCOL §4.4: `string handle` */
  fstatvfs: {
    read: (fields, id) => ({ type: "fstatvfs", id, handle: fields.latin1("handle") }),
    write: (out, { handle }) => out.latin1(handle),
  },
  /** OpenSSH PROTOCOL §4.5: `string oldpath, string newpath` */
  hardlink: {
    read: (fields, id) => ({
      type: "hardlink",
      id,
      from: fields.name("old path"),
      to: fields.name("new path"),
    }),
    write: writePaths,
  },
  /** OpenSSH PROTOCOL §4.6: `string handle` */
  fsync: {
    read: (fields, id) => ({ type: "fsync", id, handle: fields.latin1("handle") }),
    write: (out, { handle }) => out.latin1(handle),
  },
  /** OpenSSH PROTOCOL §4.7: `string path, ATTRS attrs` */
  lsetstat: {
    read: (fields, id) => ({
      type: "lsetstat",
      id,
      path: fields.name("path"),
      attributes: readAttributes(fields),
    }),
    write(out, { path, attributes }) {
      out.name(path);
      writeAttributes(out, attributes);
    },
  },
  /** OpenSSH PROTOCOL §4.8: nothing */
  limits: {
    read: (_fields, id) => ({ type: "limits", id }),
    write: () => undefined,
  },
  /** OpenSSH PROTOCOL §4.9: `string path` */
  "expand-path": {
    read: (fields, id) => ({ type: "expand-path", id, path: fields.name("path") }),
    write: (out, { path }) => out.name(path),
  },
  /** OpenSSH PROTOCOL §4.10: `string read-from-handle, uint64 offset, uint64 length, string write-to-handle, uint64 offset` */
  "copy-data": {
    read: (fields, id) => ({
      type: "copy-data",
      id,
      source: fields.latin1("handle"),
      sourceOffset: fields.u64("offset"),
      length: fields.u64("octets wanted"),
      destination: fields.latin1("destination handle"),
      destinationOffset: fields.u64("destination offset"),
    }),
    write(out, { source, sourceOffset, length, destination, destinationOffset }) {
      out.latin1(source);
      out.u64(sourceOffset);
      out.u64(length);
      out.latin1(destination);
      out.u64(destinationOffset);
    },
  },
  /** OpenSSH PROTOCOL §4.11: `string username` */
  "home-directory": {
    read: (fields, id) => ({ type: "home-directory", id, user: fields.name("user") }),
    write: (out, { user }) => out.name(user),
  },
};

type ReadShape = (fields: FieldReader, id: number) => Extended<KnownType>;
const readers: ReadonlyMap<string, ReadShape> = new Map(
  knownTypes().map((type): [string, ReadShape] => [EXTENSIONS[type][0], shapes[type].read]),
);

function knownTypes(): readonly KnownType[] {
  const is = (type: string): type is KnownType => Object.hasOwn(EXTENSIONS, type);
  return Object.keys(EXTENSIONS).filter(is);
}

/** `byte EXTENDED, uint32 id, string extended-request, … any request-specific data …` (§8) */
export function readExtended(fields: FieldReader, id: number): Extended {
  const name = fields.name("extension");
  return (
    readers.get(name)?.(fields, id) ?? {
      type: "unknown-extension",
      id,
      name,
      data: fields.rest("extension data"),
    }
  );
}

export function writeExtended(out: FieldWriter, request: Extended): void {
  if (request.type === "unknown-extension") {
    out.name(request.name);
    out.rest(request.data);
    return;
  }
  out.name(EXTENSIONS[request.type][0]);
  writeKnown(out, request);
}

function writeKnown<T extends KnownType>(out: FieldWriter, request: Extended<T>): void {
  const shape: Shape<T> = shapes[request.type];
  shape.write(out, request);
}
