/** A home in a folder of its own, and views of it. */
import { createHash } from "node:crypto";
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { onTestFinished } from "vitest";
import type { Login } from "../../src/accounts/login.ts";
import type { FileProblemCode } from "../../src/files/file-problem.ts";
import { FileProblem } from "../../src/files/file-problem.ts";
import type { Files, FileSystem, FolderEntry, WriteOptions } from "../../src/files/file-system.ts";
import { openFiles, type FilesOptions } from "../../src/files/files.ts";

/** Gone when the test is over. */
export function testHome(options?: FilesOptions): TestHome {
  const home = new TestHome(options);
  onTestFinished(() => home.close());
  return home;
}

export class TestHome {
  readonly #temporary = new TemporaryFolder("files");
  /** The jail. */
  readonly path = join(this.#temporary.path, "home");
  /** Beside it: nothing here may be seen. */
  readonly outside = join(this.#temporary.path, "outside");
  readonly files: Files;

  constructor(options?: FilesOptions) {
    this.files = openFiles(options);
  }

  view(login: Partial<Login> = {}): Promise<FileSystem> {
    return this.files.view({ user: "ann", access: "full", home: this.path, anonymous: false, ...login });
  }

  async close(): Promise<void> {
    await this.files.close();
    this.#temporary[Symbol.dispose]();
  }
}

export const text = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");
export const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

export async function put(
  files: FileSystem,
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = { how: "replace" },
): Promise<string> {
  const writer = await files.openToWrite(path, options);
  try {
    await writer.write(typeof content === "string" ? bytes(content) : content);
    await writer.commit();
    return writer.path;
  } finally {
    await writer.abandon("remove");
  }
}

export async function get(files: FileSystem, path: string): Promise<string> {
  const reader = await files.openToRead(path);
  try {
    const { size } = await reader.stat();
    const octets = new Uint8Array(size);
    return text(octets.subarray(0, await reader.read(octets, 0)));
  } finally {
    await reader.close();
  }
}

export async function entries(files: FileSystem, path: string): Promise<FolderEntry[]> {
  const reader = await files.list(path);
  const all: FolderEntry[] = [];
  try {
    for (;;) {
      const page = await reader.next();
      if (page.length === 0) return all;
      all.push(...page);
    }
  } finally {
    await reader.close();
  }
}

export async function names(files: FileSystem, path: string): Promise<string[]> {
  return (await entries(files, path)).map(({ name }) => name).toSorted();
}

/** "fine", or the problem's code. Whatever else is thrown goes on. */
export async function outcome(promise: Promise<unknown>): Promise<FileProblemCode | "fine"> {
  try {
    await promise;
    return "fine";
  } catch (error) {
    if (error instanceof FileProblem) return error.code;
    throw error;
  }
}

/** Names of hidden partials on the disk. */
export function partialsIn(home: string): string[] {
  try {
    return readdirSync(join(home, ".socketscope-partials"));
  } catch {
    return [];
  }
}

/** Descriptors of this process that lead below `path`. */
export function descriptorsBelow(path: string): string[] {
  return readdirSync("/proc/self/fd").flatMap((number) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${number}`);
      return target.startsWith(path) ? [target] : [];
    } catch {
      return [];
    }
  });
}

export const sha256 = (octets: Uint8Array | string): string =>
  createHash("sha256").update(octets).digest("hex");
