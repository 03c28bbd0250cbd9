/** RFC 9110 §8.4: content codings taken off, with a bound on how far they may swell. */
import { pipeline, Readable, type Duplex } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { EXIT, TransferError } from "./failure.ts";

/** What we offer (RFC 9110 §12.5.3). */
export const ACCEPTED = "gzip, deflate, br";

/** Codings one on the other at most: more has no use but harm. */
const MAX_CODINGS = 4;
/** Octets that any response may have, however small it came. */
const FREE = 16 * 1024 * 1024;

const decoders: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

export interface DecodeLimits {
  /** Octets that come out for each one that came in, above the first 16 MiB; "off": any number. */
  readonly maxRatio: number | "off";
}

/** The content without its codings (`values` of Content-Encoding, the innermost first). Throws TransferError. */
export async function* decoded(
  pieces: AsyncIterable<Uint8Array>,
  values: readonly string[],
  { maxRatio }: DecodeLimits,
): AsyncGenerator<Uint8Array> {
  const codings = values.flatMap((value) => value.split(",")).map((coding) => coding.trim().toLowerCase());
  const named = codings.filter((coding) => coding !== "" && coding !== "identity");
  if (named.length > MAX_CODINGS)
    throw new TransferError(EXIT.badCoding, `the content is coded ${named.length} times over`);
  const chain = named.toReversed().map((coding) => {
    const make = decoders[coding];
    if (make === undefined)
      throw new TransferError(EXIT.badCoding, `the content coding ${coding} is not known here`);
    return make();
  });
  const last = chain.at(-1);
  if (last === undefined) {
    yield* pieces;
    return;
  }
  const meter = new Meter(pieces);
  // Each stage's failure reaches the last one, where it is read.
  pipeline([Readable.from(meter, { objectMode: false }), ...chain], () => undefined);
  let given = 0;
  try {
    for await (const piece of last) {
      if (!(piece instanceof Uint8Array)) continue;
      given += piece.length;
      if (maxRatio !== "off" && given > FREE + maxRatio * meter.octets) {
        throw new TransferError(
          EXIT.badCoding,
          `the content swells to more than ${maxRatio} times what was sent (--max-ratio sets the bound)`,
        );
      }
      yield piece;
    }
  } catch (error) {
    if (meter.failure !== undefined) throw meter.failure;
    if (error instanceof TransferError) throw error;
    throw new TransferError(EXIT.badCoding, "the content does not fit its Content-Encoding, or was cut off", {
      cause: error,
    });
  }
}

/** Counts what goes in, and remembers whether it was the source that broke. */
class Meter implements AsyncIterable<Uint8Array> {
  octets = 0;
  failure: Error | undefined;
  readonly #pieces: AsyncIterable<Uint8Array>;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of this.#pieces) {
        this.octets += piece.length;
        yield piece;
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new TransferError(EXIT.broken, String(error));
      throw error;
    }
  }
}
