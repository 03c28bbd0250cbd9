/** `--continue-at`: only what is missing is asked for (RFC 9110 §14). */
import type { FieldLines } from "@socketscope/http";
import type { ClientResponse } from "@socketscope/web";
import { EXIT, TransferError } from "./failure.ts";

/** RFC 9110 §14.2: from `offset` to the end. */
export function rangeOfRest(offset: number): FieldLines {
  return offset > 0 ? ["Range", `bytes=${offset}-`] : [];
}

/** True: the content goes behind what is there; false: all of it is there. Throws TransferError when the server does not resume. */
export function resumes({ status, fields, body }: ClientResponse, offset: number): boolean {
  const range = fields.get("content-range") ?? "";
  // RFC 9110 §15.5.17: 416 tells how long it is.
  if (status === 416 && range === `bytes */${offset}`) return false;
  // RFC 9110 §14.4: what came must be what was asked for, or the file would be wrong.
  if (status === 206 && range.startsWith(`bytes ${offset}-`)) return true;
  body.cancel();
  throw new TransferError(EXIT.noResume, whyNot(status, range, offset));
}

function whyNot(status: number, range: string, offset: number): string {
  if (status === 206)
    return `the server sent ${range || "another part"} instead of what follows byte ${offset}`;
  if (status >= 400) return `the server answered ${status}: what is there stays as it is`;
  return "the server does not resume: it would send all of it again";
}
