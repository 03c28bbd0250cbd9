/** A lesson's text cannot be read, or there is no such lesson or step. */
export class WorkshopError extends Error {
  override readonly name = "WorkshopError";
  readonly code: "LESSON_SYNTAX" | "NO_SUCH_LESSON" | "ROOM";

  constructor(code: WorkshopError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
