/**
 * Draws `site/fonts/figures.ttf`, the figures of the demo's clock: seven strokes each, our own, under this
 * repository's licence. Run: `npx tsx apps/web-server/test/make/figures-font.ts`.
 * The format is OpenType's (ISO/IEC 14496-22): a directory of tables, all numbers big-endian.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Point = readonly [x: number, y: number];
type Contour = readonly Point[];

interface Glyph {
  readonly character: string | undefined;
  readonly contours: readonly Contour[];
  readonly advance: number;
}

/** Units of the em square. */
const EM = 1000;
const WIDTH = 460;
const HEIGHT = 740;
const STROKE = 92;
/** Between two strokes, along their slanted ends. */
const GAP = 12;
/** Each unit of height leans this much to the right. */
const LEAN = 0.1;

/** A stroke with pointed ends between two corners of the figure. */
function stroke([ax, ay]: Point, [bx, by]: Point): Contour {
  const half = STROKE / 2;
  const flat = ay === by;
  const [from, to] = flat ? [ax + GAP, bx - GAP] : [ay + GAP, by - GAP];
  const across = flat ? ay : ax;
  const along: Contour = [
    [from, across],
    [from + half, across + half],
    [to - half, across + half],
    [to, across],
    [to - half, across - half],
    [from + half, across - half],
  ];
  const upright = flat ? along : along.map(([x, y]): Point => [y, x]).toReversed();
  return upright.map(([x, y]): Point => [Math.round(x + y * LEAN), Math.round(y)]);
}

const [left, right] = [80, WIDTH];
const [low, middle, high] = [STROKE / 2, HEIGHT / 2, HEIGHT - STROKE / 2];
/** As on every pocket calculator: a is on top, then clockwise, g in the middle. */
const STROKES = {
  a: stroke([left, high], [right, high]),
  b: stroke([right, middle], [right, high]),
  c: stroke([right, low], [right, middle]),
  d: stroke([left, low], [right, low]),
  e: stroke([left, low], [left, middle]),
  f: stroke([left, middle], [left, high]),
  g: stroke([left, middle], [right, middle]),
} as const;

const FIGURES = ["abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgecd", "abc", "abcdefg", "abcfgd"];

function isStroke(name: string): name is keyof typeof STROKES {
  return name in STROKES;
}

function dot(y: number): Contour {
  const size = STROKE;
  const x = Math.round(90 + y * LEAN);
  return [[x, y], [x, y + size], [x + size, y + size], [x + size, y]]; // prettier-ignore
}

const glyphs: readonly Glyph[] = [
  { character: undefined, contours: [dot(0)], advance: 300 },
  { character: " ", contours: [], advance: 300 },
  ...FIGURES.map((names, figure) => ({
    character: String(figure),
    contours: [...names].filter(isStroke).map((name) => STROKES[name]),
    advance: 620,
  })),
  { character: ":", contours: [dot(170), dot(470)], advance: 300 },
];

const u16 = (...values: readonly number[]): Buffer => {
  const octets = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) octets.writeUInt16BE(value & 0xffff, i * 2);
  return octets;
};
const u32 = (...values: readonly number[]): Buffer => {
  const octets = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) octets.writeUInt32BE(value >>> 0, i * 4);
  return octets;
};

function box(contours: readonly Contour[]): readonly [number, number, number, number] {
  const points = contours.flat();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return points.length === 0
    ? [0, 0, 0, 0]
    : [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** 'glyf': corners only, each as two 16-bit steps from the one before. */
function outline({ contours }: Glyph): Buffer {
  if (contours.length === 0) return Buffer.alloc(0);
  let at: Point = [0, 0];
  const points = contours.flat();
  const ends = contours.map((_, i) => contours.slice(0, i + 1).flat().length - 1);
  const steps = points.map(([x, y]) => {
    const step: Point = [x - at[0], y - at[1]];
    at = [x, y];
    return step;
  });
  const octets = Buffer.concat([
    u16(contours.length, ...box(contours)),
    u16(...ends, 0),
    Buffer.alloc(points.length, 1),
    u16(...steps.map(([x]) => x)),
    u16(...steps.map(([, y]) => y)),
  ]);
  return Buffer.concat([octets, Buffer.alloc((4 - (octets.length % 4)) % 4)]);
}

/** 'cmap', format 4: a segment for each character, and the one that must close the list. */
function characterMap(): Buffer {
  const mapped = glyphs
    .flatMap(({ character }, glyph) =>
      character === undefined ? [] : [{ code: character.charCodeAt(0), glyph }],
    )
    .toSorted((a, b) => a.code - b.code);
  const codes = [...mapped.map(({ code }) => code), 0xffff];
  const deltas = [...mapped.map(({ code, glyph }) => glyph - code), 1];
  const count = codes.length;
  const power = 2 ** Math.floor(Math.log2(count));
  const body = Buffer.concat([
    u16(count * 2, power * 2, Math.log2(power), (count - power) * 2),
    u16(...codes, 0),
    u16(...codes),
    u16(...deltas),
    u16(...codes.map(() => 0)),
  ]);
  return Buffer.concat([u16(0, 1, 3, 1), u32(12), u16(4, body.length + 6, 0), body]);
}

function names(): Buffer {
  const texts: readonly (readonly [id: number, text: string])[] = [
    [0, "Drawn by a script of Socketscope; MIT licence."],
    [1, "Socketscope Figures"],
    [2, "Regular"],
    [3, "Socketscope Figures 1"],
    [4, "Socketscope Figures"],
    [5, "Version 1.0"],
    [6, "SocketscopeFigures-Regular"],
  ];
  const storage = texts.map(([, text]) => Buffer.from(text, "utf16le").swap16());
  let offset = 0;
  const records = texts.map(([id], i) => {
    const length = storage[i]?.length ?? 0;
    offset += length;
    return u16(3, 1, 0x409, id, length, offset - length);
  });
  return Buffer.concat([u16(0, texts.length, 6 + texts.length * 12), ...records, ...storage]);
}

const outlines = glyphs.map(outline);
const whole = box(glyphs.flatMap(({ contours }) => contours));
const widest = Math.max(...glyphs.map(({ advance }) => advance));
const left0 = (contours: readonly Contour[]): number => box(contours)[0];
const offsets = outlines.map((_, i) => outlines.slice(0, i).reduce((sum, { length }) => sum + length, 0));
const total = outlines.reduce((sum, { length }) => sum + length, 0);
const most = (count: (glyph: Glyph) => number): number => Math.max(...glyphs.map(count));
const WEIGHT = 700;
// Seconds since 1904; fixed, so that the same drawing makes the same file.
const DATE = [0, 3_870_000_000];

const tables: Readonly<Record<string, Buffer>> = {
  "OS/2": Buffer.concat([
    u16(4, 560, WEIGHT, 5, 0, 650, 700, 0, 140, 650, 700, 0, 480, 50, 260, 0),
    Buffer.alloc(10),
    u32(1, 0, 0, 0),
    Buffer.from("SOCK"),
    u16(0x40, 0x20, 0x3a, HEIGHT, -60, 200, 860, 160),
    u32(1, 0),
    u16(500, HEIGHT, 0, 0x20, 0),
  ]),
  cmap: characterMap(),
  glyf: Buffer.concat(outlines),
  head: Buffer.concat([
    u32(0x10000, 0x10000, 0, 0x5f0f3cf5),
    u16(3, EM),
    u32(...DATE, ...DATE),
    u16(...whole, 0, 8, 2, 1, 0),
  ]),
  hhea: Buffer.concat([
    u32(0x10000),
    u16(
      860,
      -160,
      0,
      widest,
      left0(glyphs.flatMap(({ contours }) => contours)),
      0,
      whole[2],
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ),
    u16(glyphs.length),
  ]),
  hmtx: Buffer.concat(glyphs.map(({ advance, contours }) => u16(advance, left0(contours)))),
  loca: u32(...offsets, total),
  maxp: Buffer.concat([
    u32(0x10000),
    u16(
      glyphs.length,
      most(({ contours }) => contours.flat().length),
      most(({ contours }) => contours.length),
    ),
    u16(0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
  ]),
  name: names(),
  post: Buffer.concat([u32(0x30000, 0), u16(-100, 50), u32(0, 0, 0, 0, 0)]),
};

function checksum(octets: Buffer): number {
  const padded = Buffer.concat([octets, Buffer.alloc((4 - (octets.length % 4)) % 4)]);
  let sum = 0;
  for (let i = 0; i < padded.length; i += 4) sum = (sum + padded.readUInt32BE(i)) >>> 0;
  return sum;
}

function font(): Buffer {
  const entries = Object.entries(tables);
  const power = 2 ** Math.floor(Math.log2(entries.length));
  let offset = 12 + entries.length * 16;
  const directory: Buffer[] = [
    u32(0x10000),
    u16(entries.length, power * 16, Math.log2(power), (entries.length - power) * 16),
  ];
  const bodies: Buffer[] = [];
  for (const [tag, octets] of entries) {
    directory.push(Buffer.from(tag), u32(checksum(octets), offset, octets.length));
    const padded = Buffer.concat([octets, Buffer.alloc((4 - (octets.length % 4)) % 4)]);
    bodies.push(padded);
    offset += padded.length;
  }
  const file = Buffer.concat([...directory, ...bodies]);
  const head =
    12 +
    entries.length * 16 +
    bodies
      .slice(
        0,
        entries.findIndex(([tag]) => tag === "head"),
      )
      .reduce((sum, { length }) => sum + length, 0);
  // checkSumAdjustment: such that the sum over the whole file is this number.
  file.writeUInt32BE((0xb1b0afba - checksum(file)) >>> 0, head + 8);
  return file;
}

const target = fileURLToPath(new URL("../../site/fonts/figures.ttf", import.meta.url));
writeFileSync(target, font());
console.log(`${glyphs.length} glyphs in ${target}`);
