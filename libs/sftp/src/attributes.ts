/** draft §5, ATTRS: what is known of a file, or shall be made of it. */
import type { FieldReader, FieldWriter } from "./fields.ts";
import { ATTRIBUTE_FLAGS, FILE_KINDS } from "./numbers.ts";

export interface Attributes {
  /** Octets; at most 2^53 - 1. */
  readonly size?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** POSIX st_mode: the kind of file and its permissions. */
  readonly permissions?: number;
  /** Seconds since 1970. */
  readonly times?: { readonly atime: number; readonly mtime: number };
  readonly extended?: readonly Extension[];
}

/** A name with its data: an extended attribute, or what a peer says it can do (§4). */
export interface Extension {
  readonly name: string;
  readonly data: Uint8Array;
}

const KNOWN =
  (ATTRIBUTE_FLAGS.SIZE |
    ATTRIBUTE_FLAGS.UIDGID |
    ATTRIBUTE_FLAGS.PERMISSIONS |
    ATTRIBUTE_FLAGS.ACMODTIME |
    ATTRIBUTE_FLAGS.EXTENDED) >>>
  0;

/**
 * ```
 * uint32 flags
 * uint64 size            if SIZE
 * uint32 uid, uint32 gid if UIDGID
 * uint32 permissions     if PERMISSIONS
 * uint32 atime, uint32 mtime if ACMODTIME
 * uint32 extended_count, then so many of: string extended_type, string extended_data   if EXTENDED
 * ```
 * `prefix` stands before the names of the fields, where a packet has several ATTRS.
 */
export function readAttributes(fields: FieldReader, prefix = ""): Attributes {
  const flags = fields.u32(`${prefix}attribute flags`);
  // What an unknown flag adds has no length: nothing behind it can be read.
  if ((flags & ~KNOWN) !== 0) fields.fail("attributes");
  return {
    ...((flags & ATTRIBUTE_FLAGS.SIZE) !== 0 && { size: fields.u64(`${prefix}size`) }),
    ...((flags & ATTRIBUTE_FLAGS.UIDGID) !== 0 && {
      owner: { uid: fields.u32(`${prefix}uid`), gid: fields.u32(`${prefix}gid`) },
    }),
    ...((flags & ATTRIBUTE_FLAGS.PERMISSIONS) !== 0 && { permissions: fields.u32(`${prefix}permissions`) }),
    ...((flags & ATTRIBUTE_FLAGS.ACMODTIME) !== 0 && {
      times: { atime: fields.u32(`${prefix}atime`), mtime: fields.u32(`${prefix}mtime`) },
    }),
    ...((flags & ATTRIBUTE_FLAGS.EXTENDED) !== 0 && { extended: readCounted(fields, prefix) }),
  };
}

function readCounted(fields: FieldReader, prefix: string): readonly Extension[] {
  const count = fields.u32(`${prefix}extended count`);
  const pairs: Extension[] = [];
  while (pairs.length < count && fields.fault === undefined)
    pairs.push(readExtension(fields, `${prefix}extended`));
  return pairs;
}

export function writeAttributes(out: FieldWriter, attributes: Attributes): void {
  const { size, owner, permissions, times, extended } = attributes;
  out.u32(
    ((size === undefined ? 0 : ATTRIBUTE_FLAGS.SIZE) |
      (owner === undefined ? 0 : ATTRIBUTE_FLAGS.UIDGID) |
      (permissions === undefined ? 0 : ATTRIBUTE_FLAGS.PERMISSIONS) |
      (times === undefined ? 0 : ATTRIBUTE_FLAGS.ACMODTIME) |
      (extended === undefined ? 0 : ATTRIBUTE_FLAGS.EXTENDED)) >>>
      0,
  );
  if (size !== undefined) out.u64(size);
  if (owner !== undefined) {
    out.u32(owner.uid);
    out.u32(owner.gid);
  }
  if (permissions !== undefined) out.u32(permissions);
  if (times !== undefined) {
    out.u32(times.atime);
    out.u32(times.mtime);
  }
  if (extended !== undefined) {
    out.u32(extended.length);
    for (const pair of extended) writeExtension(out, pair);
  }
}

/** `string name, string data`. */
export function readExtension(fields: FieldReader, prefix: string): Extension {
  return { name: fields.name(`${prefix} name`), data: fields.octets(`${prefix} data`) };
}

export function writeExtension(out: FieldWriter, { name, data }: Extension): void {
  out.name(name);
  out.octets(data);
}

/** What the permissions say a file is; undefined where they were not sent. */
export function kindOf({ permissions }: Attributes): "file" | "folder" | "link" | "other" | undefined {
  if (permissions === undefined) return undefined;
  const kind = permissions & FILE_KINDS.mask;
  if (kind === FILE_KINDS.file) return "file";
  if (kind === FILE_KINDS.folder) return "folder";
  return kind === FILE_KINDS.link ? "link" : "other";
}
