/** What the cores tell and are told. */
import type { SftpAnswer } from "./answers.ts";
import type { Opening } from "./opening.ts";
import type { RequestType, SftpRequest } from "./requests.ts";

export type SftpServerEvent =
  /** The client's INIT; answer with "version". */
  | ({ readonly type: "init" } & Opening)
  /** Each is answered by its id, in whatever order (draft §6.1 binds only what touches the same octets of a file). */
  | SftpRequest
  /** A request that cannot be carried out: send `answer`. */
  | { readonly type: "refused"; readonly answer: SftpAnswer<"status"> }
  /** We end: go on with the files that are open, open no other. */
  | { readonly type: "drain" };

export type SftpServerAction = ({ readonly type: "version" } & Opening) | SftpAnswer;

/** "init": the client speaks first. "packet": one has begun. "idle": the client has nothing to ask. */
export type SftpServerWait = "init" | "packet" | "idle";

export type SftpClientEvent =
  | ({ readonly type: "version" } & Opening)
  /** `to`: the type of the request that it answers. */
  | { readonly type: "answer"; readonly to: RequestType; readonly answer: SftpAnswer };

export type SftpClientAction =
  /** Once, before everything else. */
  | { readonly type: "init" }
  /** `id` is the caller's choice: none that waits for an answer. */
  | SftpRequest;

/** "version": the server has yet to say it. "answer": something was asked. */
export type SftpClientWait = "version" | "answer";
