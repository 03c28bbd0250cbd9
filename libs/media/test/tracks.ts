/** Tracks as a camera or an encoder has them. */
import type { AudioTrack, VideoTrack } from "../src/index.ts";

export const VIDEO: VideoTrack = {
  kind: "video",
  codec: "avc",
  codecString: "avc1.64001f",
  timescale: 90_000,
  width: 640,
  height: 360,
  ahead: 3600,
  rotation: 0,
  description: Uint8Array.of(1, 100, 0, 31),
};

export const AUDIO: AudioTrack = {
  kind: "audio",
  codec: "aac",
  codecString: "mp4a.40.2",
  timescale: 48_000,
  sampleRate: 48_000,
  channels: 2,
  ahead: 0,
  description: Uint8Array.of(0x11, 0x90),
};
