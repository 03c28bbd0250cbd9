export type WalkthroughErrorCode =
  /** The file cannot be read as a walkthrough: a block has an unknown word, no command, no reason. */
  | "SYNTAX"
  /** The command line of this tool is wrong. */
  | "USAGE"
  /** A block would write outside of the sandbox, or the sandbox cannot be made. */
  | "SANDBOX";

/** What is wrong with a walkthrough itself; a step that fails is no error but an outcome. */
export class WalkthroughError extends Error {
  override readonly name = "WalkthroughError";
  readonly code: WalkthroughErrorCode;
  constructor(code: WalkthroughErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
