/** One line on a terminal that says how far a transfer is; nothing where nobody looks. */

/** Milliseconds between two drawings. */
const EVERY = 100;

export interface Progress {
  add(octets: number): void;
  /** Takes the line away. */
  clear(): void;
}

export const noProgress: Progress = { add: () => undefined, clear: () => undefined };

interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

/** `total`: octets expected, if that is known; `begun`: octets that were there before. */
export function progressLine(
  terminal: Terminal,
  name: string,
  total: number | undefined,
  begun: number,
): Progress {
  const started = performance.now();
  let octets = begun;
  let drawn = 0;
  return {
    add(more) {
      octets += more;
      const now = performance.now();
      if (now - drawn < EVERY) return;
      drawn = now;
      const rate = ((octets - begun) / Math.max(1, now - started)) * 1000;
      const far = total === undefined || total === 0 ? "" : ` ${Math.floor((100 * octets) / total)} %`;
      const left = total === undefined ? "" : `, ${Math.ceil((total - octets) / Math.max(1, rate))} s left`;
      const line = `${name}${far}  ${inUnits(octets)}  ${inUnits(rate)}/s${left}`;
      terminal.write(`\r\u001b[K${line.slice(0, (terminal.columns ?? 80) - 1)}`);
    },
    clear() {
      if (drawn > 0) terminal.write("\r\u001b[K");
    },
  };
}

function inUnits(octets: number): string {
  const power = octets < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(octets) / 10));
  return `${(octets / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${["B", "KiB", "MiB", "GiB", "TiB"][power]}`;
}
