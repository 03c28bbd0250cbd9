/** What a dissector holds at most, whatever it is fed. */

export interface DissectLimits {
  /** Octets of one head, of one chunk's size line or of one trailer section. Beyond, the direction is not parsed on. Default 64 KiB. */
  readonly maxHead: number;
  /** Octets of content one message tells of; longer content comes as several. Default 1 MiB. Nothing of it is held. */
  readonly piece: number;
  /** Requests without an answer that are remembered; older ones get no link. Default 1,000. */
  readonly maxOutstanding: number;
}

export const DISSECT_LIMITS: DissectLimits = { maxHead: 65_536, piece: 1_048_576, maxOutstanding: 1000 };
