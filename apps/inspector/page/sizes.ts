/** Sizes that the lists must know in pixels. style.css has them: they differ on a phone, at a desk and on a wall. */
import { signal } from "@preact/signals";

function read(name: string, otherwise: number): number {
  return Number.parseFloat(getComputedStyle(document.body).getPropertyValue(name)) || otherwise;
}

/** Of a row of the transcript. */
export const rowHeight = signal(read("--row", 40));
/** Of a row of two conversations side by side. */
export const pairHeight = signal(read("--pair", 31));

addEventListener("resize", () => {
  rowHeight.value = read("--row", 40);
  pairHeight.value = read("--pair", 31);
});
