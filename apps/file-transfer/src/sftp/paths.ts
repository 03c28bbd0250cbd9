/** Requests that name a file by its path. */
import { defaultSftpLimits, STATUS, type SftpRequest } from "@socketscope/sftp";
import type { FileSystem } from "../files/file-system.ts";
import { statReply } from "./handles.ts";
import { DONE, figuresOf, nameOnly, pathIn, type Reply } from "./replies.ts";
import { setByPath } from "./set-attributes.ts";

export type PathRequest = SftpRequest<
  | "lstat"
  | "stat"
  | "setstat"
  | "lsetstat"
  | "remove"
  | "mkdir"
  | "rmdir"
  | "realpath"
  | "expand-path"
  | "home-directory"
  | "rename"
  | "posix-rename"
  | "readlink"
  | "symlink"
  | "hardlink"
  | "statvfs"
  | "limits"
  | "unknown-extension"
>;

/** Rejects with a FileProblem. */
export async function carryOut(files: FileSystem, request: PathRequest): Promise<Reply> {
  switch (request.type) {
    case "stat":
      return statReply(await files.stat(pathIn(request.path)));
    case "lstat":
      return statReply(await files.lstat(pathIn(request.path)));
    case "realpath":
      return nameOnly(await files.realPath(pathIn(request.path)));
    case "expand-path":
      return expand(files, request.path);
    case "home-directory":
      return request.user === "" || request.user === files.user ? nameOnly("/") : NOBODY;
    case "readlink":
      return nameOnly(await files.readLink(request.path));
    case "statvfs":
      return figuresOf(await files.space(pathIn(request.path)), files.may("create"));
    case "limits":
      return {
        type: "limits-reply",
        packetOctets: defaultSftpLimits.packet,
        readOctets: defaultSftpLimits.content,
        writeOctets: defaultSftpLimits.content,
        openHandles: files.limits.open,
      };
    case "unknown-extension":
      return { type: "status", code: STATUS.OP_UNSUPPORTED, text: "No such extension" };
    case "setstat":
      return done(setByPath(files, pathIn(request.path), request.attributes));
    case "lsetstat":
      return done(setByPath(files, pathIn(request.path), request.attributes, false));
    case "remove":
      return done(files.remove(request.path));
    case "mkdir": {
      const { permissions } = request.attributes;
      return done(
        files.makeFolder(request.path, permissions === undefined ? undefined : permissions & 0o777),
      );
    }
    case "rmdir":
      return done(files.removeFolder(request.path));
    case "rename":
      // draft §6.5: it is an error if there is a file under the new name already.
      return done(files.rename(request.from, request.to, { replace: false }));
    case "posix-rename":
      return done(files.rename(request.from, request.to, { replace: true }));
    case "symlink":
      return done(files.symlink(request.target, request.link));
    case "hardlink":
      return done(files.hardlink(request.from, request.to));
  }
}

async function done(work: Promise<void>): Promise<Reply> {
  await work;
  return DONE;
}

const NOBODY: Reply = { type: "status", code: STATUS.NO_SUCH_FILE, text: "Other homes are not to be seen" };

/** `~` and `~/x`; of others' homes nothing is known. */
async function expand(files: FileSystem, path: string): Promise<Reply> {
  const [, user, rest = ""] = /^~([^/]*)(.*)$/s.exec(path) ?? [];
  if (user === undefined) return nameOnly(await files.realPath(pathIn(path)));
  if (user !== "" && user !== files.user) return NOBODY;
  return nameOnly(await files.realPath(pathIn(rest)));
}
