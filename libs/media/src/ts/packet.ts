/** Transport packets (ISO/IEC 13818-1 §2.4.3): four octets of header, an adaptation field, payload; 188 together. */
import { LocalError } from "@socketscope/wire";
import { PCR_STEPS, wrapped } from "./clock.ts";
import { TsError } from "./error.ts";

export const TS_PACKET = 188;
/** ISO/IEC 13818-1 §2.4.3.3: each begins with it. */
export const TS_SYNC_BYTE = 0x47;
/** ISO/IEC 13818-1 table 2-3: what nobody reads, to fill a line of constant rate. */
export const TS_NULL_PID = 0x1fff;

/** Fills up; nobody reads it. */
export const TS_NULL_PACKET: Uint8Array = new Uint8Array(TS_PACKET)
  .fill(0xff)
  .map((octet, i) => [TS_SYNC_BYTE, TS_NULL_PID >> 8, TS_NULL_PID & 0xff, 0x10][i] ?? octet);

/** ISO/IEC 13818-1 §2.4.3.3: sync bytes, 188 octets apart, and one packet at least: what a datagram begins with that is of a stream. */
export function isTsPackets(octets: Uint8Array): boolean {
  if (octets.length < TS_PACKET) return false;
  for (let at = 0; at < octets.length; at += TS_PACKET) if (octets[at] !== TS_SYNC_BYTE) return false;
  return true;
}

const HEADER = 4;

/** ISO/IEC 13818-1 §2.4.3.4. */
export interface Adaptation {
  /** Octets, its length's included. */
  readonly size: number;
  /** Counters and clocks begin anew here, and nothing is missing. */
  readonly discontinuity: boolean;
  /** Decoding can begin here. */
  readonly randomAccess: boolean;
  /** Program clock reference, at 27 MHz. */
  readonly pcr: number | undefined;
}

export interface TsPacket {
  readonly pid: number;
  /** A receiver marked it: its octets cannot be trusted. */
  readonly damaged: boolean;
  /** A section or a PES packet begins in it. */
  readonly unitStart: boolean;
  readonly scrambled: boolean;
  /** Four bits; counts packets with payload of this PID. */
  readonly counter: number;
  readonly adaptation: Adaptation | undefined;
  /** Undefined: the packet has an adaptation field only. */
  readonly payload: Uint8Array | undefined;
}

/** `octets`: 188 of them, from a sync byte on. Throws {@link TsError} when its adaptation field does not fit in. */
export function parseTsPacket(octets: Uint8Array): TsPacket {
  const [, first = 0, second = 0, third = 0] = octets;
  const control = (third >> 4) & 3;
  // §2.4.3.3: 00 is reserved: a decoder discards the packet.
  if (control === 0) throw new TsError("TS_PACKET", "a packet with neither adaptation field nor payload");
  const adaptation = control >= 2 ? parseAdaptation(octets) : undefined;
  return {
    pid: ((first & 0x1f) << 8) | second,
    damaged: (first & 0x80) !== 0,
    unitStart: (first & 0x40) !== 0,
    scrambled: (third & 0xc0) !== 0,
    counter: third & 15,
    adaptation,
    payload: control === 2 ? undefined : octets.subarray(HEADER + (adaptation?.size ?? 0), TS_PACKET),
  };
}

function parseAdaptation(octets: Uint8Array): Adaptation {
  const size = 1 + (octets[HEADER] ?? 0);
  const flags = size > 1 ? (octets[HEADER + 1] ?? 0) : 0;
  const timed = (flags & 0x10) !== 0;
  if (HEADER + size > TS_PACKET || (timed && size < 8))
    throw new TsError("TS_PACKET", `an adaptation field of ${size} octets`);
  return {
    size,
    discontinuity: (flags & 0x80) !== 0,
    randomAccess: (flags & 0x40) !== 0,
    pcr: timed ? readPcr(octets, HEADER + 2) : undefined,
  };
}

/** ISO/IEC 13818-1 §2.4.3.5: 33 bits at 90 kHz, six reserved, nine bits of 27 MHz. */
function readPcr(octets: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = octets.subarray(at, at + 6);
  const base = a * 0x200_0000 + ((b << 17) | (c << 9) | (d << 1) | (e >> 7));
  return base * PCR_STEPS + (((e & 1) << 8) | f);
}

function writePcr(pcr: number, octets: Uint8Array, at: number): void {
  const base = wrapped(Math.floor(pcr / PCR_STEPS));
  const extension = pcr - Math.floor(pcr / PCR_STEPS) * PCR_STEPS;
  octets[at] = Math.floor(base / 0x200_0000);
  octets[at + 1] = (base / 0x2_0000) & 0xff;
  octets[at + 2] = (base / 0x200) & 0xff;
  octets[at + 3] = (base / 2) & 0xff;
  octets[at + 4] = ((base % 2) << 7) | 0x7e | (extension >> 8);
  octets[at + 5] = extension & 0xff;
}

/** What goes into the packets of one section or PES packet. */
export interface PacketsOptions {
  readonly pid: number;
  /** The counter of the last packet with payload on this PID; the first one has the next. */
  readonly counter: number;
  readonly randomAccess?: boolean;
  readonly discontinuity?: boolean;
  /** At 27 MHz; in the first packet. */
  readonly pcr?: number | undefined;
  /** More packets than it takes, each with an octet at least. */
  readonly extra?: number;
}

/** Whole packets with `unit` in them; the last one's adaptation field is stuffed up (§2.4.3.5). */
export function tsPackets(unit: Uint8Array, options: PacketsOptions): Uint8Array {
  const { pid, randomAccess = false, discontinuity = false, pcr, extra = 0 } = options;
  const flags = (discontinuity ? 0x80 : 0) | (randomAccess ? 0x40 : 0) | (pcr === undefined ? 0 : 0x10);
  const said = flags === 0 ? 0 : pcr === undefined ? 2 : 8;
  const room = TS_PACKET - HEADER;
  const count = Math.max(1, Math.ceil((unit.length + said) / room)) + extra;
  const out = new Uint8Array(count * TS_PACKET);
  let from = 0;
  for (let i = 0; i < count; i++) {
    const packet = out.subarray(i * TS_PACKET, (i + 1) * TS_PACKET);
    const least = i === 0 ? said : 0;
    const taken = Math.min(room - least, unit.length - from - (i < count - 1 ? count - 1 - i : 0));
    const size = room - taken;
    writeHeader(packet, pid, i === 0, (size > 0 ? 0x20 : 0) | 0x10 | ((options.counter + 1 + i) & 15));
    if (size > 0) writeAdaptation(packet, size, i === 0 ? flags : 0, i === 0 ? pcr : undefined);
    packet.set(unit.subarray(from, from + taken), HEADER + size);
    from += taken;
  }
  return out;
}

/** A packet with nothing but the clock: its counter does not go on (§2.4.3.3). `counter`: of the last one with payload. */
export function pcrPacket(pid: number, counter: number, pcr: number): Uint8Array {
  const packet = new Uint8Array(TS_PACKET);
  writeHeader(packet, pid, false, 0x20 | (counter & 15));
  writeAdaptation(packet, TS_PACKET - HEADER, 0x10, pcr);
  return packet;
}

function writeHeader(packet: Uint8Array, pid: number, unitStart: boolean, last: number): void {
  if (pid < 0 || pid > TS_NULL_PID) throw new LocalError("TS_PACKET", `PID ${pid}`);
  packet[0] = TS_SYNC_BYTE;
  packet[1] = (unitStart ? 0x40 : 0) | (pid >> 8);
  packet[2] = pid & 0xff;
  packet[3] = last;
}

/** `size` with its own length: 1 is stuffing by itself. */
function writeAdaptation(packet: Uint8Array, size: number, flags: number, pcr: number | undefined): void {
  packet[HEADER] = size - 1;
  if (size === 1) return;
  packet[HEADER + 1] = flags;
  packet.fill(0xff, HEADER + 2, HEADER + size);
  if (pcr !== undefined) writePcr(pcr, packet, HEADER + 2);
}
