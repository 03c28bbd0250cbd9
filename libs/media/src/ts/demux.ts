/**
 * MPEG-TS (ISO/IEC 13818-1) as it comes, to pictures and sound: the first program's H.264 and AAC. Damage is told and
 * left out, and reading goes on, as a player does. Bounded: one picture and one packet are kept of each stream.
 */
import { TsError, type TsFault } from "./error.ts";
import { AacReader } from "./aac-reader.ts";
import { AvcReader } from "./avc-reader.ts";
import { ProgramClock } from "./timeline.ts";
import { TS_LIMITS, type TsEvent, type TsLimits, type TsStream } from "./events.ts";
import { parseTsPacket, TS_NULL_PID, type TsPacket } from "./packet.ts";
import { PacketReader } from "./packet-reader.ts";
import { PesReader, type ReadPes } from "./pes-reader.ts";
import {
  PAT_PID,
  PAT_TABLE,
  parsePat,
  parsePmt,
  parseSection,
  PMT_TABLE,
  SectionReader,
  type Section,
} from "./psi.ts";
import { STREAM_TYPES } from "./psi.ts";
import type { StreamReader, StreamTeller } from "./stream-reader.ts";
import { streamTypeName } from "./stream-types.ts";

/** What is read of one PID. */
interface Lane {
  counter: number | undefined;
  /** Of the last packet: the same again is a copy. */
  payload: Uint8Array | undefined;
  scrambled: boolean;
  readonly reader: { read(payload: Uint8Array, unitStart: boolean): void; lost(): void; end(): void };
}

interface StreamLane extends Lane {
  readonly stream: TsStream;
}

export class TsDemultiplexer {
  readonly #limits: TsLimits;
  readonly #packets: PacketReader;
  #events: TsEvent[] = [];
  /** Octets before the packet that is being read. */
  #at = 0;
  readonly #pat: Lane = this.#tableLane((section) => this.#readPat(section));
  #pmt: { readonly pid: number; readonly number: number; readonly lane: Lane } | undefined;
  #pmtContent: Uint8Array | undefined;
  #pcrPid: number | undefined;
  #streams = new Map<number, StreamLane>();
  #clock = new ProgramClock();

  constructor(limits: Partial<TsLimits> = {}) {
    this.#limits = { ...TS_LIMITS, ...limits };
    this.#packets = new PacketReader(
      {
        packet: (octets, at) => this.#packet(octets, at),
        skipped: (octets, at) => this.#skipped(octets, at),
        foreign: () => this.#fault("TS_NOT_A_STREAM", undefined, "there are no packets of MPEG-TS in it"),
      },
      this.#limits.search,
    );
  }

  /** The octets must not be changed afterwards: samples may be views of them. */
  push(octets: Uint8Array): readonly TsEvent[] {
    this.#packets.read(octets);
    return this.#taken();
  }

  /** Nothing more comes: the last samples. */
  end(): readonly TsEvent[] {
    this.#packets.end();
    for (const { reader } of this.#streams.values()) reader.end();
    this.#streams.clear();
    return this.#taken();
  }

  #taken(): readonly TsEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #fault(code: TsFault, pid: number | undefined, why: string): void {
    this.#events.push({ type: "fault", code, pid, at: this.#at, why });
  }

  #skipped(octets: number, at: number): void {
    this.#at = at;
    this.#fault("TS_SYNC", undefined, `${octets} octets that are no packet`);
  }

  #packet(octets: Uint8Array, at: number): void {
    this.#at = at;
    const pid = (((octets[1] ?? 0) & 0x1f) << 8) | (octets[2] ?? 0);
    const lane = this.#laneOf(pid);
    if (pid === TS_NULL_PID || (lane === undefined && pid !== this.#pcrPid)) return;
    try {
      const packet = parseTsPacket(octets);
      if (packet.damaged) throw new TsError("TS_TRANSPORT", "a packet that was damaged on its way");
      const pcr = packet.adaptation?.pcr;
      if (pid === this.#pcrPid && pcr !== undefined) this.#events.push({ type: "clock", pid, pcr, at });
      if (lane !== undefined) this.#route(lane, packet);
    } catch (error) {
      if (!(error instanceof TsError)) throw error;
      this.#fault(error.code, pid, error.message);
    }
  }

  #laneOf(pid: number): Lane | undefined {
    if (pid === PAT_PID) return this.#pat;
    return pid === this.#pmt?.pid ? this.#pmt.lane : this.#streams.get(pid);
  }

  #route(lane: Lane, { pid, counter, adaptation, payload, unitStart, scrambled }: TsPacket): void {
    if (adaptation?.discontinuity === true) lane.counter = undefined;
    if (payload === undefined) return;
    const before = lane.counter;
    // §2.4.3.3: a packet may be sent twice; the copy has the same counter.
    if (before === counter && lane.payload !== undefined && same(lane.payload, payload)) return;
    lane.counter = counter;
    lane.payload = payload;
    if (before !== undefined && counter !== ((before + 1) & 15)) {
      this.#fault("TS_CONTINUITY", pid, `packet ${(before + 1) & 15} was to come, ${counter} came`);
      lane.reader.lost();
    }
    if (scrambled) {
      if (!lane.scrambled) this.#fault("TS_SCRAMBLED", pid, "it is scrambled");
      lane.scrambled = true;
      return;
    }
    lane.reader.read(payload, unitStart);
  }

  #tableLane(read: (section: Section) => void): Lane {
    const sections = new SectionReader();
    return {
      counter: undefined,
      payload: undefined,
      scrambled: false,
      reader: {
        read: (payload, unitStart) => {
          for (const octets of sections.read(payload, unitStart)) read(parseSection(octets));
        },
        lost: () => sections.lost(),
        end: () => undefined,
      },
    };
  }

  #readPat(section: Section): void {
    if (section.table !== PAT_TABLE || !section.current) return;
    const program = parsePat(section).find(({ number }) => number !== 0);
    if (program === undefined || (this.#pmt?.pid === program.pid && this.#pmt.number === program.number))
      return;
    this.#pmt = { ...program, lane: this.#tableLane((map) => this.#readPmt(map, program.number)) };
    this.#pmtContent = undefined;
  }

  #readPmt(section: Section, program: number): void {
    if (section.table !== PMT_TABLE || !section.current || section.id !== program) return;
    if (this.#pmtContent !== undefined && same(this.#pmtContent, section.content)) return;
    const { number, pcrPid, streams } = parsePmt(section);
    this.#pmtContent = section.content;
    this.#pcrPid = pcrPid;
    const now = streams.slice(0, this.#limits.streams).map(({ pid, streamType }) => ({
      pid,
      streamType,
      codec: codecOf(streamType),
    }));
    for (const [pid, { stream, reader }] of this.#streams) {
      if (now.some((one) => one.pid === pid && one.codec === stream.codec)) continue;
      reader.end();
      this.#streams.delete(pid);
    }
    this.#events.push({ type: "program", number, pcrPid, streams: now });
    for (const stream of now) this.#follow(stream);
    if (streams.length > now.length)
      this.#fault("TS_LIMIT", undefined, `a program of ${streams.length} streams; ${now.length} are read`);
  }

  #follow(stream: TsStream): void {
    const { pid, streamType, codec } = stream;
    if (this.#streams.has(pid)) return;
    if (codec === undefined) this.#fault("TS_CODEC", pid, `${streamTypeName(streamType)} is not read here`);
    this.#streams.set(pid, codec === undefined ? unreadLane(stream) : this.#streamLane(stream, codec));
  }

  #streamLane(stream: TsStream, codec: "avc" | "aac"): StreamLane {
    const { pid } = stream;
    const kind = codec === "avc" ? "video" : "audio";
    const fault = (code: TsFault, why: string): void => this.#fault(code, pid, why);
    const tell: StreamTeller = {
      track: (track) => this.#events.push({ type: "track", pid, track }),
      sample: (sample) => this.#events.push({ type: "sample", pid, kind, sample }),
      jump: () => this.#events.push({ type: "jump", pid, kind }),
      fault,
    };
    const units: StreamReader =
      codec === "avc" ? new AvcReader(tell, this.#limits) : new AacReader(tell, this.#limits);
    const pes = new PesReader(
      { pes: (one) => units.read(this.#timed(one)), lost: () => units.lost(), fault },
      this.#limits.unit,
    );
    const reader = {
      read: (payload: Uint8Array, unitStart: boolean): void => pes.read(payload, unitStart),
      lost: (): void => pes.lost(),
      end: (): void => {
        pes.end();
        units.end();
      },
    };
    return { stream, counter: undefined, payload: undefined, scrambled: false, reader };
  }

  #timed({ header, data }: ReadPes): { data: Uint8Array; pts: number | undefined; dts: number | undefined } {
    const { pts, dts } = header;
    if (pts === undefined) return { data, pts, dts };
    const decoded = this.#clock.unroll(dts ?? pts);
    return { data, dts: decoded, pts: dts === undefined ? decoded : this.#clock.unroll(pts) };
  }
}

function codecOf(streamType: number): "avc" | "aac" | undefined {
  if (streamType === STREAM_TYPES.avc) return "avc";
  return streamType === STREAM_TYPES.aac ? "aac" : undefined;
}

/** Nothing is made of it; that its packets are all there is known all the same. */
function unreadLane(stream: TsStream): StreamLane {
  const nothing = (): void => undefined;
  const reader = { read: nothing, lost: nothing, end: nothing };
  return { stream, counter: undefined, payload: undefined, scrambled: false, reader };
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
