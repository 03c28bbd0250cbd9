/**
 * Width and height from the first octets of a picture: PNG (W3C PNG §11.2.1), GIF89a §18, JPEG (ITU-T T.81 §B.2.2),
 * WebP (RFC 9649 §2), AVIF (its `ispe` box, ISO/IEC 23008-12 §6.5.3), SVG. Nothing is decoded.
 */

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Undefined where `head`, the file's first octets, does not say. */
export function pictureSize(head: Uint8Array, type: string): PictureSize | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    switch (type) {
      case "image/png":
        return ascii(head, 12, 4) === "IHDR" ? size(view.getUint32(16), view.getUint32(20)) : undefined;
      case "image/gif":
        return ascii(head, 0, 3) === "GIF"
          ? size(view.getUint16(6, true), view.getUint16(8, true))
          : undefined;
      case "image/jpeg":
        return jpeg(head, view);
      case "image/webp":
        return webp(head, view);
      case "image/avif":
        return avif(head, view);
      case "image/svg+xml":
        return svg(new TextDecoder().decode(head));
      default:
        return undefined;
    }
  } catch (error) {
    // The file ends before its size is said.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function size(width: number, height: number): PictureSize | undefined {
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function ascii(octets: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...octets.subarray(from, from + length));
}

/** Walks the segments to the frame header, SOF0 to SOF15 without DHT, JPG and DAC among them. */
function jpeg(head: Uint8Array, view: DataView): PictureSize | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= head.length && head[at] === 0xff) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return size(view.getUint16(at + 7), view.getUint16(at + 5));
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webp(head: Uint8Array, view: DataView): PictureSize | undefined {
  if (ascii(head, 8, 4) !== "WEBP") return undefined;
  switch (ascii(head, 12, 4)) {
    case "VP8 ":
      return size(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case "VP8X":
      return size((view.getUint32(24, true) & 0xffffff) + 1, (view.getUint32(26, true) >>> 8) + 1);
    default:
      return undefined;
  }
}

function avif(head: Uint8Array, view: DataView): PictureSize | undefined {
  const at = Buffer.from(head.buffer, head.byteOffset, head.byteLength).indexOf("ispe", 0, "latin1");
  return at < 0 ? undefined : size(view.getUint32(at + 8), view.getUint32(at + 12));
}

function svg(text: string): PictureSize | undefined {
  const open = /<svg\b[^>]*>/i.exec(text)?.[0];
  if (open === undefined) return undefined;
  const number = (name: string): number =>
    Number(new RegExp(`\\b${name}="([0-9.]+)(?:px)?"`).exec(open)?.[1]);
  const own = size(number("width"), number("height"));
  if (own !== undefined) return own;
  const box = /\bviewBox="[-0-9.]+[ ,]+[-0-9.]+[ ,]+([0-9.]+)[ ,]+([0-9.]+)"/.exec(open);
  return size(Number(box?.[1]), Number(box?.[2]));
}
