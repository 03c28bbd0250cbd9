/** The times in fragmented MP4 and MPEG-TS: how much film has come, and what a transport stream says is wrong with it. */
import { Fmp4Reader, MediaError, TsDemultiplexer, type Sample, type TsEvent } from "@socketscope/media";

/** Of what it cannot read it says nothing: an MP4 with its index at the end, for one. */
export class Times {
  readonly #ts: TsDemultiplexer | undefined;
  #mp4: Fmp4Reader | undefined;
  readonly #timescales = new Map<number, number>();
  #leading: number | undefined;
  #last: number | undefined;
  /** Places where packets of a transport stream are missing; undefined: it is none. */
  continuity: number | undefined;
  /** Other places where a transport stream is damaged. */
  damage = 0;

  constructor(ts: boolean) {
    this.#ts = ts ? new TsDemultiplexer() : undefined;
    this.#mp4 = ts ? undefined : new Fmp4Reader();
    if (ts) this.continuity = 0;
  }

  /** Seconds that these octets made whole. */
  push(octets: Uint8Array): number {
    let seconds = 0;
    for (const event of this.#ts?.push(octets) ?? []) {
      if (event.type === "track") this.#track(event.pid, event.track);
      else if (event.type === "sample") seconds += this.#sample(event.pid, event.sample);
      else if (event.type === "fault") this.#fault(event);
    }
    try {
      for (const event of this.#mp4?.push(octets) ?? []) {
        if (event.type === "track") this.#track(event.id, event.track);
        else seconds += this.#sample(event.id, event.sample);
      }
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#mp4 = undefined;
    }
    return seconds;
  }

  #fault({ code }: Extract<TsEvent, { type: "fault" }>): void {
    switch (code) {
      case "TS_CONTINUITY":
        this.continuity = (this.continuity ?? 0) + 1;
        return;
      case "TS_NOT_A_STREAM":
      case "TS_SYNC":
      case "TS_TRANSPORT":
      case "TS_PACKET":
      case "TS_SECTION":
        this.damage++;
        return;
      // What is not read here, and what follows from packets that are missing: a picture without its beginning.
      case "TS_SCRAMBLED":
      case "TS_CODEC":
      case "TS_LIMIT":
      case "TS_PES":
      case "TS_PICTURE":
      case "TS_SOUND":
        return;
    }
  }

  #track(
    id: number,
    { kind, timescale }: { readonly kind: "video" | "audio"; readonly timescale: number },
  ): void {
    this.#timescales.set(id, timescale);
    if (kind === "video" || this.#leading === undefined) this.#leading = id;
  }

  #sample(id: number, { dts, duration }: Sample): number {
    if (id !== this.#leading) return 0;
    const timescale = this.#timescales.get(id) ?? 1;
    const end = dts + duration;
    const step = this.#last === undefined ? duration : end - this.#last;
    this.#last = end;
    // Times that leap are another stream's.
    return step > 0 && step < 10 * timescale ? step / timescale : duration / timescale;
  }
}
