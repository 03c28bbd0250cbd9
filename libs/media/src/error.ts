/**
 * MEDIA_NO_CONFIGURATION: without what its decoder must know · MEDIA_BROKEN: not what it should be · MEDIA_CODEC: of a
 * codec that is not carried here · MEDIA_LIMIT: larger than is read · MEDIA_NOT_FRAGMENTED: an MP4 that is no stream.
 */
export type MediaFault =
  | "MEDIA_NO_CONFIGURATION"
  | "MEDIA_BROKEN"
  | "MEDIA_CODEC"
  | "MEDIA_LIMIT"
  | "MEDIA_NOT_FRAGMENTED";

/** Pictures or sound that are not what they should be. */
export class MediaError extends Error {
  override readonly name = "MediaError";
  readonly code: MediaFault;

  constructor(code: MediaFault, message: string) {
    super(message);
    this.code = code;
  }
}
