/** `mv`, `rm`, `mkdir` and `chmod`: what changes files there without moving octets. */
import { UsageError } from "@socketscope/host";
import type { FileCommand } from "../command.ts";
import { pathOf } from "../connect.ts";
import { FileError } from "../errors.ts";
import type { Job } from "../job.ts";
import { removeTree } from "../mirror-sides.ts";
import { nameOf, parentOf, resolvePath, within } from "../paths.ts";
import type { RemoteFiles } from "../remote-files.ts";
import { printable } from "../terminal.ts";
import { isUrl, parseRemoteUrl } from "../url.ts";

export const mv: FileCommand<undefined> = {
  name: "mv",
  words: { first: "there", rest: "text" },
  help: "rename or move a file or folder there",
  positionals: [
    { name: "URL", help: "what" },
    { name: "TO", help: "a new name, a path, or a URL of the same server" },
  ],
  examples: ["file-client mv ftp://me@127.0.0.1:2121/a.txt b.txt"],
  options: () => undefined,
  async run(job, [text = "", to = ""]) {
    const url = parseRemoteUrl(text);
    const target = isUrl(to) ? parseRemoteUrl(to) : undefined;
    if (target !== undefined && (target.host !== url.host || target.port !== url.port))
      throw new UsageError("USAGE_BAD_VALUE", "nothing is moved from one server to another: get and put it");
    await job.on(url, (pool) =>
      pool.with(async (files) => {
        const from = pathOf(url, files);
        const wanted = target === undefined ? resolvePath(parentOf(from), to) : pathOf(target, files);
        const isFolder = (await files.stat(wanted))?.type === "folder";
        const place = isFolder ? within(wanted, nameOf(from)) : wanted;
        await files.rename(from, place);
        told(job, "renamed", from, place);
      }),
    );
  },
};

export const rm: FileCommand<{ readonly recursive: boolean }> = {
  name: "rm",
  words: { first: "there", rest: "there" },
  help: "remove files there, and folders with -r",
  positionals: [{ name: "URL", help: "what", repeatable: true }],
  examples: ["file-client rm -r ftp://me@127.0.0.1:2121/old"],
  options: (read) => ({
    recursive: read.flag("recursive", { help: "folders, with all that is in them", short: "r" }),
  }),
  run: (job, urls, { recursive }) =>
    each(job, urls, async (files, path) => {
      const there = await files.stat(path);
      if (there === undefined) throw new FileError("NOT_FOUND", `there is no ${path}`);
      if (there.type === "folder" && !recursive)
        throw new FileError("REFUSED", `${path} is a folder (-r removes it with all that is in it)`);
      await removeTree(files, path, there.type);
      told(job, "removed", path);
    }),
};

export const mkdir: FileCommand<{ readonly parents: boolean }> = {
  name: "mkdir",
  words: { first: "there", rest: "there" },
  help: "make folders there",
  positionals: [{ name: "URL", help: "the folder", repeatable: true }],
  examples: ["file-client mkdir -p ftp://me@127.0.0.1:2121/a/b/c"],
  options: (read) => ({
    parents: read.flag("parents", { help: "also those above; one that is there is fine", short: "p" }),
  }),
  run: (job, urls, { parents }) =>
    each(job, urls, async (files, path) => {
      if (parents) await makeParents(files, path);
      else await files.makeFolder(path);
      told(job, "made", path);
    }),
};

async function makeParents(files: RemoteFiles, path: string): Promise<void> {
  const there = path === "/" ? undefined : await files.stat(path);
  if (path === "/" || there?.type === "folder") return;
  await makeParents(files, parentOf(path));
  await files.makeFolder(path);
}

export const chmod: FileCommand<undefined> = {
  name: "chmod",
  words: { first: "text", rest: "there" },
  help: "change the mode of files there",
  positionals: [
    { name: "MODE", help: "octal, such as 644" },
    { name: "URL", help: "what", repeatable: true },
  ],
  examples: ["file-client chmod 600 ftp://me@127.0.0.1:2121/secret.txt"],
  options: () => undefined,
  async run(job, [mode = "", ...urls]) {
    if (!/^[0-7]{3,4}$/.test(mode))
      throw new UsageError("USAGE_BAD_VALUE", `${mode}: give a mode such as 644`);
    await each(job, urls, async (files, path) => {
      await files.changeMode(path, Number.parseInt(mode, 8));
      told(job, `mode ${mode}`, path);
    });
  },
};

/** One that fails does not hold up the others. */
async function each(
  job: Job,
  urls: readonly string[],
  work: (files: RemoteFiles, path: string) => Promise<void>,
): Promise<void> {
  for (const text of urls) {
    const url = parseRemoteUrl(text);
    await job
      .on(url, (pool) => pool.with((files) => work(files, pathOf(url, files))))
      .catch((error: unknown) => {
        if (error instanceof UsageError) throw error;
        job.failed(error);
      });
  }
}

function told(job: Job, done: string, path: string, to?: string): void {
  job.done();
  const text = `${done} ${printable(path)}${to === undefined ? "" : ` → ${printable(to)}`}`;
  job.tell({ done, path, to }, job.options.silent ? undefined : text);
}
