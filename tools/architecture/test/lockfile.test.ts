/** npm drops other platforms' packages from a lockfile that was made where they are not installed (npm issue 4828). */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly version?: string;
}

const lockfile = fileURLToPath(new URL("../../../package-lock.json", import.meta.url));

it("the lockfile has the packages of every platform", () => {
  const { packages }: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
    readFileSync(lockfile, "utf8"),
  );
  const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !resolves(packages, place, name))
      .map((name) => `${place}: ${name}`),
  );
  expect(missing).toEqual([]);
});

/** As Node looks for it: beside the package, then in each folder above. */
function resolves(packages: Readonly<Record<string, Locked>>, place: string, name: string): boolean {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    if (packages[`${at === "" ? "" : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === "") return false;
  }
}
