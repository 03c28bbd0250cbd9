/** What comes in, as it is or as a dump, as fast as standard output takes it. */
import type { Writable } from "node:stream";
import type { Show } from "./options.ts";

export class Shown {
  readonly #output: Writable;
  readonly #show: Show;
  #offset = 0;

  constructor(output: Writable, show: Show) {
    this.#output = output;
    this.#show = show;
  }

  /** False: full; `drained` resolves when there is room again. */
  write(octets: Uint8Array): boolean {
    const from = this.#offset;
    this.#offset += octets.length;
    return this.#output.write(this.#show === "raw" ? octets : hexDump(octets, from));
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#output.once("drain", resolve);
    });
  }
}

/** `00000010  47 45 54 20 …  |GET …|`, sixteen octets a line; `from` is where they stand in the stream. */
export function hexDump(octets: Uint8Array, from: number): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 16) {
    const line = octets.subarray(at, at + 16);
    const hex = Array.from(line, (octet) => octet.toString(16).padStart(2, "0"));
    const groups = [hex.slice(0, 8).join(" "), hex.slice(8).join(" ")].join("  ");
    const seen = Array.from(line, (octet) =>
      octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : ".",
    ).join("");
    text += `${(from + at).toString(16).padStart(8, "0")}  ${groups.padEnd(48)}  |${seen}|\n`;
  }
  return text;
}
