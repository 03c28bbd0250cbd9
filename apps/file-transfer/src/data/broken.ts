import type { CloseReason } from "@socketscope/socket-core";

/** The data connection ended before all was said. */
export class TransferBroken extends Error {
  override readonly name = "TransferBroken";
  readonly code = "TRANSFER_BROKEN";
  readonly reason: CloseReason;
  constructor(reason: CloseReason) {
    super(`the data connection broke (${reason})`);
    this.reason = reason;
  }
}
