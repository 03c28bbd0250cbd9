/** `mget` and `mput`: several files at once, into one folder. */
import { basename, join, resolve } from "node:path";
import { kinds } from "@socketscope/host";
import type { FileCommand } from "../command.ts";
import { pathOf } from "../connect.ts";
import { FileError } from "../errors.ts";
import { isPattern, matches } from "../glob.ts";
import type { Job } from "../job.ts";
import { localName } from "../local-names.ts";
import { nameOf, parentOf, within } from "../paths.ts";
import type { RemoteEntry, RemoteFiles } from "../remote-files.ts";
import { printable } from "../terminal.ts";
import { parseRemoteUrl } from "../url.ts";
import { fileAt, fetchOne, type ResumeOptions } from "./get.ts";
import { parallelOption } from "./mirror.ts";
import { sendOne } from "./put.ts";

interface ManyOptions extends ResumeOptions {
  readonly parallel: number;
}

interface MgetOptions extends ManyOptions {
  readonly to: string;
}

export const mget: FileCommand<MgetOptions> = {
  name: "mget",
  words: { first: "there", rest: "there" },
  help: "fetch several files; * ? and [a-z] in the last part of a path are patterns",
  positionals: [{ name: "URL", help: "a file or a pattern", repeatable: true }],
  examples: ["file-client mget 'ftp://127.0.0.1:2121/photos/*.jpg' --to photos"],
  options: (read) => ({
    to: read.one("to", kinds.path("DIR"), { help: "into this folder", default: resolve("."), shown: "." }),
    parallel: read.one("parallel", kinds.integer(1, 64), parallelOption),
    resume: read.flag("resume", { help: "go on where an earlier try ended", default: true }),
  }),
  async run(job, urls, options) {
    for (const text of urls) {
      const url = parseRemoteUrl(text);
      await job.on(url, async (pool) => {
        const found = await pool.persistently((files) => entriesOf(files, pathOf(url, files)));
        expect(
          job,
          found.map(({ entry }) => entry.size),
        );
        await pool.all(
          found,
          options.parallel,
          async (files, { path, entry }) => {
            await fetchOne(job, files, path, entry, join(options.to, localName(entry.name)), options);
          },
          ({ path }, error) => job.failed(error, printable(path)),
        );
        tellAll(job, found.length);
      });
    }
  },
};

interface Found {
  readonly path: string;
  readonly entry: RemoteEntry;
}

async function entriesOf(files: RemoteFiles, path: string): Promise<readonly Found[]> {
  const name = nameOf(path);
  if (!isPattern(name)) return [{ path, entry: { ...(await fileAt(files, path)), name } }];
  const folder = parentOf(path);
  const found = (await files.list(folder)).filter(
    (entry) => entry.type === "file" && matches(name, entry.name),
  );
  if (found.length === 0) throw new FileError("NOT_FOUND", `nothing matches ${path}`);
  return found.map((entry) => ({ path: within(folder, entry.name), entry }));
}

export const mput: FileCommand<ManyOptions> = {
  name: "mput",
  words: { first: "here", rest: "here", otherwise: { fewerThan: Infinity, add: "there" } },
  help: "send several files into one folder",
  positionals: [{ name: "LOCAL-AND-URL", help: "files here, and last the folder there", repeatable: true }],
  examples: ["file-client mput *.jpg ftp://me@127.0.0.1:2121/photos/"],
  options: (read) => ({
    parallel: read.one("parallel", kinds.integer(1, 64), parallelOption),
    resume: read.flag("resume", { help: "go on where an earlier try ended", default: true }),
  }),
  async run(job, words, options) {
    const url = parseRemoteUrl(words.at(-1) ?? "");
    const locals = words.slice(0, -1).map((word) => resolve(word));
    await job.on(url, async (pool) => {
      expect(job, []);
      await pool.all(
        locals,
        options.parallel,
        async (files, local) => {
          await sendOne(job, files, local, within(pathOf(url, files), basename(local)), options);
        },
        (local, error) => job.failed(error, printable(local)),
      );
      tellAll(job, locals.length);
    });
  },
};

function expect(job: Job, sizes: readonly (number | undefined)[]): void {
  job.progress.expect(
    sizes.length,
    sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
  );
}

function tellAll(job: Job, all: number): void {
  const { count, options, progress } = job;
  const text = `${progress.summary(count)}${count < all ? `; ${all - count} failed` : ""}`;
  job.tell({ done: count, of: all, octets: progress.octets }, options.silent ? undefined : text);
}
