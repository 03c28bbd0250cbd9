/** Problems of the file system as replies of FTP: which code, and 4yz where trying again may help (RFC 959 §4.2.1). */
import { reply, type Reply } from "@socketscope/ftp";
import { FileProblem, type FileProblemCode } from "../files/file-problem.ts";

/**
 * "look": what reads and changes names (RFC 959 §5.4 allows 450 and 550) · "store": what makes files (450, 452, 532,
 * 552, 553) · "transfer": what happens while octets flow (426, 451, 452, 552).
 */
export type Undertaking = "look" | "store" | "transfer";

const codes: { readonly [C in FileProblemCode]: readonly [look: number, store: number, transfer: number] } = {
  "not-found": [550, 553, 451],
  exists: [550, 553, 553],
  "not-a-folder": [550, 553, 451],
  "is-a-folder": [550, 553, 451],
  "not-a-file": [550, 553, 451],
  "not-a-link": [550, 553, 451],
  "not-empty": [550, 553, 451],
  "bad-name": [553, 553, 553],
  "name-too-long": [553, 553, 553],
  outside: [550, 553, 451],
  "too-many-links": [550, 553, 451],
  forbidden: [550, 550, 550],
  denied: [550, 553, 451],
  busy: [450, 450, 450],
  // Not in RFC 959: 554 is what servers say to a REST that nothing can be resumed from.
  "bad-offset": [554, 554, 554],
  "disk-full": [452, 452, 452],
  quota: [552, 552, 552],
  "too-large": [552, 552, 552],
  "across-file-systems": [550, 553, 451],
  "too-many-open": [450, 450, 451],
  unsupported: [504, 504, 451],
  closed: [450, 450, 451],
  io: [450, 451, 451],
};

const COLUMN = { look: 0, store: 1, transfer: 2 } as const;

/** Undefined for an error that is no problem of a file: a bug of ours. */
export function replyToProblem(error: unknown, undertaking: Undertaking): Reply | undefined {
  if (!(error instanceof FileProblem)) return undefined;
  return reply(codes[error.code][COLUMN[undertaking]], error.message);
}

export const failedReply: Reply = reply(451, "The server failed, its log says why");
