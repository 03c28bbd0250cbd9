/** What can go wrong with a file: one union, so that FTP and SFTP each map it to their own codes with a whole switch. */

export type FileProblemCode =
  /** There is nothing under this name, or a folder on the way to it is missing. */
  | "not-found"
  /** There is something already, and it may not or must not be replaced. */
  | "exists"
  /** A folder was expected (also: in the middle of a path). */
  | "not-a-folder"
  /** A file was expected, and it is a folder. */
  | "is-a-folder"
  /** A file was expected, and it is a device, a pipe, a socket. */
  | "not-a-file"
  | "not-a-link"
  | "not-empty"
  /** The name can stand for no file: empty, NUL, no octets for it, one of our own. */
  | "bad-name"
  /** A component above 255 octets or a path above `pathOctets`. */
  | "name-too-long"
  /** A link leads out of the home. What is there is not told. */
  | "outside"
  /** More links behind one another than `links`. */
  | "too-many-links"
  /** The account may not: read-only, upload-only, anonymous. */
  | "forbidden"
  /** The operating system does not let us. */
  | "denied"
  /** Somebody else writes into the very same file in place, or resumes the same upload. */
  | "busy"
  /** The offset lies behind the end of what is there: nothing can be resumed from it. */
  | "bad-offset"
  | "disk-full"
  /** The home's quota is used up. */
  | "quota"
  /** The file grows above what the file system or a limit of the process takes. */
  | "too-large"
  | "across-file-systems"
  /** No descriptor is left, here or in the whole system: later is better. */
  | "too-many-open"
  /** This system or file system cannot do it. */
  | "unsupported"
  /** The handle was closed, or its view was. */
  | "closed"
  | "io";

/** The one error that the file system throws. `message` is fit for a peer: it has no path of this machine in it. */
export class FileProblem extends Error {
  override readonly name = "FileProblem";
  readonly code: FileProblemCode;
  constructor(code: FileProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
