/**
 * RTMP_VERSION: not version 3 · RTMP_CHUNK_SIZE: a chunk of no size, or an absurd one · RTMP_CHUNK: a chunk that
 * continues nothing · RTMP_MESSAGE: a message that is not what its type says · RTMP_LIMIT: more than is read ·
 * RTMP_ORDER: something that has no place here · AMF0: values that are none.
 */
export type RtmpFault =
  | "RTMP_VERSION"
  | "RTMP_CHUNK_SIZE"
  | "RTMP_CHUNK"
  | "RTMP_MESSAGE"
  | "RTMP_LIMIT"
  | "RTMP_ORDER"
  | "RTMP_AMF0";

/** What the grammar does not allow. The core makes a RemoteError of it, the dissector a problem. */
export class RtmpError extends Error {
  override readonly name = "RtmpError";
  readonly code: RtmpFault;

  constructor(code: RtmpFault, message: string) {
    super(message);
    this.code = code;
  }
}
