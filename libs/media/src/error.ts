export type MediaFault = "MEDIA_NO_CONFIGURATION" | "MEDIA_BROKEN";

/** Pictures or sound that are not what they should be. */
export class MediaError extends Error {
  override readonly name = "MediaError";
  readonly code: MediaFault;

  constructor(code: MediaFault, message: string) {
    super(message);
    this.code = code;
  }
}
