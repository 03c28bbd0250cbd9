/** From what mediabunny says of a track to what a player must be told. */
import {
  annexBUnits,
  avcConfiguration,
  decodingAhead,
  lengthPrefixed,
  parseAdts,
  type AudioTrack,
  type VideoTrack,
} from "@socketscope/media";
import { EncodedPacketSink, type InputAudioTrack, type InputVideoTrack } from "mediabunny";
import { FilmError } from "./film-error.ts";
import { PacketLane, type Lane } from "./lane.ts";

/** Ticks a second where the container's own clock is coarser than that. */
const COARSE = 1000;
const FINE = 90_000;

/** Throws FilmError for pictures that fragmented MP4 cannot carry to a browser. */
export async function videoLane(input: InputVideoTrack): Promise<Lane<VideoTrack>> {
  const codec = await input.getCodec();
  const config = await input.getDecoderConfig();
  if (config === null || (codec !== "avc" && codec !== "hevc" && codec !== "vp9" && codec !== "av1"))
    throw new FilmError(
      "FILM_CODEC",
      `its pictures are ${codec ?? "of a codec not known here"}, which HLS cannot carry`,
    );
  const pixel = await input.getPixelAspectRatio();
  const timescale = timescaleOf(await input.getTimeResolution());
  const common = {
    kind: "video",
    codec,
    codecString: config.codec,
    timescale,
    width: await input.getCodedWidth(),
    height: await input.getCodedHeight(),
    pixelAspect: pixel.num === pixel.den ? undefined : pixel,
    rotation: await input.getRotation(),
    ahead: await aheadOf(input, timescale),
  } as const;
  if (config.description !== undefined || codec === "vp9" || codec === "av1")
    return new PacketLane({
      track: { ...common, description: octetsOf(config.description) },
      input,
    });
  if (codec === "hevc")
    throw new FilmError("FILM_CODEC", "its pictures are H.265 in a transport stream, which is not read here");
  const first = await new EncodedPacketSink(input).getFirstKeyPacket();
  const description = avcConfiguration(annexBUnits(first?.data ?? new Uint8Array()));
  const convert = (data: Uint8Array): Uint8Array => lengthPrefixed(annexBUnits(data));
  return new PacketLane({ track: { ...common, description }, input, convert });
}

/** `begin`: where the pictures begin, in seconds on the container's clock. Undefined for sound that fragmented MP4 cannot carry to a browser: the pictures go without it. */
export async function audioLane(
  input: InputAudioTrack,
  begin: number | undefined,
): Promise<Lane<AudioTrack> | undefined> {
  const codec = await input.getCodec();
  const config = await input.getDecoderConfig();
  if (config === null || (codec !== "aac" && codec !== "opus" && codec !== "mp3" && codec !== "flac"))
    return undefined;
  const common = {
    kind: "audio",
    codec,
    // RFC 6381 §3.3 by the registered object types: mp3 has no name of its own in MP4.
    codecString: codec === "mp3" ? "mp4a.6B" : config.codec,
    timescale: config.sampleRate,
    sampleRate: config.sampleRate,
    channels: config.numberOfChannels,
    ahead: primingOf(await input.getFirstTimestamp(), begin, config.sampleRate),
  } as const;
  if (config.description !== undefined || codec === "mp3")
    return new PacketLane({
      track: { ...common, description: octetsOf(config.description) },
      input,
    });
  if (codec !== "aac") return undefined;
  const first = await new EncodedPacketSink(input).getFirstPacket();
  const { description } = parseAdts(first?.data ?? new Uint8Array());
  const convert = (data: Uint8Array): Uint8Array => data.subarray(parseAdts(data).length);
  return new PacketLane({ track: { ...common, description }, input, convert });
}

/** Pictures that are looked at to see how the encoder orders its pictures: one group of 10 s at 60 a second. */
export const LOOKED_AT = 600;
/** Seconds of sound before the first picture that are taken for a decoder's start, and not for a film that begins without pictures. */
const PRIMING = 0.1;

/** From the first group: an encoder keeps to its way. */
async function aheadOf(input: InputVideoTrack, timescale: number): Promise<number> {
  const group: { pts: number }[] = [];
  for await (const packet of new EncodedPacketSink(input).packets(undefined, undefined, {
    metadataOnly: true,
  })) {
    if ((packet.type === "key" && group.length > 0) || group.length >= LOOKED_AT) break;
    group.push({ pts: Math.round(packet.timestamp * timescale) });
  }
  return decodingAhead(group);
}

/** Ticks of sound before the pictures `begin`. `first`: its first frame; both in seconds. */
export function primingOf(first: number, begin: number | undefined, timescale: number): number {
  const before = (begin ?? 0) - first;
  return before > 0 && before <= PRIMING ? Math.round(before * timescale) : 0;
}

/** `resolution`: of the container's clock. */
export function timescaleOf(resolution: number): number {
  return Number.isInteger(resolution) && resolution > COARSE && resolution <= 10_000_000 ? resolution : FINE;
}

function octetsOf(source: ArrayBufferView | ArrayBufferLike | undefined): Uint8Array {
  if (source === undefined) return new Uint8Array();
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
