/** The operating system's errors as ours, in words that tell a peer nothing of this machine. */
import { FileProblem, type FileProblemCode } from "./file-problem.ts";

const texts: { readonly [Code in FileProblemCode]: string } = {
  "not-found": "No such file or folder",
  exists: "It already exists",
  "not-a-folder": "Not a folder",
  "is-a-folder": "It is a folder",
  "not-a-file": "Not a regular file",
  "not-a-link": "Not a link",
  "not-empty": "The folder is not empty",
  "bad-name": "This name cannot be used",
  "name-too-long": "The name is too long",
  outside: "A link on the way leads out of the home",
  "too-many-links": "Too many links",
  forbidden: "This account may not do that",
  denied: "Permission denied",
  busy: "Somebody else is writing it",
  "bad-offset": "The file ends before this offset",
  "disk-full": "The disk is full",
  quota: "The quota is used up",
  "too-large": "The file gets too large",
  "across-file-systems": "They are on different file systems",
  "too-many-open": "Too many files are open",
  unsupported: "This cannot be done here",
  closed: "It is closed",
  io: "The disk failed",
};

const codes: { readonly [Code in string]?: FileProblemCode } = {
  ENOENT: "not-found",
  EEXIST: "exists",
  ENOTDIR: "not-a-folder",
  EISDIR: "is-a-folder",
  ENOTEMPTY: "not-empty",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
  ETXTBSY: "busy",
  EBUSY: "busy",
  ELOOP: "too-many-links",
  ENAMETOOLONG: "name-too-long",
  ENOSPC: "disk-full",
  EDQUOT: "quota",
  EFBIG: "too-large",
  EXDEV: "across-file-systems",
  EMFILE: "too-many-open",
  ENFILE: "too-many-open",
  ENXIO: "not-a-file",
  ENODEV: "not-a-file",
  // A folder into itself, a name the file system does not take.
  EINVAL: "unsupported",
  EMLINK: "unsupported",
  ENOSYS: "unsupported",
  ENOTSUP: "unsupported",
  EOPNOTSUPP: "unsupported",
  ERR_INVALID_ARG_VALUE: "bad-name",
  EBADF: "closed",
};

export function problem(code: FileProblemCode): FileProblem {
  return new FileProblem(code, texts[code]);
}

/** Whatever was thrown, as one of ours. */
export function asProblem(error: unknown): FileProblem {
  if (error instanceof FileProblem) return error;
  const code = codes[systemCode(error) ?? ""] ?? "io";
  return new FileProblem(code, texts[code], { cause: error });
}

/** `ENOENT` and its like; undefined where it is no error of the system. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Undefined where the name is not there; everything else is thrown on. */
export function unlessMissing(error: unknown): undefined {
  if (systemCode(error) === "ENOENT") return undefined;
  throw error;
}
