/** How much of everything a peer may send. */
export interface RtmpLimits {
  /** Octets of a chunk that a peer may announce. Default 1 MiB; none is larger than a message (RTMP 1.0 §5.4.1). */
  readonly chunk: number;
  /** Octets of one message of sound or pictures. Default 4 MiB: a key picture in 4K has a tenth. */
  readonly media: number;
  /** Octets of any other message. Default 64 KiB. */
  readonly command: number;
  /** Chunk streams at a time. Default 32; OBS and ffmpeg use five. */
  readonly streams: number;
  /** Octets of messages that have begun and are not whole, all streams together. Default 8 MiB. */
  readonly held: number;
  /** Values in one message of AMF0. Default 1,000. */
  readonly values: number;
  /** Objects within objects. Default 8. */
  readonly depth: number;
  /** Commands before something is published. Default 50. */
  readonly commands: number;
}

export const RTMP_LIMITS: RtmpLimits = {
  chunk: 1024 * 1024,
  media: 4 * 1024 * 1024,
  command: 64 * 1024,
  streams: 32,
  held: 8 * 1024 * 1024,
  values: 1000,
  depth: 8,
  commands: 50,
};
