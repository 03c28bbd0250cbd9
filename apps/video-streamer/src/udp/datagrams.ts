/** Packets of MPEG-TS to datagrams: seven in each, when the first of them is due. Pure. */
import { TS_NULL_PACKET, TS_PACKET, type TsBurst } from "@socketscope/media";

/** What an Ethernet frame takes beside the headers of IP, UDP and RTP: 7 × 188 = 1,316 octets. */
export const PACKETS_PER_DATAGRAM = 7;

/** Seconds a packet waits for others; then the datagram is filled up with empty ones. */
const HOLD = 0.06;

/** Seconds over which the packets of a picture are spread at most. */
const SPREAD = 0.2;

export interface Datagram {
  /** Seconds, on the clock of the bursts. */
  readonly due: number;
  readonly octets: Uint8Array;
}

interface Timed {
  readonly due: number;
  readonly packet: Uint8Array;
}

export class Datagrams {
  #held: TsBurst | undefined;
  #packets: Timed[] = [];

  /** Those that are full. What is due last is held until it is known what comes behind it. */
  push(bursts: readonly TsBurst[]): Datagram[] {
    const out: Datagram[] = [];
    for (const burst of bursts) {
      if (burst.octets.length === 0) continue;
      if (this.#held !== undefined) this.#spread(this.#held, burst.due - this.#held.due, out);
      this.#held = burst;
    }
    return out;
  }

  /** Nothing more comes for now. */
  flush(): Datagram[] {
    const out: Datagram[] = [];
    if (this.#held !== undefined) this.#spread(this.#held, 0, out);
    this.#held = undefined;
    this.#send(out);
    return out;
  }

  /** The packets of a picture leave evenly until the next one is due: a receiver's buffer is small. */
  #spread({ due, octets }: TsBurst, until: number, out: Datagram[]): void {
    const count = octets.length / TS_PACKET;
    const step = Math.min(Math.max(until, 0), SPREAD) / count;
    for (let i = 0; i < count; i++) {
      const at = due + i * step;
      const first = this.#packets[0];
      // A leap back is no wait.
      if (first !== undefined && !(at - first.due <= HOLD && at >= first.due)) this.#send(out);
      this.#packets.push({ due: at, packet: octets.subarray(i * TS_PACKET, (i + 1) * TS_PACKET) });
      if (this.#packets.length === PACKETS_PER_DATAGRAM) this.#send(out);
    }
  }

  #send(out: Datagram[]): void {
    const [first] = this.#packets;
    if (first === undefined) return;
    const octets = new Uint8Array(PACKETS_PER_DATAGRAM * TS_PACKET);
    for (let i = 0; i < PACKETS_PER_DATAGRAM; i++)
      octets.set(this.#packets[i]?.packet ?? TS_NULL_PACKET, i * TS_PACKET);
    out.push({ due: first.due, octets });
    this.#packets = [];
  }
}
