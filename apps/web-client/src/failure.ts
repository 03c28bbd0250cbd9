/** Why a transfer failed, with the exit code that curl's users know (curl(1), "EXIT CODES"). */

export const EXIT = {
  ok: 0,
  unsupportedProtocol: 1,
  badUrl: 3,
  nameNotFound: 6,
  notConnected: 7,
  weirdReply: 8,
  partial: 18,
  status: 22,
  writeFailed: 23,
  readFailed: 26,
  late: 28,
  noResume: 33,
  tlsFailed: 35,
  redirects: 47,
  emptyReply: 52,
  broken: 56,
  untrusted: 60,
  badCoding: 61,
  tooLarge: 63,
} as const;

/** A failure that is ours to name. The message is one sentence for a person. */
export class TransferError extends Error {
  override readonly name = "TransferError";
  readonly code = "TRANSFER";
  readonly exitCode: number;
  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
