/** Finds the packets in a stream of octets: in step from 188 to 188, and back into step where it was lost. */
import { joined } from "../fmp4/box.ts";
import { TS_PACKET, TS_SYNC_BYTE } from "./packet.ts";

export interface PacketTeller {
  /** `octets`: 188, from a sync byte on; `at`: octets of the stream before it. */
  packet(octets: Uint8Array, at: number): void;
  skipped(octets: number, at: number): void;
  /** Within the limit nothing looked like a packet. Nothing more is told. */
  foreign(): void;
}

/** Sync bytes in step before it is believed to be in step: one octet of 256 looks like one. */
const IN_STEP = 3;

export class PacketReader {
  readonly #tell: PacketTeller;
  readonly #search: number;
  #state: "first" | "searching" | "in-step" | "foreign" = "first";
  #rest: Uint8Array = new Uint8Array();
  /** Octets of the stream before `#rest`. */
  #offset = 0;
  #skipped = 0;

  /** `search`: octets in which the first packet must begin. */
  constructor(tell: PacketTeller, search: number) {
    this.#tell = tell;
    this.#search = search;
  }

  read(octets: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? octets : joined([this.#rest, octets]);
    this.#work(1 + (IN_STEP - 1) * TS_PACKET);
    // A view of a large chunk would keep all of it.
    this.#rest = this.#rest.slice();
  }

  /** A last packet that has none behind it to be in step with counts; half a one does not. */
  end(): void {
    this.#work(1);
    this.#skipped += this.#rest.length;
    this.#offset += this.#rest.length;
    this.#rest = new Uint8Array();
    this.#back();
  }

  /** `ahead`: octets that must be there before a sync byte that is out of step is judged. */
  #work(ahead: number): void {
    let at = 0;
    while (this.#state !== "foreign") {
      const left = this.#rest.length - at;
      if (this.#state !== "in-step") {
        if (left < ahead || left === 0) break;
        if (this.#beginsAt(at)) {
          this.#move(at);
          at = 0;
          this.#back();
          this.#state = "in-step";
          continue;
        }
        at++;
        this.#skipped++;
        if (this.#state === "first" && this.#skipped > this.#search) {
          this.#state = "foreign";
          this.#tell.foreign();
        }
        continue;
      }
      if (left === 0) break;
      if (this.#rest[at] !== TS_SYNC_BYTE) {
        this.#state = "searching";
        continue;
      }
      if (left < TS_PACKET) break;
      this.#tell.packet(this.#rest.subarray(at, at + TS_PACKET), this.#offset + at);
      at += TS_PACKET;
    }
    this.#move(this.#state === "foreign" ? this.#rest.length : at);
  }

  #beginsAt(at: number): boolean {
    for (let step = at; step < this.#rest.length && step < at + IN_STEP * TS_PACKET; step += TS_PACKET)
      if (this.#rest[step] !== TS_SYNC_BYTE) return false;
    return this.#rest.length - at >= TS_PACKET;
  }

  #move(octets: number): void {
    this.#offset += octets;
    this.#rest = this.#rest.subarray(octets);
  }

  /** In step again: what was skipped is told. */
  #back(): void {
    if (this.#skipped > 0 && this.#state !== "foreign")
      this.#tell.skipped(this.#skipped, this.#offset - this.#skipped);
    this.#skipped = 0;
  }
}
