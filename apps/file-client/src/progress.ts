/** One line on a terminal that says how far it is, how fast it goes and how long it still takes; elsewhere nothing. */
import { printable, type Terminal } from "./terminal.ts";

/** Milliseconds between two drawings. */
const EVERY = 100;

export class Progress {
  readonly #terminal: Terminal["stderr"];
  readonly #shown: boolean;
  readonly #started = performance.now();
  #drawn = 0;
  #name = "";
  /** Octets that moved, that were there before, and that there will be; undefined when nobody knows. */
  #moved = 0;
  #before = 0;
  #total: number | undefined = 0;
  #files = 0;
  #allFiles: number | undefined;

  constructor(terminal: Terminal["stderr"], shown: boolean) {
    this.#terminal = terminal;
    this.#shown = shown && terminal.isTTY === true;
  }

  /** So many files will be transferred; without it there is one. */
  expect(files: number, octets: number): void {
    this.#allFiles = files;
    this.#total = octets;
  }

  start(name: string, total: number | undefined, from: number): void {
    this.#name = name;
    this.#before += from;
    if (this.#allFiles === undefined) this.#total = total;
  }

  add(octets: number): void {
    this.#moved += octets;
    this.#draw();
  }

  fileDone(): void {
    this.#files++;
    this.#draw();
  }

  clear(): void {
    if (this.#drawn > 0) this.#terminal.write("\r\u001b[K");
    this.#drawn = 0;
  }

  /** `3 files, 12.0 MiB in 0.42 s, 28.6 MiB/s`. */
  summary(files: number): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const counted = `${files} file${files === 1 ? "" : "s"}`;
    return `${counted}, ${inUnits(this.#moved)} in ${seconds.toFixed(2)} s, ${inUnits(this.#rate())}/s`;
  }

  get octets(): number {
    return this.#moved;
  }

  #rate(): number {
    return this.#moved / Math.max(0.001, (performance.now() - this.#started) / 1000);
  }

  #draw(): void {
    const now = performance.now();
    if (!this.#shown || now - this.#drawn < EVERY) return;
    this.#drawn = now;
    const done = this.#before + this.#moved;
    const parts = [`${inUnits(this.#rate())}/s`];
    if (this.#total !== undefined && this.#total > 0) {
      const seconds = Math.max(0, Math.ceil((this.#total - done) / Math.max(1, this.#rate())));
      parts.unshift(`${Math.min(100, Math.floor((100 * done) / this.#total))} %`);
      parts.push(`${inTime(seconds)} left`);
    }
    if (this.#allFiles !== undefined) parts.unshift(`${this.#files} of ${this.#allFiles} files`);
    const line = `${parts.join("  ")}  ${inUnits(done)}  ${printable(this.#name)}`;
    this.#terminal.write(`\r\u001b[K${line.slice(0, (this.#terminal.columns ?? 80) - 1)}`);
  }
}

function inTime(seconds: number): string {
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 100
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function inUnits(octets: number): string {
  const power = octets < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(octets) / 10));
  return `${(octets / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${["B", "KiB", "MiB", "GiB", "TiB"][power]}`;
}
