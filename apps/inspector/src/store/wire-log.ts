/**
 * What a connection said below TLS, and the keys that open it, where its server was asked to tell. All of it is kept or
 * none: records with a hole among them cannot be opened.
 */
import type { FlowRecord } from "@socketscope/recording";
import type { Direction } from "@socketscope/wire";

export interface WireChunk {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly direction: Direction;
  readonly octets: Uint8Array;
}

export type WireLayerRecord = Extract<FlowRecord, { type: "wire" | "wire-lost" | "keys" }>;

/** Lines kept of one connection: TLS 1.3 has six at most. */
const MAX_KEYS = 16;
/** RFC 9850 §2: a label, the client's random value, the secret. */
const KEY_LINE = /^[A-Z\d_]{1,64} [\da-f]{64} [\da-f]{2,256}$/i;

export class WireLog {
  readonly keys: string[] = [];
  #chunks: WireChunk[] = [];
  #lost = false;

  /** From the ClientHello on. */
  get chunks(): readonly WireChunk[] {
    return this.#chunks;
  }
  /** Something is missing, so that nothing is kept. */
  get lost(): boolean {
    return this.#lost;
  }

  /** How many octets more are kept, or fewer. */
  take(record: WireLayerRecord): number {
    if (this.#lost) return 0;
    if (record.type === "wire") {
      const { at, direction, octets } = record;
      this.#chunks.push({ at, direction, octets });
      return octets.length;
    }
    if (record.type === "wire-lost") return -this.forgetOldest();
    if (this.keys.length < MAX_KEYS && KEY_LINE.test(record.line)) this.keys.push(record.line);
    return 0;
  }

  /** Lets go of everything; returns its octets. */
  forgetOldest(): number {
    const octets = this.#chunks.reduce((sum, chunk) => sum + chunk.octets.length, 0);
    this.#lost = true;
    this.#chunks = [];
    this.keys.length = 0;
    return octets;
  }
}
