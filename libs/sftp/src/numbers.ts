/**
 * draft-ietf-secsh-filexfer-02, the numbers: packet types (§3), open flags (§6.3), attribute flags (§5), status codes
 * (§7). Left out: versions above 3, which nearly nobody speaks.
 */

/** The version spoken here; OpenSSH and most others speak no other. */
export const SFTP_VERSION = 3;

export const PACKETS = {
  INIT: 1,
  VERSION: 2,
  OPEN: 3,
  CLOSE: 4,
  READ: 5,
  WRITE: 6,
  LSTAT: 7,
  FSTAT: 8,
  SETSTAT: 9,
  FSETSTAT: 10,
  OPENDIR: 11,
  READDIR: 12,
  REMOVE: 13,
  MKDIR: 14,
  RMDIR: 15,
  REALPATH: 16,
  STAT: 17,
  RENAME: 18,
  READLINK: 19,
  SYMLINK: 20,
  STATUS: 101,
  HANDLE: 102,
  DATA: 103,
  NAME: 104,
  ATTRS: 105,
  EXTENDED: 200,
  EXTENDED_REPLY: 201,
} as const;
export type PacketName = keyof typeof PACKETS;

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(PACKETS).map(([name, number]) => [number, name]),
);

export function isPacketName(name: string): name is PacketName {
  return Object.hasOwn(PACKETS, name);
}

export function packetName(type: number): PacketName | undefined {
  const name = names.get(type);
  return name !== undefined && isPacketName(name) ? name : undefined;
}

/** §6.3, pflags of OPEN. */
export const OPEN_FLAGS = {
  READ: 0x01,
  WRITE: 0x02,
  APPEND: 0x04,
  CREATE: 0x08,
  TRUNCATE: 0x10,
  EXCLUSIVE: 0x20,
} as const;
export type OpenFlag = keyof typeof OPEN_FLAGS;

/** §5: which attributes follow. */
export const ATTRIBUTE_FLAGS = {
  SIZE: 0x01,
  UIDGID: 0x02,
  PERMISSIONS: 0x04,
  ACMODTIME: 0x08,
  EXTENDED: 0x80000000,
} as const;
export type AttributeFlag = keyof typeof ATTRIBUTE_FLAGS;

/** §7. */
export const STATUS = {
  OK: 0,
  EOF: 1,
  NO_SUCH_FILE: 2,
  PERMISSION_DENIED: 3,
  FAILURE: 4,
  BAD_MESSAGE: 5,
  NO_CONNECTION: 6,
  CONNECTION_LOST: 7,
  OP_UNSUPPORTED: 8,
} as const;
export type StatusName = keyof typeof STATUS;

export function statusName(code: number): StatusName | undefined {
  const found = Object.entries(STATUS).find(([, value]) => value === code)?.[0];
  return found !== undefined && isStatusName(found) ? found : undefined;
}

function isStatusName(name: string): name is StatusName {
  return Object.hasOwn(STATUS, name);
}

/** The names set in `bits`, and what is left of it. */
export function flagNames(bits: number, table: Readonly<Record<string, number>>): readonly string[] {
  const set = Object.entries(table).flatMap(([name, bit]) => ((bits & bit) === 0 ? [] : [name]));
  const known = Object.values(table).reduce((all, bit) => all | bit, 0);
  const rest = (bits & ~known) >>> 0;
  return rest === 0 ? set : [...set, `0x${rest.toString(16)}`];
}

/** POSIX st_mode, as everybody fills `permissions` with. */
export const FILE_KINDS = {
  mask: 0o170000,
  file: 0o100000,
  folder: 0o040000,
  link: 0o120000,
} as const;
