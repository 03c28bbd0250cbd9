/**
 * TS_NOT_A_STREAM: no packets in it; nothing more is read · TS_SYNC: octets that are no packet, skipped ·
 * TS_TRANSPORT: a packet marked as damaged on its way · TS_PACKET: one whose fields do not fit it ·
 * TS_CONTINUITY: packets are missing · TS_SCRAMBLED: not in the clear · TS_SECTION: a table that is none ·
 * TS_PES: a PES packet that is none, or is cut short · TS_CODEC: a stream that is not read here ·
 * TS_PICTURE: pictures without what their decoder needs · TS_SOUND: no frame where one should begin ·
 * TS_LIMIT: larger than this reader holds.
 */
export type TsFault =
  | "TS_NOT_A_STREAM"
  | "TS_SYNC"
  | "TS_TRANSPORT"
  | "TS_PACKET"
  | "TS_CONTINUITY"
  | "TS_SCRAMBLED"
  | "TS_SECTION"
  | "TS_PES"
  | "TS_CODEC"
  | "TS_PICTURE"
  | "TS_SOUND"
  | "TS_LIMIT";

/** A transport stream that is not what it should be, or a track that one cannot carry. */
export class TsError extends Error {
  override readonly name = "TsError";
  readonly code: TsFault;

  constructor(code: TsFault, message: string) {
    super(message);
    this.code = code;
  }
}
