/** `file-client put LOCAL URL`: a file from here to there. */
import { basename, resolve } from "node:path";
import type { FileCommand } from "../command.ts";
import { pathOf } from "../connect.ts";
import type { Job } from "../job.ts";
import { within } from "../paths.ts";
import type { RemoteFiles } from "../remote-files.ts";
import { upload, type Transferred } from "../transfer.ts";
import { parseRemoteUrl } from "../url.ts";
import type { ResumeOptions } from "./get.ts";

export const put: FileCommand<ResumeOptions> = {
  name: "put",
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
        await putOne(job, files, resolve(local), path, options);
      }),
    );
  },
};

/** A folder takes the file under its own name. */
async function placeOf(files: RemoteFiles, path: string, said: string, local: string): Promise<string> {
  const isFolder = said === "" || said.endsWith("/") || (await files.stat(path))?.type === "folder";
  return isFolder ? within(path, basename(local)) : path;
}

export async function putOne(
  job: Job,
  files: RemoteFiles,
  local: string,
  path: string,
  { resume }: ResumeOptions,
): Promise<Transferred> {
  const done = await upload(files, local, path, {
    resume,
    onOctets: (octets) => job.progress.add(octets),
    onStart: (total, from) => job.progress.start(basename(local), total, from),
  });
  job.progress.fileDone();
  job.done();
  job.tell({ put: local, to: path, ...done }, job.options.silent ? undefined : line(local, path, done));
  return done;
}

function line(local: string, path: string, { size, from }: Transferred): string {
  return `${local} → ${path}: ${size} octets${from > 0 ? `, ${from} of them from an earlier try` : ""}`;
}
