export type FilmFault = "FILM_UNREADABLE" | "FILM_NO_TRACK" | "FILM_CODEC";

/** A file that cannot be cut into segments. The message is for the person who asked. */
export class FilmError extends Error {
  override readonly name = "FilmError";
  readonly code: FilmFault;

  constructor(code: FilmFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
