/** Who somebody is after logging in, and what that lets them do. */

/** "upload-only": a letter box: list, make files and folders, resume one's own uploads; read and change nothing. */
export type Access = "full" | "read-only" | "upload-only";

export type Right =
  /** Names, sizes and times. */
  | "list"
  | "read"
  /** New files. */
  | "create"
  /** What is there: replace, append, write into, truncate. */
  | "overwrite"
  | "make-folder"
  /** Files and folders. */
  | "remove"
  | "rename"
  /** Symbolic and hard ones. */
  | "link"
  /** Modes and times of what is there; those of a file being written are part of "create". */
  | "attributes";

const rights: { readonly [A in Access]: readonly Right[] } = {
  full: ["list", "read", "create", "overwrite", "make-folder", "remove", "rename", "link", "attributes"],
  "read-only": ["list", "read"],
  "upload-only": ["list", "create", "make-folder"],
};

export function mayWith(access: Access, right: Right): boolean {
  return rights[access].includes(right);
}

export interface Login {
  readonly user: string;
  readonly access: Access;
  /** Absolute, on this machine; never told to a peer. */
  readonly home: string;
  /** Octets of all files below the home. */
  readonly quota?: number;
  readonly anonymous: boolean;
}
