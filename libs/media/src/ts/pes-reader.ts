/** Collects the PES packets of one PID. */
import { joined } from "../fmp4/box.ts";
import { TsError, type TsFault } from "./error.ts";
import { parsePes, type PesHeader } from "./pes.ts";

export interface ReadPes {
  readonly header: PesHeader;
  readonly data: Uint8Array;
}

export interface PesTeller {
  pes(pes: ReadPes): void;
  /** What was being collected is not whole, and is left out. */
  lost(): void;
  fault(code: TsFault, why: string): void;
}

export class PesReader {
  readonly #tell: PesTeller;
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  #octets = 0;
  #header: PesHeader | undefined;
  /** Between a beginning and its end. */
  #open = false;

  /** `limit`: octets of one packet. */
  constructor(tell: PesTeller, limit: number) {
    this.#tell = tell;
    this.#limit = limit;
  }

  read(payload: Uint8Array, unitStart: boolean): void {
    if (unitStart) {
      this.end();
      this.#open = true;
    }
    if (!this.#open) return;
    this.#pieces.push(payload);
    this.#octets += payload.length;
    if (this.#header === undefined && !this.#begin()) return;
    const { size, content } = this.#header ?? { size: 0, content: undefined };
    if (content !== undefined && this.#octets - size >= content) this.#finish();
    else if (this.#octets > this.#limit)
      this.#drop("TS_LIMIT", `a PES packet of more than ${this.#limit} octets`);
  }

  /** Packets of this PID are missing. */
  lost(): void {
    if (this.#open) this.#close();
    this.#tell.lost();
  }

  /** Another begins, or nothing more comes. */
  end(): void {
    if (!this.#open) return;
    const header = this.#header;
    if (header === undefined) this.#drop("TS_PES", "a PES packet that ends within its header");
    else {
      if (header.content !== undefined)
        this.#tell.fault(
          "TS_PES",
          `a PES packet with ${this.#octets - header.size} of its ${header.content} octets`,
        );
      this.#finish();
    }
  }

  /** False: its header is not whole, or is none. */
  #begin(): boolean {
    try {
      this.#header = parsePes(joined(this.#pieces));
    } catch (error) {
      if (!(error instanceof TsError)) throw error;
      this.#drop(error.code, error.message);
    }
    return this.#header !== undefined;
  }

  #finish(): void {
    const header = this.#header;
    const whole = joined(this.#pieces);
    this.#close();
    if (header === undefined) return;
    const { size, content = whole.length - size } = header;
    this.#tell.pes({ header, data: whole.subarray(size, size + content) });
  }

  #drop(code: TsFault, why: string): void {
    this.#close();
    this.#tell.fault(code, why);
    this.#tell.lost();
  }

  #close(): void {
    this.#pieces = [];
    this.#octets = 0;
    this.#header = undefined;
    this.#open = false;
  }
}
