/** One random change to an input, from a flipped bit to a line moved: the small ones find parsers' edges, the large ones orders of events. */
import type { Random } from "./random.ts";

/** Octets of an input at most: findings want to be read. */
export const MAX_INPUT = 4096;

export interface Material {
  readonly words: readonly Uint8Array[];
  readonly corpus: readonly Uint8Array[];
}

type Mutation = (input: Uint8Array, random: Random, material: Material) => Uint8Array;

/** `input` without `octets[from … to)`, and `between` in their place. */
function replace(input: Uint8Array, from: number, to: number, between: Uint8Array): Uint8Array {
  const output = new Uint8Array(from + between.length + input.length - to);
  output.set(input.subarray(0, from));
  output.set(between, from);
  output.set(input.subarray(to), from + between.length);
  return output;
}

/** A short stretch somewhere: `from`, `to`. */
function stretch(input: Uint8Array, random: Random): readonly [from: number, to: number] {
  const from = random.below(input.length + 1);
  return [from, Math.min(input.length, from + 1 + random.below(1 << random.below(7)))];
}

/** Where each line of `input` begins, and its end. */
function lineStarts(input: Uint8Array): readonly number[] {
  const starts = [0];
  for (let at = input.indexOf(10); at >= 0; at = input.indexOf(10, at + 1)) starts.push(at + 1);
  return starts;
}

function line(input: Uint8Array, random: Random): readonly [from: number, to: number] {
  const starts = lineStarts(input);
  const chosen = random.below(starts.length);
  return [starts[chosen] ?? 0, starts[chosen + 1] ?? input.length];
}

const nothing = new Uint8Array(0);
/** Octets that parsers trip over: NUL, TAB, LF, VT, CR, blank, colon, digits' edges, DEL, high bits. */
const awkward = [
  0, 1, 9, 10, 11, 13, 32, 43, 44, 45, 47, 48, 57, 58, 59, 61, 64, 95, 127, 128, 160, 254, 255,
];
/** Numbers at which sizes overflow, in the notations that protocols use. */
const numbers = ["0", "1", "-1", "+1", "00", "7f", "80", "ff", "100", "65535", "65536", "2147483648"].concat([
  "4294967296",
  "9007199254740993",
  "18446744073709551616",
  "ffffffffffffffff",
  "10000000000000000",
]);

const mutations: readonly Mutation[] = [
  function flipBit(input, random) {
    const output = input.slice();
    const at = random.below(Math.max(1, output.length));
    output[at] = (output[at] ?? 0) ^ (1 << random.below(8));
    return output;
  },
  function setOctet(input, random) {
    const output = input.slice();
    output[random.below(Math.max(1, output.length))] = random.of(awkward) ?? 0;
    return output;
  },
  function insertOctet(input, random) {
    const at = random.below(input.length + 1);
    return replace(
      input,
      at,
      at,
      Uint8Array.of(random.below(4) === 0 ? random.below(256) : (random.of(awkward) ?? 0)),
    );
  },
  function remove(input, random) {
    const [from, to] = stretch(input, random);
    return replace(input, from, to, nothing);
  },
  function repeat(input, random) {
    const [from, to] = stretch(input, random);
    const times = 1 + random.below(3);
    let output = input;
    for (let i = 0; i < times; i++) output = replace(output, to, to, input.slice(from, to));
    return output;
  },
  function insertWord(input, random, { words }) {
    const at = random.below(input.length + 1);
    return replace(input, at, at, random.of(words) ?? nothing);
  },
  function overwriteWithWord(input, random, { words }) {
    const [from, to] = stretch(input, random);
    return replace(input, from, to, random.of(words) ?? nothing);
  },
  function changeNumber(input, random) {
    const digits: number[] = [];
    for (let at = 0; at < input.length; at++)
      if (isDigit(input[at]) && !isDigit(input[at - 1])) digits.push(at);
    const from = random.of(digits);
    if (from === undefined) return input;
    let to = from;
    while (isDigit(input[to])) to++;
    return replace(input, from, to, Buffer.from(random.of(numbers) ?? "0"));
  },
  function dropLine(input, random) {
    const [from, to] = line(input, random);
    return replace(input, from, to, nothing);
  },
  function moveLine(input, random) {
    const [from, to] = line(input, random);
    const without = replace(input, from, to, nothing);
    const at = random.of(lineStarts(without)) ?? 0;
    return replace(without, at, at, input.slice(from, to));
  },
  function copyLine(input, random, { corpus }) {
    const other = random.of(corpus) ?? input;
    const [from, to] = line(other, random);
    const at = random.of(lineStarts(input)) ?? 0;
    return replace(input, at, at, other.slice(from, to));
  },
  function splice(input, random, { corpus }) {
    const other = random.of(corpus) ?? input;
    return replace(
      input,
      random.below(input.length + 1),
      input.length,
      other.slice(random.below(other.length + 1)),
    );
  },
  function append(input, random, { corpus }) {
    return replace(input, input.length, input.length, random.of(corpus) ?? nothing);
  },
];

function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 48 && octet <= 57;
}

/** One to eight mutations of `input`, few more often than many. */
export function mutate(input: Uint8Array, random: Random, material: Material): Uint8Array {
  // A copy, and a plain one: what a Buffer calls slice is a view, and the corpus would change with it.
  let output: Uint8Array = new Uint8Array(input);
  for (let left = 1 + random.below(1 << random.below(4)); left > 0; left--) {
    output = (random.of(mutations) ?? remain)(output, random, material);
  }
  return output.length > MAX_INPUT ? output.slice(0, MAX_INPUT) : output;
}

function remain(input: Uint8Array): Uint8Array {
  return input;
}
