/** A measurement that is worth nothing: a server did not start, an answer was wrong, a program is missing. */
export class BenchError extends Error {
  override readonly name = "BenchError";
  readonly code: "MISSING" | "SERVER" | "LOAD" | "USAGE";
  constructor(code: BenchError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
