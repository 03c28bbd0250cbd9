/** Samples of which the octets are fetched once they are wanted: into the place where they are to lie. */
import type { Outline, Sample, Shown } from "@socketscope/media";

/** An {@link Outline} that its container gave no decode time. */
export type ShownOutline = Omit<Outline, "dts">;

export interface Reel<Kind extends ShownOutline = Outline> {
  /** In decode order. */
  readonly samples: readonly Kind[];
  /** Octets of all of them. */
  readonly size: number;
  /** Their octets, one behind the other, to the beginning of `target`; says how many are there whenever more are. Throws FilmError. */
  readonly fill: (target: Uint8Array, filled?: (octets: number) => void) => Promise<void>;
}

/** Of samples that had to be read to know of them. */
export function readReel(samples: readonly Shown[]): Reel<ShownOutline> {
  const outlines = samples.map(({ data, ...rest }) => ({ ...rest, size: data.length }));
  return {
    samples: outlines,
    size: sizeOf(outlines),
    fill(target, filled) {
      let at = 0;
      for (const { data } of samples) {
        target.set(data, at);
        at += data.length;
      }
      filled?.(at);
      return Promise.resolve();
    },
  };
}

/** With their octets. Throws FilmError. */
export async function readSamples({ samples, size, fill }: Reel): Promise<Sample[]> {
  // Its own memory: a slab that is shared would be held by the few octets of a sample.
  const octets = Buffer.allocUnsafeSlow(size);
  await fill(octets);
  let at = 0;
  return samples.map(({ size: length, ...rest }) => {
    const data = octets.subarray(at, at + length);
    at += length;
    return { ...rest, data };
  });
}

export function sizeOf(samples: readonly Pick<Outline, "size">[]): number {
  return samples.reduce((sum, { size }) => sum + size, 0);
}
