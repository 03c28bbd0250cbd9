/**
 * A disk that can lose its power: ext4 in a file, mounted through a loop device. A copy of the file is what the disk
 * would hold at that moment: what only the kernel's memory has is not in it.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CrashError } from "./crash-error.ts";

const MIB = 256;

export class Disk {
  readonly folder: string;
  readonly #image: string;

  private constructor(image: string, folder: string) {
    this.#image = image;
    this.folder = folder;
  }

  /** Throws CrashError "IMAGE": only root may mount, and not in every sandbox. */
  static make(at: string, mib = MIB): Disk {
    const image = join(at, "disk.img");
    run("truncate", "-s", `${mib}M`, image);
    run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image);
    const disk = new Disk(image, join(at, "disk"));
    disk.#mount();
    return disk;
  }

  /** Why there can be none here; undefined: there can. */
  static missing(at: string): string | undefined {
    try {
      Disk.make(at).remove();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** The disk after a power failure now. */
  afterPowerLoss(at: string): Disk {
    const image = join(at, "after.img");
    copyFileSync(this.#image, image);
    // 0: clean, 1: repaired; that is what a machine does when it starts.
    const { status } = check(image);
    if (status > 1) throw new CrashError("IMAGE", `e2fsck cannot repair the copy (${status})`);
    const disk = new Disk(image, join(at, "after"));
    disk.#mount();
    return disk;
  }

  remove(): void {
    run("umount", "-l", this.folder);
    rmSync(this.#image, { force: true });
  }

  #mount(): void {
    mkdirSync(this.folder, { recursive: true });
    run("mount", "-o", "loop", this.#image, this.folder);
  }
}

function run(program: string, ...args: string[]): void {
  try {
    execFileSync(program, args, { stdio: "pipe" });
  } catch (error) {
    throw new CrashError("IMAGE", `${program}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function check(image: string): { readonly status: number } {
  try {
    execFileSync("e2fsck", ["-f", "-y", image], { stdio: "pipe" });
    return { status: 0 };
  } catch (error) {
    const status = error instanceof Error && "status" in error ? Number(error.status) : 16;
    return { status };
  }
}
