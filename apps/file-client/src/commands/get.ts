/** `file-client get URL [LOCAL]` and `cat URL…`: a file from there to here. */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { FileCommand } from "../command.ts";
import { pathOf } from "../connect.ts";
import { FileError } from "../errors.ts";
import type { Job } from "../job.ts";
import { localError } from "../local-files.ts";
import { localName } from "../local-names.ts";
import { nameOf } from "../paths.ts";
import type { RemoteEntry, RemoteFiles } from "../remote-files.ts";
import { printable } from "../terminal.ts";
import { download, type Transferred } from "../transfer.ts";
import { parseRemoteUrl } from "../url.ts";

export interface ResumeOptions {
  readonly resume: boolean;
}

export const get: FileCommand<ResumeOptions> = {
  name: "get",
  words: { first: "there", rest: "here", otherwise: { fewerThan: 2, add: "here" } },
  help: "fetch a file; what is there of an earlier try is not fetched again",
  positionals: [
    { name: "URL", help: "the file" },
    { name: "LOCAL", help: "a file or folder here; else its name in this folder", optional: true },
  ],
  examples: ["file-client get ftp://127.0.0.1:2121/film.mp4", "file-client get ftps://me@host/a.txt b.txt"],
  options: (read) => ({
    resume: read.flag("resume", { help: "go on where an earlier try ended", default: true }),
  }),
  async run(job, [text = "", local = "."], options) {
    const url = parseRemoteUrl(text);
    await job.on(url, (pool) =>
      pool.persistently(async (files) => {
        const path = pathOf(url, files);
        const entry = await fileAt(files, path);
        const target = await targetOf(resolve(local), path);
        const done = await fetchOne(job, files, path, entry, target, options);
        if (!job.options.silent && !job.options.json) job.say(line(path, target, done));
      }),
    );
  },
};

export const cat: FileCommand<undefined> = {
  name: "cat",
  words: { first: "there", rest: "there" },
  help: "write files to standard output",
  positionals: [{ name: "URL", help: "a file", repeatable: true }],
  examples: ["file-client cat ftp://127.0.0.1:2121/notes.txt | less"],
  options: () => undefined,
  async run(job, urls) {
    for (const text of urls) {
      const url = parseRemoteUrl(text);
      await job.on(url, (pool) =>
        pool.with(async (files) => {
          const path = pathOf(url, files);
          await fileAt(files, path);
          for await (const piece of files.read(path, 0)) await put(job, piece);
          job.done();
        }),
      );
    }
  },
};

/** A reader that has gone (`| head`) ends it. */
function put(job: Job, octets: Uint8Array): Promise<void> {
  return new Promise((done, reject) => {
    job.terminal.stdout.write(octets, (error) => {
      if (error === null || error === undefined) done();
      else reject(localError("standard output takes no more", error));
    });
  });
}

export async function fileAt(files: RemoteFiles, path: string): Promise<RemoteEntry> {
  const entry = await files.stat(path);
  if (entry === undefined) throw new FileError("NOT_FOUND", `there is no ${path}`);
  if (entry.type === "folder") throw new FileError("REFUSED", `${path} is a folder (mirror fetches one)`);
  return entry;
}

/** A folder takes the file under its own name. */
async function targetOf(local: string, path: string): Promise<string> {
  const there = await stat(local).catch(() => undefined);
  return there?.isDirectory() === true ? join(local, localName(nameOf(path))) : local;
}

/** Without a word about it. */
export async function fetchOne(
  job: Job,
  files: RemoteFiles,
  path: string,
  entry: Pick<RemoteEntry, "size" | "modified">,
  target: string,
  { resume }: ResumeOptions,
): Promise<Transferred> {
  const done = await download(files, path, entry, target, {
    resume,
    onOctets: (octets) => job.progress.add(octets),
    onStart: (total, from) => job.progress.start(nameOf(path), total, from),
  });
  job.progress.fileDone();
  job.done();
  if (job.options.json) job.tell({ got: path, to: target, ...done }, undefined);
  return done;
}

function line(path: string, target: string, { size, from }: Transferred): string {
  const resumed = from > 0 ? `, ${from} of them from an earlier try` : "";
  return `${printable(path)} → ${printable(target)}: ${size} octets${resumed}`;
}
