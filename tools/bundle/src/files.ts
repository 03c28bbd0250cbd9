/** The files of a folder, by paths with slashes. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Paths from `root`, below `folder`, in order; `enter` says which folders are looked into. */
export function filesBelow(root: string, folder: string, enter: (path: string) => boolean): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return enter(path) ? filesBelow(root, path, enter) : [];
      return entry.isFile() ? [path] : [];
    });
}
