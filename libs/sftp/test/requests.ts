/** Every request there is, by hand, and what is none; and a server that has said VERSION. */
import { expect } from "vitest";
import { SftpServer, STATUS } from "../src/index.ts";
import { INIT, octetsOf } from "./packets.ts";

export const version = { type: "version", version: 3, extensions: [] } as const;

export function opened(limits: ConstructorParameters<typeof SftpServer>[0] = {}): SftpServer {
  const core = new SftpServer(limits);
  core.receive(INIT);
  expect(core.next()).toEqual({ type: "init", version: 3, extensions: [] });
  core.send(version);
  return core;
}

/** Name, the packet by hand, what it says. */
export const REQUESTS: readonly (readonly [string, string, object])[] = [
  [
    "OPEN to read",
    "03 00000001 00000002 '/a' 00000001 00000000",
    { type: "open", path: "/a", flags: 1, attributes: {} },
  ],
  [
    "OPEN to write, with permissions",
    "03 00000001 00000004 'naï' 0000001a 00000004 000081a4",
    { type: "open", path: "naï", flags: 0x1a, attributes: { permissions: 0o100644 } },
  ],
  [
    "OPEN with every attribute",
    "03 00000001 00000001 'a' 0000003f 8000000f 0000000100000002 00000003 00000004 000081a4 00000005 00000006 00000001 00000001 'x' 00000002 'yz'",
    {
      type: "open",
      path: "a",
      flags: 0x3f,
      attributes: {
        size: 2 ** 32 + 2,
        owner: { uid: 3, gid: 4 },
        permissions: 0o100644,
        times: { atime: 5, mtime: 6 },
        extended: [{ name: "x", data: octetsOf("'yz'") }],
      },
    },
  ],
  ["CLOSE", "04 00000001 00000001 'h'", { type: "close", handle: "h" }],
  [
    "READ",
    "05 00000001 00000001 'h' 0000000200000000 00008000",
    { type: "read", handle: "h", offset: 2 ** 33, length: 32_768 },
  ],
  [
    "READ of more than is given",
    "05 00000001 00000001 'h' 0000000000000000 ffffffff",
    { type: "read", handle: "h", offset: 0, length: 261_120 },
  ],
  [
    "WRITE",
    "06 00000001 00000001 'h' 0000000000000003 00000005 'hello'",
    { type: "write", handle: "h", offset: 3, data: octetsOf("'hello'") },
  ],
  ["LSTAT", "07 00000001 00000001 'a'", { type: "lstat", path: "a" }],
  ["FSTAT", "08 00000001 00000002 00ff", { type: "fstat", handle: "\u0000\u00ff" }],
  [
    "SETSTAT",
    "09 00000001 00000001 'a' 00000001 0000000000000000",
    { type: "setstat", path: "a", attributes: { size: 0 } },
  ],
  [
    "FSETSTAT",
    "0a 00000001 00000001 'h' 00000008 00000001 00000002",
    { type: "fsetstat", handle: "h", attributes: { times: { atime: 1, mtime: 2 } } },
  ],
  ["OPENDIR", "0b 00000001 00000001 '/'", { type: "opendir", path: "/" }],
  ["READDIR", "0c 00000001 00000001 'h'", { type: "readdir", handle: "h" }],
  ["REMOVE", "0d 00000001 00000001 'a'", { type: "remove", path: "a" }],
  ["MKDIR", "0e 00000001 00000001 'd' 00000000", { type: "mkdir", path: "d", attributes: {} }],
  ["RMDIR", "0f 00000001 00000001 'd'", { type: "rmdir", path: "d" }],
  // draft §6.2: the empty path is the folder one starts in
  ["REALPATH", "10 00000001 00000000", { type: "realpath", path: "" }],
  ["STAT of half a name", "11 00000001 00000004 'ä/ö'", { type: "stat", path: "ä/\uDCC3" }],
  ["STAT of a name in UTF-8", "11 00000001 00000005 'ä/ö'", { type: "stat", path: "ä/ö" }],
  ["RENAME", "12 00000001 00000001 'a' 00000001 'b'", { type: "rename", from: "a", to: "b" }],
  ["READLINK", "13 00000001 00000001 'l'", { type: "readlink", path: "l" }],
  [
    "SYMLINK as OpenSSH sends it: target first",
    "14 00000001 00000001 't' 00000001 'l'",
    { type: "symlink", target: "t", link: "l" },
  ],
  [
    "posix-rename",
    "c8 00000001 00000018 'posix-rename@openssh.com' 00000001 'a' 00000001 'b'",
    { type: "posix-rename", from: "a", to: "b" },
  ],
  ["statvfs", "c8 00000001 00000013 'statvfs@openssh.com' 00000001 '/'", { type: "statvfs", path: "/" }],
  ["fstatvfs", "c8 00000001 00000014 'fstatvfs@openssh.com' 00000001 'h'", { type: "fstatvfs", handle: "h" }],
  [
    "hardlink",
    "c8 00000001 00000014 'hardlink@openssh.com' 00000001 'a' 00000001 'b'",
    { type: "hardlink", from: "a", to: "b" },
  ],
  ["fsync", "c8 00000001 00000011 'fsync@openssh.com' 00000001 'h'", { type: "fsync", handle: "h" }],
  [
    "lsetstat",
    "c8 00000001 00000014 'lsetstat@openssh.com' 00000001 'l' 00000004 000001ff",
    { type: "lsetstat", path: "l", attributes: { permissions: 0o777 } },
  ],
  ["limits", "c8 00000001 00000012 'limits@openssh.com'", { type: "limits" }],
  [
    "expand-path",
    "c8 00000001 00000017 'expand-path@openssh.com' 00000002 '~/'",
    { type: "expand-path", path: "~/" },
  ],
  [
    "copy-data",
    "c8 00000001 00000009 'copy-data' 00000001 'r' 0000000000000001 0000000000000002 00000001 'w' 0000000000000003",
    {
      type: "copy-data",
      source: "r",
      sourceOffset: 1,
      length: 2,
      destination: "w",
      destinationOffset: 3,
    },
  ],
  ["home-directory", "c8 00000001 0000000e 'home-directory' 00000000", { type: "home-directory", user: "" }],
  [
    "an extension nobody knows",
    "c8 00000001 00000001 'x' 0102",
    { type: "unknown-extension", name: "x", data: octetsOf("01 02") },
  ],
  ["a packet type nobody knows", "2a 00000001", { refused: STATUS.OP_UNSUPPORTED }],
  ["an answer", "65 00000001 00000000", { refused: STATUS.OP_UNSUPPORTED }],
  ["INIT again", "01 00000001", { refused: STATUS.OP_UNSUPPORTED }],
  ["a packet without its last field", "03 00000001 00000001 'a'", { refused: STATUS.BAD_MESSAGE }],
  ["a string longer than its packet", "0d 00000001 000000ff 'a'", { refused: STATUS.BAD_MESSAGE }],
  ["a string of 4 GiB", "0d 00000001 ffffffff 'a'", { refused: STATUS.BAD_MESSAGE }],
  ["octets behind the last field", "0d 00000001 00000001 'a' 00", { type: "remove", path: "a" }],
  ["attributes of another version", "0e 00000001 00000001 'd' 00000010", { refused: STATUS.BAD_MESSAGE }],
  [
    "more extended attributes than there is room",
    "0e 00000001 00000001 'd' 80000000 ffffffff",
    { refused: STATUS.BAD_MESSAGE },
  ],
  [
    "an offset beyond 2^53",
    "05 00000001 00000001 'h' 0020000000000000 00000001",
    { refused: STATUS.FAILURE },
  ],
  ["NUL in a name", "0d 00000001 00000003 'a' 00 'b'", { refused: STATUS.FAILURE }],
  ["a name that is not UTF-8", "0d 00000001 00000002 'a' ff", { type: "remove", path: "a\uDCFF" }],
];
