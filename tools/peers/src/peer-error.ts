/** A server of somebody else's that could not be had. */
export class PeerError extends Error {
  override readonly name = "PeerError";
  readonly code: "NOT_INSTALLED" | "NOT_READY";
  constructor(code: PeerError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
