/**
 * CLIENT_STATUS: the server said no · CLIENT_PLAYLIST: what came is no playlist, or has nothing in it · CLIENT_OUTPUT: it cannot be written ·
 * CLIENT_SILENCE: no datagram of a stream came · CLIENT_DESCRIPTION: what should describe a session does not.
 */
export type ClientFault =
  | "CLIENT_STATUS"
  | "CLIENT_PLAYLIST"
  | "CLIENT_OUTPUT"
  | "CLIENT_SILENCE"
  | "CLIENT_DESCRIPTION";

export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientFault;
  /** Of the answer, with CLIENT_STATUS. */
  readonly status: number | undefined;

  constructor(code: ClientFault, message: string, status?: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
