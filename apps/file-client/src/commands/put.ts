/** `file-client put LOCAL URL`: a file from here to there. */
import { basename, resolve } from "node:path";
import type { FileCommand } from "../command.ts";
import { pathOf } from "../connect.ts";
import type { Job } from "../job.ts";
import { within } from "../paths.ts";
import type { RemoteFiles } from "../remote-files.ts";
import { printable } from "../terminal.ts";
import { upload, type Known, type Transferred } from "../transfer.ts";
import { parseRemoteUrl } from "../url.ts";
import type { ResumeOptions } from "./get.ts";

export const put: FileCommand<ResumeOptions> = {
  name: "put",
  words: { first: "here", rest: "there", otherwise: { fewerThan: 2, add: "there" } },
  help: "send a file; what is there of an earlier try is not sent again",
  positionals: [
    { name: "LOCAL", help: "the file" },
    { name: "URL", help: "where to; a folder takes it under its own name" },
  ],
  examples: ["file-client put plan.pdf ftp://me@127.0.0.1:2121/inbox/"],
  options: (read) => ({
    resume: read.flag("resume", { help: "go on where an earlier try ended", default: true }),
  }),
  async run(job, [local = "", text = ""], options) {
    const url = parseRemoteUrl(text);
    await job.on(url, (pool) =>
      pool.persistently(async (files) => {
        const path = await placeOf(files, pathOf(url, files), url.path, local);
        const done = await sendOne(job, files, resolve(local), path, options);
        if (!job.options.silent && !job.options.json) job.say(line(local, path, done));
      }),
    );
  },
};

/** A folder takes the file under its own name. */
async function placeOf(files: RemoteFiles, path: string, said: string, local: string): Promise<string> {
  const isFolder = said === "" || said.endsWith("/") || (await files.stat(path))?.type === "folder";
  return isFolder ? within(path, basename(local)) : path;
}

/** Without a word about it. `known`: what is there, where that has been found out. */
export async function sendOne(
  job: Job,
  files: RemoteFiles,
  local: string,
  path: string,
  { resume }: ResumeOptions,
  known?: Known,
): Promise<Transferred> {
  const done = await upload(files, local, path, {
    resume,
    known,
    onOctets: (octets) => job.progress.add(octets),
    onStart: (total, from) => job.progress.start(basename(local), total, from),
  });
  job.progress.fileDone();
  job.done();
  if (job.options.json) job.tell({ put: local, to: path, ...done }, undefined);
  return done;
}

function line(local: string, path: string, { size, from }: Transferred): string {
  const resumed = from > 0 ? `, ${from} of them from an earlier try` : "";
  return `${printable(local)} → ${printable(path)}: ${size} octets${resumed}`;
}
