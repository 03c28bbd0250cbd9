/** What samples take as MPEG-TS, without making it. */

const PACKET = 188;
/** Of a packet, at most. */
const PAYLOAD = 184;
/** Octets beside a picture's own (PES header, delimiter, clock), and beside a frame's of sound (ADTS, its share of a PES header). */
const HEAD = { video: 40, audio: 14 } as const;
/** Packets that are filled up for each picture, and for each frame of sound, of which four share a PES packet. */
const STUFFED = { video: 1, audio: 0.25 } as const;
/** Packets of tables in a second of pictures, and those at a segment's end that bring its counters round. */
const TABLES = { video: 40, audio: 0 } as const;
const ROUND = { video: 45, audio: 15 } as const;

/** Octets of a segment at most. `octets` and `count` of the samples; `duration` in seconds. */
export function transportOctets(
  kind: "video" | "audio",
  { octets, count, duration }: { readonly octets: number; readonly count: number; readonly duration: number },
): number {
  const packets =
    (octets + count * HEAD[kind]) / PAYLOAD + count * STUFFED[kind] + duration * TABLES[kind] + ROUND[kind];
  return Math.ceil(packets * PACKET);
}
