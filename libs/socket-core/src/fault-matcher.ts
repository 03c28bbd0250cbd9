/** Which faults mean a chunk, for one direction of one flow. Pure: remembers what a match across chunks needs. */
import type { ActiveFault, FaultDirection } from "./fault.ts";

interface Memory {
  /** The last octets, one fewer than the pattern has: a pattern that is found behind them ends in the new chunk. */
  tail: Uint8Array;
  /** Chunks that met everything but `nth`. */
  met: number;
}

export class FaultMatcher {
  readonly #on: FaultDirection;
  readonly #flow: number;
  readonly #memory = new WeakMap<ActiveFault, Memory>();

  constructor(on: FaultDirection, flow: number) {
    this.#on = on;
    this.#flow = flow;
  }

  /** In the faults' order; counts what they did. */
  match(chunk: Uint8Array, faults: readonly ActiveFault[]): readonly ActiveFault[] {
    const found = faults.filter((fault) => this.#means(fault, chunk));
    for (const fault of found) fault.acted += 1;
    return found;
  }

  #means(fault: ActiveFault, chunk: Uint8Array): boolean {
    const { on, match = {}, times = Infinity } = fault;
    if (on !== this.#on || (match.flow !== undefined && match.flow !== this.#flow)) return false;
    if (match.contains === undefined && match.nth === undefined) return fault.acted < times;
    const memory = this.#memoryOf(fault);
    if (match.contains !== undefined && !endsIn(chunk, match.contains, memory)) return false;
    memory.met += 1;
    return (match.nth === undefined || memory.met === match.nth) && fault.acted < times;
  }

  #memoryOf(fault: ActiveFault): Memory {
    let memory = this.#memory.get(fault);
    if (memory === undefined) {
      memory = { tail: new Uint8Array(0), met: 0 };
      this.#memory.set(fault, memory);
    }
    return memory;
  }
}

function endsIn(chunk: Uint8Array, pattern: Uint8Array, memory: Memory): boolean {
  const text = Buffer.concat([memory.tail, chunk]);
  // copied: a view would keep the whole chunk alive
  memory.tail = Uint8Array.from(text.subarray(Math.max(0, text.length - (pattern.length - 1))));
  return text.indexOf(pattern) >= 0;
}
