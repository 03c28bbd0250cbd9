/**
 * A folder by its path, for systems without /proc/self/fd. Before and after each step the path is looked at: it still
 * is a folder, the same one, and no link stands in it. Who changes links between the look and the step can win that
 * race once; what came of it is then found out and refused, but not undone.
 */
import { constants } from "node:fs";
import { realpath } from "node:fs/promises";
import { close, fsync, lstat, open, type DiskPath } from "./disk.ts";
import { unlessUnsynced, type Folder, type Identity, type Pin } from "./folder.ts";
import { join } from "./names.ts";
import { problem } from "./problems.ts";

export class PortableFolder implements Folder {
  readonly self: string;
  readonly identity: Identity;

  private constructor(path: string, identity: Identity) {
    this.self = path;
    this.identity = identity;
  }

  static async root(path: string): Promise<PortableFolder> {
    return PortableFolder.#open(await realpath(path));
  }

  static async #open(path: DiskPath): Promise<PortableFolder> {
    const stat = await lstat(path);
    // A link as well: the walk looks whether it is one.
    if (!stat.isDirectory()) throw problem("not-a-folder");
    // Such systems have UTF-8 names (macOS) or none that are octets (Windows).
    const folder = new PortableFolder(path.toString(), { device: stat.dev, inode: stat.ino });
    await folder.confirm();
    return folder;
  }

  at(name: string): DiskPath {
    return join(this.self, name);
  }

  async child(name: string): Promise<PortableFolder> {
    await this.confirm();
    return PortableFolder.#open(this.at(name));
  }

  descend(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  isBelow(): boolean {
    return false;
  }

  async pin(name: string): Promise<Pin> {
    await this.confirm();
    return { path: this.at(name), close() {} };
  }

  async confirm(): Promise<void> {
    const { dev, ino } = await lstat(this.self);
    const same = dev === this.identity.device && ino === this.identity.inode;
    if (!same || (await realpath(this.self)) !== this.self) throw problem("not-found");
  }

  get inMemory(): boolean {
    return false;
  }

  async sync(): Promise<void> {
    const descriptor = await open(this.self, constants.O_RDONLY);
    try {
      await fsync(descriptor).catch(unlessUnsynced);
    } finally {
      await close(descriptor);
    }
  }

  close(): void {}
}
