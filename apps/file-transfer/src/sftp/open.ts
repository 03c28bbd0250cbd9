/** OPEN: from SFTP's flags to how the file system opens a file (draft §6.3). */
import { OPEN_FLAGS, type SftpRequest } from "@socketscope/sftp";
import type { FileSystem, WriteMode, WriteOptions } from "../files/file-system.ts";
import { ReadHandle, WriteHandle, type Handle } from "./handles.ts";
import { pathIn } from "./replies.ts";

export async function openFile(files: FileSystem, request: SftpRequest<"open">): Promise<Handle> {
  const path = pathIn(request.path);
  const has = (flag: number): boolean => (request.flags & flag) !== 0;
  // CREAT makes a file though nothing is to be written into it.
  if (!has(OPEN_FLAGS.WRITE | OPEN_FLAGS.APPEND | OPEN_FLAGS.CREATE))
    return new ReadHandle(files, path, await files.openToRead(path));
  const create = has(OPEN_FLAGS.CREATE);
  const how = modeOf(request.flags);
  // TRUNC alone empties what is there and makes nothing.
  if (how === "replace" && !create) await files.stat(path);
  const readable = has(OPEN_FLAGS.READ);
  const { permissions } = request.attributes;
  const options: WriteOptions = {
    how,
    readable,
    ...((how === "append" || how === "in-place") && { create }),
    ...(permissions !== undefined && { mode: permissions & 0o777 }),
  };
  return new WriteHandle(files, await files.openToWrite(path, options), readable);
}

function modeOf(flags: number): WriteMode {
  const { CREATE, EXCLUSIVE, TRUNCATE, APPEND } = OPEN_FLAGS;
  if ((flags & CREATE) !== 0 && (flags & EXCLUSIVE) !== 0) return "create";
  if ((flags & TRUNCATE) !== 0) return "replace";
  return (flags & APPEND) !== 0 ? "append" : "in-place";
}
