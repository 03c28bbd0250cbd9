/** Which codec a track is of, and what its decoder must know first (ISO/IEC 14496-12 §8.5.2 and each codec's own). */
import { MediaError } from "../error.ts";
import type { AudioTrack, Track, VideoTrack } from "../sample.ts";
import { box, fullBox, joined, u16, u32, u8, zeros } from "./box.ts";

/** Throws {@link MediaError} for a description that is none. */
export function sampleEntry(track: Track): Uint8Array {
  return track.kind === "video" ? videoEntry(track) : audioEntry(track);
}

function videoEntry(track: VideoTrack): Uint8Array {
  const { width, height, pixelAspect } = track;
  const [type, configuration] = videoConfiguration(track);
  return box(
    type,
    zeros(6),
    u16(1),
    zeros(16),
    u16(width, height),
    u32(0x0048_0000, 0x0048_0000, 0), // 72 dots an inch
    u16(1), // one picture a sample
    zeros(32),
    u16(0x0018, 0xffff),
    configuration,
    ...(pixelAspect === undefined ? [] : [box("pasp", u32(pixelAspect.num, pixelAspect.den))]),
  );
}

function videoConfiguration({ codec, codecString, description }: VideoTrack): [string, Uint8Array] {
  switch (codec) {
    case "avc":
      return ["avc1", box("avcC", described(codec, description))];
    case "hevc":
      return ["hvc1", box("hvcC", described(codec, description))];
    case "vp9":
      return ["vp09", fullBox("vpcC", 1, 0, vp9Configuration(codecString))];
    case "av1":
      return ["av01", box("av1C", description.length > 0 ? description : av1Configuration(codecString))];
  }
}

/** `vp09.00.10.08` or with all its fields: "VP Codec ISO Media File Format Binding", §VP Codec Configuration Box. */
function vp9Configuration(codecString: string): Uint8Array {
  const [, ...fields] = codecString.split(".");
  const [profile = 0, level = 10, depth = 8, chroma = 1, primaries = 1, transfer = 1, matrix = 1, full = 0] =
    fields.map(Number);
  return u8(profile, level, depth * 16 + chroma * 2 + full, primaries, transfer, matrix, 0, 0);
}

/** `av01.0.04M.08`: "AV1 Codec ISO Media File Format Binding" §2.3.3, without the optional OBUs. */
function av1Configuration(codecString: string): Uint8Array {
  const [, profile = "0", level = "00M", depth = "08"] = codecString.split(".");
  const tier = level.endsWith("H") ? 1 : 0;
  const bits = Number(depth);
  const flags = tier * 0x80 + (bits > 8 ? 0x40 : 0) + (bits === 12 ? 0x20 : 0) + 0x0c;
  return u8(0x81, Number(profile) * 0x20 + Number.parseInt(level, 10), flags, 0);
}

function audioEntry(track: AudioTrack): Uint8Array {
  const { channels, sampleRate } = track;
  const [type, configuration] = audioConfiguration(track);
  return box(
    type,
    zeros(6),
    u16(1),
    zeros(8),
    u16(channels, 16, 0, 0),
    // ISO/IEC 14496-12 §12.2.3: 16.16; what does not fit is in the codec's own configuration.
    u32(sampleRate > 0xffff ? 0 : sampleRate * 0x1_0000),
    configuration,
  );
}

function audioConfiguration({ codec, description }: AudioTrack): [string, Uint8Array] {
  switch (codec) {
    case "aac":
      return ["mp4a", elementaryStream(0x40, described(codec, description))];
    case "mp3":
      return ["mp4a", elementaryStream(0x6b, undefined)];
    case "opus":
      return ["Opus", box("dOps", opusConfiguration(described(codec, description, 19)))];
    case "flac":
      // Without "fLaC"; the blocks are the same.
      return ["fLaC", fullBox("dfLa", 0, 0, described(codec, description, 4 + 38).subarray(4))];
  }
}

/** ISO/IEC 14496-1 §7.2.6: descriptors of tag, length, content. */
function elementaryStream(objectType: number, specific: Uint8Array | undefined): Uint8Array {
  const decoder = descriptor(
    0x04,
    u8(objectType, 0x15, 0, 0, 0),
    u32(0, 0),
    ...(specific === undefined ? [] : [descriptor(0x05, specific)]),
  );
  return fullBox("esds", 0, 0, descriptor(0x03, u16(0), u8(0), decoder, descriptor(0x06, u8(2))));
}

/** ISO/IEC 14496-1 §8.3.3: the length in groups of seven bits. */
function descriptor(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = joined(content);
  return joined([
    u8(tag, 0x80 | (body.length >> 14), 0x80 | ((body.length >> 7) & 0x7f), body.length & 0x7f),
    body,
  ]);
}

/** From OpusHead (RFC 7845 §5.1) to dOps, which has its numbers the other way round. */
function opusConfiguration(head: Uint8Array): Uint8Array {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const fixed = new Uint8Array(10);
  const out = new DataView(fixed.buffer);
  out.setUint8(1, view.getUint8(9));
  out.setUint16(2, view.getUint16(10, true));
  out.setUint32(4, view.getUint32(12, true));
  out.setInt16(8, view.getInt16(16, true));
  return joined([fixed, head.subarray(18)]);
}

function described(codec: string, description: Uint8Array, least = 1): Uint8Array {
  if (description.length < least)
    throw new MediaError("MEDIA_NO_CONFIGURATION", `${codec} without its configuration`);
  return description;
}
