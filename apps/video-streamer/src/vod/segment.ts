/** What is handed out of a film: whole, or as far as it has been read. Who asks for it meanwhile gets what is there, and the rest as it comes. */
import { answerOctets, answerReadable, type Request, type Response } from "@socketscope/web";
import { FilmError } from "../films/film-error.ts";

export interface SegmentHead {
  /** Content-Type. */
  readonly type: string;
  /** The opaque part of a strong entity tag: without quotes. */
  readonly etag: string;
  readonly cacheControl: string;
}

export class Segment {
  /** As long as it will be; what lies behind what is there is nothing yet. */
  readonly octets: Uint8Array;
  #there: number;
  #failure: FilmError | undefined;
  #waiting: (() => void)[] = [];

  /** `there`: octets of it that can be read already. Default all. */
  constructor(octets: Uint8Array, there: number = octets.length) {
    this.octets = octets;
    this.#there = there;
  }

  reach(there: number): void {
    this.#there = there;
    this.#wake();
  }

  /** Nothing more will come. */
  fail(cause: unknown): void {
    const why = "it could not be read on while it was handed out";
    this.#failure = new FilmError("FILM_UNREADABLE", why, { cause });
    this.#wake();
  }

  /** For GET and HEAD. */
  answer(request: Request, head: SegmentHead): Response | Promise<Response> {
    const { octets } = this;
    if (this.#there === octets.length) return answerOctets(request, { ...head, octets });
    const from = {
      size: octets.length,
      read: (position: number, length: number) => this.#read(position, length),
      close: () => Promise.resolve(),
    };
    return answerReadable(request, { ...head, from });
  }

  async #read(position: number, length: number): Promise<Uint8Array> {
    while (this.#there <= position) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.octets.subarray(position, Math.min(position + length, this.#there));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
