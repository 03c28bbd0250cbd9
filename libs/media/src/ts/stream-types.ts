/** What a program's streams are (ISO/IEC 13818-1 table 2-34, and what others have registered). */

export const STREAM_TYPE_NAMES: Readonly<Record<number, string>> = {
  0x01: "MPEG-1 video",
  0x02: "MPEG-2 video",
  0x03: "MPEG-1 audio",
  0x04: "MPEG-2 audio",
  0x05: "private sections",
  0x06: "private data (AC-3, Opus, subtitles or the like)",
  0x0f: "AAC",
  0x10: "MPEG-4 video",
  0x11: "AAC in LATM",
  0x15: "metadata",
  0x1b: "H.264",
  0x24: "H.265",
  0x81: "AC-3",
  0x86: "SCTE-35 cues",
  0x87: "E-AC-3",
};

export function streamTypeName(type: number): string {
  return STREAM_TYPE_NAMES[type] ?? `stream type ${type}`;
}
