/** `file-client ls URL…`: what is in a folder. */
import type { FileCommand } from "../command.ts";
import { pathOf } from "../connect.ts";
import { FileError } from "../errors.ts";
import { inUnits } from "../progress.ts";
import type { RemoteEntry, RemoteFiles } from "../remote-files.ts";
import { printable } from "../terminal.ts";
import { parseRemoteUrl } from "../url.ts";

interface LsOptions {
  readonly long: boolean;
  readonly all: boolean;
}

export const ls: FileCommand<LsOptions> = {
  name: "ls",
  words: { first: "there", rest: "there", otherwise: { fewerThan: 1, add: "there" } },
  help: "list a folder, or a file",
  positionals: [{ name: "URL", help: "ftp://, ftps:// or sftp://", repeatable: true }],
  examples: ["file-client ls ftp://127.0.0.1:2121/", "file-client ls -l --tls -u me ftp://host/books"],
  options(read) {
    read.group("List:");
    return {
      long: read.flag("long", { help: "mode, size and time too", short: "l" }),
      all: read.flag("all", { help: "names that begin with a dot, too", short: "a" }),
    };
  },
  async run(job, urls, options) {
    for (const text of urls) {
      const url = parseRemoteUrl(text);
      await job.on(url, (pool) =>
        pool.with(async (files) => {
          for (const entry of await entriesAt(files, pathOf(url, files))) {
            if (options.all || !entry.name.startsWith("."))
              job.tell(jsonOf(entry), options.long ? longLine(entry) : shown(entry));
          }
          job.done();
        }),
      );
    }
  },
};

/** A folder's entries by name; of a file, itself. */
export async function entriesAt(files: RemoteFiles, path: string): Promise<readonly RemoteEntry[]> {
  const there = await files.stat(path);
  if (there === undefined) throw new FileError("NOT_FOUND", `there is no ${path}`);
  if (there.type === "file" || there.type === "other") return [there];
  const entries = await files.list(path);
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const marks: Readonly<Record<RemoteEntry["type"], string>> = { file: "", folder: "/", link: "@", other: "?" };
const kinds: Readonly<Record<RemoteEntry["type"], string>> = {
  file: "-",
  folder: "d",
  link: "l",
  other: "?",
};

function shown({ name, type }: RemoteEntry): string {
  return `${printable(name)}${marks[type]}`;
}

function longLine(entry: RemoteEntry): string {
  const { type, mode, owner = "", size, modified, target } = entry;
  const time = modified === undefined ? "" : new Date(modified).toISOString().slice(0, 16).replace("T", " ");
  const columns = [
    `${kinds[type]}${mode === undefined ? "?????????" : modeText(mode)}`,
    printable(owner).padEnd(8),
    (size === undefined || type === "folder" ? "" : inUnits(size)).padStart(10),
    time.padEnd(16),
    `${shown(entry)}${target === undefined ? "" : ` -> ${printable(target)}`}`,
  ];
  return columns.join(" ");
}

function modeText(mode: number): string {
  const letters = "rwxrwxrwx";
  return Array.from(letters, (letter, at) => (mode & (0o400 >> at) ? letter : "-")).join("");
}

function jsonOf({ name, type, size, modified, mode, owner, target }: RemoteEntry): object {
  return {
    name,
    type,
    size,
    modified: modified === undefined ? undefined : new Date(modified).toISOString(),
    mode: mode?.toString(8).padStart(4, "0"),
    owner,
    target,
  };
}
