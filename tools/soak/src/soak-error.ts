/** "NEEDS": a program or a system that the soak stands on is not here. "SERVER": one did not start. "CLIENT": one failed. */
export class SoakError extends Error {
  override readonly name = "SoakError";
  readonly code: "NEEDS" | "SERVER" | "CLIENT";

  constructor(code: SoakError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
