/** A peer's fault and what we answer to it. RFC 9112 §2.2, §6.3: after it the connection cannot be trusted. */
import { LimitError, RemoteError } from "@socketscope/wire";
import type { ServerAction } from "./events.ts";

export type HttpErrorCode =
  | "HTTP_REQUEST_LINE"
  | "HTTP_STATUS_LINE"
  | "HTTP_VERSION"
  | "HTTP_LINE_END"
  | "HTTP_FIELD_LINE"
  | "HTTP_HOST"
  | "HTTP_TARGET"
  | "HTTP_CONTENT_LENGTH"
  | "HTTP_TRANSFER_ENCODING"
  | "HTTP_CHUNK"
  | "HTTP_TRAILER"
  | "HTTP_EXPECTATION"
  | "HTTP_INCOMPLETE"
  /** The server ended before a response began: whether it carried the request out, nobody knows (RFC 9112 §9.3.1). */
  | "HTTP_NO_RESPONSE"
  | "HTTP_UNASKED"
  | "HTTP_SWITCH"
  | "HTTP_TIMEOUT";

/** Throws it: `status` is what a server answers, in plain words that a person who types by hand can use. */
export function fault(code: HttpErrorCode, status: number, message: string): never {
  throw new RemoteError<ServerAction>(code, message, refusal(status, message));
}

export function tooLarge(status: number, message: string): never {
  throw new LimitError<ServerAction>("HTTP_TOO_LARGE", message, refusal(status, message));
}

function refusal(status: number, message: string): ServerAction {
  return {
    type: "respond",
    status,
    fields: ["Content-Type", "text/plain; charset=utf-8"],
    content: `${message}\n`,
    close: true,
  };
}
