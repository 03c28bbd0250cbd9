/**
 * A picture of a page with a palette of 256 colours: a third of the octets, and nothing to be seen of it. Reads what
 * browsers write (W3C PNG: 8 bits a sample, RGB or RGBA, not interlaced); anything else comes back as it is.
 */
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const PALETTE = 256;

export function shrink(png: Buffer): Buffer {
  const { header, data } = chunksOf(png);
  if (header === undefined) return png;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const samples = header[9] === 2 ? 3 : header[9] === 6 ? 4 : undefined;
  if (header[8] !== 8 || header[12] !== 0 || samples === undefined) return png;
  const pixels = unfiltered(inflateSync(data), width, height, samples);
  const { palette, indexOf } = paletteOf(pixels);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf(pixels[y * width + x] ?? 0);
  const indexed = Buffer.from(header);
  indexed[9] = 3;
  const parts = [
    chunk("IHDR", indexed),
    chunk("PLTE", Buffer.from(palette.flatMap((rgb) => [rgb >> 16, (rgb >> 8) & 255, rgb & 255]))),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ];
  const small = Buffer.concat([SIGNATURE, ...parts]);
  return small.length < png.length ? small : png;
}

function chunksOf(png: Buffer): { header: Buffer | undefined; data: Buffer } {
  let header: Buffer | undefined;
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    const name = png.toString("latin1", at + 4, at + 8);
    const content = png.subarray(at + 8, at + 8 + length);
    if (name === "IHDR") header = content;
    if (name === "IDAT") data.push(content);
    at += 12 + length;
  }
  return { header, data: Buffer.concat(data) };
}

/** PNG §9: each row was written as the difference to its neighbours. One number a pixel, 0xRRGGBB. */
function unfiltered(raw: Buffer, width: number, height: number, samples: number): Uint32Array {
  const stride = width * samples;
  const pixels = new Uint32Array(width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const row = new Uint8Array(stride);
    for (let i = 0; i < stride; i++) {
      const left = i < samples ? 0 : (row[i - samples] ?? 0);
      const up = above[i] ?? 0;
      const corner = i < samples ? 0 : (above[i - samples] ?? 0);
      row[i] = (raw[start + 1 + i] ?? 0) + predicted(raw[start] ?? 0, left, up, corner);
    }
    for (let x = 0; x < width; x++) {
      const [r = 0, g = 0, b = 0] = row.subarray(x * samples, x * samples + 3);
      pixels[y * width + x] = (r << 16) | (g << 8) | b;
    }
    above = row;
  }
  return pixels;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Half of the palette is what is seen most often; the other half what would be missed most, however small it is. */
function paletteOf(pixels: Uint32Array): { palette: number[]; indexOf: (rgb: number) => number } {
  const seen = new Map<number, number>();
  for (const rgb of pixels) seen.set(rgb, (seen.get(rgb) ?? 0) + 1);
  const colours = [...seen].toSorted((a, b) => b[1] - a[1] || a[0] - b[0]);
  const palette = colours.splice(0, PALETTE / 2).map(([rgb]) => rgb);
  const missed = colours.map(([rgb, count]) => ({
    rgb,
    count,
    far: Math.min(...palette.map((other) => apart(rgb, other))),
  }));
  while (palette.length < PALETTE && missed.length > 0) {
    const most = missed.reduce((one, other) => (other.far * other.count > one.far * one.count ? other : one));
    if (most.far === 0) break;
    palette.push(most.rgb);
    for (const one of missed) one.far = Math.min(one.far, apart(one.rgb, most.rgb));
  }
  const indices = new Map(palette.map((rgb, index) => [rgb, index]));
  return {
    palette,
    indexOf(rgb) {
      const known = indices.get(rgb);
      if (known !== undefined) return known;
      const distances = palette.map((other) => apart(rgb, other));
      const nearest = distances.indexOf(Math.min(...distances));
      indices.set(rgb, nearest);
      return nearest;
    },
  };
}

/** The square of the distance of two colours. */
function apart(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16);
  const green = ((one >> 8) & 255) - ((other >> 8) & 255);
  const blue = (one & 255) - (other & 255);
  return red * red + green * green + blue * blue;
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
