/** What an encoder sends, octet by octet, for tests. */
import { writeAmf0, writeChunks, type Amf0Value } from "../src/index.ts";

export const C0C1: Uint8Array = Uint8Array.from([
  3,
  ...Array.from({ length: 1536 }, (_value, i) => (i < 8 ? 0 : i % 251)),
]);
export const C2: Uint8Array = new Uint8Array(1536).fill(7);
export const RANDOM: Uint8Array = new Uint8Array(1528).fill(9);

export function message(
  type: number,
  octets: Uint8Array,
  { timestamp = 0, stream = 0, chunkSize = 128, on = 3 } = {},
): Uint8Array {
  return writeChunks(on, { type, stream, timestamp, octets }, chunkSize);
}

export function command(name: string, transaction: number, ...values: Amf0Value[]): Uint8Array {
  return message(20, writeAmf0([name, transaction, ...values]));
}

export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

export const OPENED: Uint8Array = joined(
  C0C1,
  C2,
  command("connect", 1, { app: "live", tcUrl: "rtmp://127.0.0.1/live", flashVer: "FMLE/3.0" }),
);

/** What ffmpeg says, up to the first picture. */
export const PUBLISHING: Uint8Array = joined(
  OPENED,
  command("releaseStream", 2, null, "own?key=s3cret"),
  command("FCPublish", 3, null, "own?key=s3cret"),
  command("createStream", 4, null),
  command("_checkbw", 5, null),
  command("publish", 6, null, "own?key=s3cret", "live"),
);

export const MEDIA: Uint8Array = joined(
  message(18, writeAmf0(["@setDataFrame", "onMetaData", { width: 320, height: 180 }]), { stream: 1 }),
  message(9, Uint8Array.of(0x17, 0, 0, 0, 0, 1), { stream: 1, on: 6 }),
  message(8, Uint8Array.of(0xaf, 0, 0x11, 0x90), { stream: 1, on: 4, timestamp: 0xff_ffff }),
  message(9, new Uint8Array(300).fill(5), { stream: 1, on: 6, timestamp: 0x1_0000_00 + 40 }),
);
