/** draft §4: both sides say their version, and which extensions they know. */
import { readExtension, writeExtension, type Extension } from "./attributes.ts";
import type { FieldReader, FieldWriter } from "./fields.ts";
import type { PACKETS } from "./numbers.ts";

export interface Opening {
  readonly version: number;
  readonly extensions: readonly Extension[];
}

/** `uint32 version, then to the end of the packet: string extension-name, string extension-data` */
export function readOpening(fields: FieldReader): Opening {
  const version = fields.u32("version");
  const extensions: Extension[] = [];
  while (fields.left > 0 && fields.fault === undefined) extensions.push(readExtension(fields, "extension"));
  return { version, extensions };
}

export function writeOpening(
  out: FieldWriter,
  type: typeof PACKETS.INIT | typeof PACKETS.VERSION,
  { version, extensions }: Opening,
): Uint8Array {
  out.begin(type);
  out.u32(version);
  for (const extension of extensions) writeExtension(out, extension);
  return out.take();
}
