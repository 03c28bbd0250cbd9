/** Modes, times and sizes of what is there; of one's own unfinished upload where there is one of that name. */
import type { Stats } from "node:fs";
import { at, pinned } from "./changes.ts";
import { chmod, lutimes, truncate, utimes, type DiskPath } from "./disk.ts";
import type { Home } from "./home.ts";
import { problem } from "./problems.ts";

export interface Times {
  readonly accessed?: number;
  readonly modified?: number;
}

/** Whose file: the view is what locks are taken for. */
export interface Whose {
  readonly home: Home;
  readonly user: string;
  readonly owner: object;
  readonly quota: number | undefined;
}

export function setMode(whose: Whose, path: string, mode: number, follow: boolean): Promise<void> {
  return change(whose, path, follow, async (pinned, stat) => {
    // Linux keeps no mode for a link; chmod would change what it leads to.
    if (stat.isSymbolicLink()) throw problem("unsupported");
    await chmod(pinned, mode & 0o777);
  });
}

export function setTimes(whose: Whose, path: string, times: Times, follow: boolean): Promise<void> {
  return change(whose, path, follow, async (pinned, stat, place) => {
    const { accessed = stat.atimeMs, modified = stat.mtimeMs } = times;
    // A link's own path, and not the pin's: lutimes stops at the pin.
    if (stat.isSymbolicLink()) await lutimes(place, accessed / 1000, modified / 1000);
    else await utimes(pinned, accessed / 1000, modified / 1000);
  });
}

export function setSize(whose: Whose, path: string, size: number): Promise<void> {
  return change(whose, path, true, async (pinned, stat) => {
    if (stat.isDirectory()) throw problem("is-a-folder");
    if (!stat.isFile()) throw problem("not-a-file");
    const { home, owner, quota } = whose;
    const lock = home.locks.take(stat, owner);
    try {
      home.usage.grow(Math.max(size - stat.size, 0), quota);
      await truncate(pinned, size);
      home.usage.shrink(Math.max(stat.size - size, 0));
    } finally {
      lock.release();
    }
  });
}

/** `work` gets the held path, what is there, and the path of its name. */
function change(
  { home, user }: Whose,
  path: string,
  follow: boolean,
  work: (pinned: DiskPath, stat: Stats, place: DiskPath) => Promise<void>,
): Promise<void> {
  return at(home, path, follow, async ({ place, stat }) => {
    const own = home.partials.find(user, place);
    const there = own === undefined ? stat : await home.partials.stat(own, place);
    if (there === undefined) throw problem("not-found");
    const act = ({ folder, name }: Pick<typeof place, "folder" | "name">): Promise<void> =>
      pinned({ folder, name }, (held) => work(held, there, folder.at(name)));
    if (own === undefined) await act(place);
    else await home.partials.use(own, place, (folder) => act({ folder, name: own.name }));
  });
}
