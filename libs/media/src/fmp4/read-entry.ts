/** What a sample entry says of its codec (ISO/IEC 14496-12 §8.5.2 and each codec's own): the way back of sample-entry.ts. */
import { encodeLatin1 } from "@socketscope/wire";
import { parseAacConfiguration } from "../aac.ts";
import { MediaError } from "../error.ts";
import type { AudioTrack, VideoTrack } from "../sample.ts";
import { joined } from "./box.ts";
import { BoxReader, boxesIn, find, fullBoxReader, need, printable, type ReadBox } from "./read-box.ts";

type PictureEntry = Pick<
  VideoTrack,
  "codec" | "codecString" | "width" | "height" | "pixelAspect" | "description"
>;
type SoundEntry = Pick<AudioTrack, "codec" | "codecString" | "sampleRate" | "channels" | "description">;

/** Octets of an entry of pictures, and of sound, before the boxes in it. */
const PICTURE_FIELDS = 78;
const SOUND_FIELDS = 28;
const QUICKTIME_FIELDS = 16;

/** Throws {@link MediaError}: MEDIA_CODEC for pictures that are not carried here. */
export function readPictureEntry({ type, content }: ReadBox): PictureEntry {
  const fields = new BoxReader(content).skip(24);
  const width = fields.u16();
  const height = fields.u16();
  const boxes = boxesIn(content.subarray(PICTURE_FIELDS));
  const pasp = find(boxes, "pasp");
  const pixel = pasp && new BoxReader(pasp);
  const [num, den] = pixel === undefined ? [1, 1] : [pixel.u32(), pixel.u32()];
  const pixelAspect = num > 0 && den > 0 && num !== den ? { num, den } : undefined;
  return { ...pictureCodec(type, boxes), width, height, pixelAspect };
}

function pictureCodec(
  type: string,
  boxes: readonly ReadBox[],
): Pick<VideoTrack, "codec" | "codecString" | "description"> {
  switch (type) {
    case "avc1":
    case "avc3": {
      const description = need(boxes, "avcC");
      return {
        codec: "avc",
        codecString: `avc1.${hex(new BoxReader(description).skip(1).octets(3))}`,
        description,
      };
    }
    case "hvc1":
    case "hev1": {
      const description = need(boxes, "hvcC");
      return { codec: "hevc", codecString: hevcString(description), description };
    }
    case "vp09": {
      const { fields } = fullBoxReader(need(boxes, "vpcC"));
      const [profile, level, depth] = [fields.u8(), fields.u8(), fields.u8() >> 4];
      const codecString = `vp09.${[profile, level, depth].map(twoDigits).join(".")}`;
      return { codec: "vp9", codecString, description: new Uint8Array() };
    }
    case "av01": {
      const description = need(boxes, "av1C");
      return { codec: "av1", codecString: av1String(description), description };
    }
    default:
      throw new MediaError(
        "MEDIA_CODEC",
        `its pictures are ${printable(type)}: send H.264, H.265, VP9 or AV1`,
      );
  }
}

/** ISO/IEC 14496-15 §E.3. */
function hevcString(description: Uint8Array): string {
  const fields = new BoxReader(description).skip(1);
  const first = fields.u8();
  const compatibility = fields.u32();
  const constraints = [...fields.octets(6)];
  const level = fields.u8();
  while (constraints.at(-1) === 0) constraints.pop();
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed = reversed * 2 + ((compatibility >>> bit) & 1);
  const space = ["", "A", "B", "C"][first >> 6] ?? "";
  const tier = (first & 0x20) === 0 ? "L" : "H";
  const words = [`hvc1`, `${space}${first & 0x1f}`, reversed.toString(16), `${tier}${level}`];
  return [...words, ...constraints.map((octet) => octet.toString(16))].join(".");
}

/** "AV1 Codec ISO Media File Format Binding" §5. */
function av1String(description: Uint8Array): string {
  const fields = new BoxReader(description).skip(1);
  const first = fields.u8();
  const second = fields.u8();
  const depth = (second & 0x40) === 0 ? 8 : (second & 0x20) === 0 ? 10 : 12;
  const tier = (second & 0x80) === 0 ? "M" : "H";
  return `av01.${first >> 5}.${twoDigits(first & 0x1f)}${tier}.${twoDigits(depth)}`;
}

/** Throws {@link MediaError}: MEDIA_CODEC for sound that is not carried here. */
export function readSoundEntry({ type, content }: ReadBox): SoundEntry {
  const fields = new BoxReader(content).skip(8);
  // QuickTime File Format, "Sound Sample Description (Version 1)": four numbers more, and esds may lie within wave.
  const isQuickTime = fields.u16() === 1;
  fields.skip(6);
  const channels = fields.u16();
  const sampleRate = Math.floor(fields.skip(6).u32() / 0x1_0000);
  const direct = boxesIn(content.subarray(isQuickTime ? SOUND_FIELDS + QUICKTIME_FIELDS : SOUND_FIELDS));
  const wave = isQuickTime ? find(direct, "wave") : undefined;
  const boxes = wave === undefined ? direct : boxesIn(wave);
  switch (type) {
    case "mp4a": {
      const { objectType, specific } = readElementaryStream(need(boxes, "esds"));
      // The registration authority's object types: 0x40 is AAC; 0x69 and 0x6B are MP3.
      if (objectType === 0x69 || objectType === 0x6b)
        return { codec: "mp3", codecString: "mp4a.6B", sampleRate, channels, description: new Uint8Array() };
      if (objectType !== 0x40 || specific === undefined)
        throw new MediaError("MEDIA_CODEC", "its sound is no AAC and no MP3, though it is called mp4a");
      return { codec: "aac", ...parseAacConfiguration(specific), description: specific };
    }
    case "Opus":
      return {
        codec: "opus",
        codecString: "opus",
        sampleRate: 48_000,
        channels,
        description: opusHead(need(boxes, "dOps")),
      };
    case "fLaC": {
      const blocks = fullBoxReader(need(boxes, "dfLa")).fields.rest();
      const description = joined([encodeLatin1("fLaC"), blocks]);
      return { codec: "flac", codecString: "fLaC", sampleRate, channels, description };
    }
    default:
      throw new MediaError("MEDIA_CODEC", `its sound is ${printable(type)}: send AAC, Opus, MP3 or FLAC`);
  }
}

/** ISO/IEC 14496-1 §7.2.6: ES_Descriptor (3), in it DecoderConfigDescriptor (4), in it DecoderSpecificInfo (5). */
function readElementaryStream(content: Uint8Array): { objectType: number; specific: Uint8Array | undefined } {
  const stream = descriptor(fullBoxReader(content).fields, 3);
  const flags = stream.skip(2).u8();
  if ((flags & 0x80) !== 0) stream.skip(2);
  if ((flags & 0x40) !== 0) stream.skip(stream.u8());
  if ((flags & 0x20) !== 0) stream.skip(2);
  const decoder = descriptor(stream, 4);
  const objectType = decoder.u8();
  decoder.skip(12);
  return { objectType, specific: decoder.left > 0 ? descriptor(decoder, 5).rest() : undefined };
}

/** ISO/IEC 14496-1 §8.3.3: the length in groups of seven bits. */
function descriptor(fields: BoxReader, tag: number): BoxReader {
  if (fields.u8() !== tag) throw new MediaError("MEDIA_BROKEN", "a descriptor of sound that is none");
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const octet = fields.u8();
    length = length * 128 + (octet & 0x7f);
    if (octet < 0x80) break;
  }
  return new BoxReader(fields.octets(length));
}

/** From dOps to OpusHead (RFC 7845 §5.1), which has its numbers the other way round. */
function opusHead(content: Uint8Array): Uint8Array {
  const fields = new BoxReader(content);
  const [, channels, preSkip, rate, gain] = [
    fields.u8(),
    fields.u8(),
    fields.u16(),
    fields.u32(),
    fields.u16(),
  ];
  const mapping = fields.rest();
  const head = new Uint8Array(18);
  const out = new DataView(head.buffer);
  head.set(encodeLatin1("OpusHead"));
  out.setUint8(8, 1);
  out.setUint8(9, channels);
  out.setUint16(10, preSkip, true);
  out.setUint32(12, rate, true);
  out.setUint16(16, gain, true);
  return joined([head, mapping]);
}

function hex(octets: Uint8Array): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
