/** CONTRIBUTING.md's map of the house: each room is on it, and what is on it is there. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readWorkspace } from "../src/workspace.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const folder = join(root, ".github");
const places = [
  ...readFileSync(join(folder, "CONTRIBUTING.md"), "utf8").matchAll(/\]\((\.\.\/[^)]+)\)/g),
].map(([, place = ""]) => place);

it.each(readWorkspace(root).packages.map((one) => one.folder))("the map has %s", (room) => {
  expect(places.some((place) => place === `../${room}` || place.startsWith(`../${room}/`))).toBe(true);
});

it.each(places)("%s, which it names, is there", (place) => {
  expect(existsSync(resolve(folder, place))).toBe(true);
});
