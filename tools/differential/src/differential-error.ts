/** The run cannot say anything: a server did not start, or what was kept cannot be read. */
export class DifferentialError extends Error {
  override readonly name = "DifferentialError";
  readonly code: "NOT_READY" | "BAD_GOLDEN";
  constructor(code: DifferentialError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
