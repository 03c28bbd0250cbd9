/** A program of a test did not do its part: it is missing, it hangs, it died, it said nothing. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  readonly code: "NOT_INSTALLED" | "TIMEOUT" | "NOT_READY" | "EXIT_CODE" | "SETUP";
  constructor(code: LaunchError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
