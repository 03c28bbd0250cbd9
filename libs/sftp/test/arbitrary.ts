/** Every request and answer there is, as fast-check makes them. */
import fc from "fast-check";
import type { Attributes, SftpAnswer, SftpRequest } from "../src/index.ts";

const text = fc.string({ unit: "grapheme", maxLength: 30 });
const handle = fc.uint8Array({ maxLength: 20 }).map((octets) => Buffer.from(octets).toString("latin1"));
const data = fc.uint8Array({ maxLength: 100 });
const u32 = fc.nat({ max: 0xffff_ffff });
const u64 = fc.oneof(u32, fc.nat({ max: Number.MAX_SAFE_INTEGER }));
const pair = fc.record({ name: text, data });
export const attributes: fc.Arbitrary<Attributes> = fc.record(
  {
    size: u64,
    owner: fc.record({ uid: u32, gid: u32 }),
    permissions: u32,
    times: fc.record({ atime: u32, mtime: u32 }),
    extended: fc.array(pair, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const id = u32;
const is = <T extends string>(type: T): fc.Arbitrary<T> => fc.constant(type);

const ofPath = fc.record({
  type: fc.constantFrom(
    "lstat",
    "stat",
    "opendir",
    "remove",
    "rmdir",
    "realpath",
    "readlink",
    "statvfs",
    "expand-path",
  ),
  id,
  path: text,
});
const ofHandle = fc.record({
  type: fc.constantFrom("close", "fstat", "readdir", "fstatvfs", "fsync"),
  id,
  handle,
});
const ofPaths = fc.record({
  type: fc.constantFrom("rename", "posix-rename", "hardlink"),
  id,
  from: text,
  to: text,
});
const ofAttributes = fc.record({
  type: fc.constantFrom("setstat", "mkdir", "lsetstat"),
  id,
  path: text,
  attributes,
});

export const request: fc.Arbitrary<SftpRequest> = fc.oneof(
  ofPath,
  ofHandle,
  ofPaths,
  ofAttributes,
  fc.record({ type: is("open"), id, path: text, flags: u32, attributes }),
  fc.record({ type: is("read"), id, handle, offset: u64, length: fc.nat({ max: 261_120 }) }),
  fc.record({ type: is("write"), id, handle, offset: u64, data }),
  fc.record({ type: is("fsetstat"), id, handle, attributes }),
  fc.record({ type: is("symlink"), id, target: text, link: text }),
  fc.record({ type: is("limits"), id }),
  fc.record({
    type: is("copy-data"),
    id,
    source: handle,
    sourceOffset: u64,
    length: u64,
    destination: handle,
    destinationOffset: u64,
  }),
  fc.record({ type: is("home-directory"), id, user: text }),
  fc.record({ type: is("unknown-extension"), id, name: is("no-such@example.org"), data }),
);

const entry = fc.record({ name: text, longname: text, attributes });
export const answer: fc.Arbitrary<SftpAnswer> = fc.oneof(
  fc.record({ type: is("status"), id, code: u32, text }),
  fc.record({ type: is("handle"), id, handle }),
  fc.record({ type: is("data"), id, data }),
  fc.record({ type: is("name"), id, entries: fc.array(entry, { maxLength: 4 }) }),
  fc.record({ type: is("attributes"), id, attributes }),
  fc.record({
    type: is("statvfs-reply"),
    id,
    blockSize: u64,
    fragmentSize: u64,
    blocks: u64,
    blocksFree: u64,
    blocksAvailable: u64,
    files: u64,
    filesFree: u64,
    filesAvailable: u64,
    fileSystem: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
    flags: u64,
    nameOctets: u64,
  }),
  fc.record({
    type: is("limits-reply"),
    id,
    packetOctets: u64,
    readOctets: u64,
    writeOctets: u64,
    openHandles: u64,
  }),
  fc.record({ type: is("extended-reply"), id, data }),
);
