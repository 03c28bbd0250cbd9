/** The trial could not be made; it says nothing about the server. */
export class CrashError extends Error {
  override readonly name = "CrashError";
  readonly code: "NOT_READY" | "IMAGE" | "LATE" | "GONE";
  constructor(code: CrashError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
