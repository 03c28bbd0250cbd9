/** A listener of the line protocol with an intercept, and everything to look at: what the wire saw, what was told. */
import {
  Intercept,
  parseFault,
  TapPoint,
  type Intercepted,
  type InterceptLimits,
  type ListenOptions,
} from "../../src/index.ts";
import { FakeTime } from "./fake-time.ts";
import { Peer, serveLines, turns, type OnLine } from "./peer.ts";

const text = (given: Uint8Array) => Buffer.from(given).toString("latin1");

interface Setting {
  readonly faults?: readonly object[];
  readonly limits?: Partial<InterceptLimits>;
  readonly listen?: Partial<ListenOptions>;
  readonly on?: OnLine;
}

/** A listener that answers "X" with "X!", and everything to look at. */
export async function intercepted({ faults = [], limits, listen, on }: Setting = {}) {
  const time = new FakeTime();
  const intercept = new Intercept(limits, time);
  intercept.replace(faults.map(parseFault));
  const wire: string[] = [];
  const told: string[] = [];
  const tap = new TapPoint({
    opened() {},
    refused() {},
    speaks() {},
    secured() {},
    closed() {},
    bytes: (_, direction, given) => void wire.push(`${direction} ${JSON.stringify(text(given))}`),
    intercepted: (_, { direction, outcome, before, after }: Intercepted) =>
      void told.push(
        `${direction} ${outcome} ${JSON.stringify(text(before))} ${JSON.stringify(text(after))}`,
      ),
  });
  const heard: string[] = [];
  const { listener, next } = await serveLines(
    (line, link, seen) => {
      heard.push(line.text);
      return on === undefined ? void link.send(`${line.text}!`) : on(line, link, seen);
    },
    { intercept, tap, ...listen },
  );
  const peer = await Peer.to(listener);
  const seen = await next();
  return { time, intercept, peer, seen, heard, wire, told, listener, next };
}

/** Until it is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turns(1);
}

export const hold = (on: "in" | "out", match?: object) => ({
  on,
  ...(match && { match }),
  action: { type: "hold" },
});
