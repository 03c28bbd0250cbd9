/** How much stands below a home: counted once, then carried along with every change that goes through us. */
import { opendir } from "node:fs/promises";
import { lstat } from "./disk.ts";
import type { Folder } from "./folder.ts";
import { nameOf } from "./names.ts";
import { problem, unlessMissing } from "./problems.ts";

export class Usage {
  /** Octets of all files, one for each name. */
  #octets = 0;

  get octets(): number {
    return this.#octets;
  }

  /** Throws "quota" where more than `limit` would stand there; `spare`: octets that go once this is done. */
  grow(octets: number, limit: number | undefined, spare = 0): void {
    if (limit !== undefined && octets > 0 && this.#octets + octets - spare > limit) throw problem("quota");
    this.#octets += octets;
  }

  shrink(octets: number): void {
    this.#octets = Math.max(this.#octets - octets, 0);
  }

  /** Others may write there too: what they did is seen at the next count. */
  async count(root: Folder): Promise<void> {
    this.#octets = await octetsBelow(root);
  }
}

async function octetsBelow(folder: Folder): Promise<number> {
  let octets = 0;
  for await (const { name: latin1 } of await opendir(folder.self, { encoding: "latin1" })) {
    const name = nameOf(Buffer.from(latin1, "latin1"));
    const stat = await lstat(folder.at(name)).catch(unlessMissing);
    if (stat?.isFile() === true) octets += stat.size;
    if (stat?.isDirectory() !== true) continue;
    const child = await folder.child(name).catch(() => undefined);
    if (child === undefined) continue;
    try {
      octets += await octetsBelow(child);
    } finally {
      child.close();
    }
  }
  return octets;
}
