/** `file-client mirror FROM TO`: a whole tree, there or back, only what differs. */
import { resolve } from "node:path";
import { kinds, UsageError } from "@socketscope/host";
import type { FileCommand } from "../command.ts";
import { pathOf } from "../connect.ts";
import type { Job } from "../job.ts";
import { ensureRoot } from "../local-files.ts";
import { isVague, plan, type Plan } from "../mirror-plan.ts";
import { LocalSide, RemoteSide } from "../mirror-sides.ts";
import type { Pool } from "../pool.ts";
import type { RemoteFiles } from "../remote-files.ts";
import { printable } from "../terminal.ts";
import { isUrl, parseRemoteUrl } from "../url.ts";
import { fetchOne } from "./get.ts";
import { sendOne } from "./put.ts";

export interface MirrorOptions {
  readonly parallel: number;
  readonly delete: boolean;
  readonly dryRun: boolean;
  readonly resume: boolean;
}

export const parallelOption = { help: "connections at once", default: 4 };

export const mirror: FileCommand<MirrorOptions> = {
  name: "mirror",
  words: { first: "there", rest: "here", otherwise: { fewerThan: 2, add: "here" } },
  help: "make a folder like another one, there or back",
  positionals: [
    { name: "FROM", help: "a URL or a folder here" },
    { name: "TO", help: "the other" },
  ],
  examples: [
    "file-client mirror ftp://127.0.0.1:2121/site site --delete --dry-run",
    "file-client mirror site sftp://me@host/var/www --parallel 8",
  ],
  options(read) {
    read.group("Mirror:");
    return {
      parallel: read.one("parallel", kinds.integer(1, 64), parallelOption),
      delete: read.flag("delete", { help: "take away what is not in FROM" }),
      dryRun: read.flag("dry-run", { help: "only say what would be done", short: "n" }),
      resume: read.flag("resume", { help: "go on where an earlier try ended", default: true }),
    };
  },
  async run(job, [from = "", to = ""], options) {
    if (isUrl(from) === isUrl(to))
      throw new UsageError("USAGE_BAD_VALUE", "give one URL and one folder here: FROM, then TO");
    const url = parseRemoteUrl(isUrl(from) ? from : to);
    await job.on(url, async (pool) => {
      const path = await pool.persistently((files) => Promise.resolve(pathOf(url, files)));
      const failed = (where: string, error: unknown): void => job.failed(error, printable(where));
      const there = new RemoteSide(pool, path, failed);
      if (isUrl(from)) await down(job, pool, there, resolve(to), options);
      else await up(job, pool, new LocalSide(resolve(from)), there, path, options);
    });
  },
};

type Failed = (path: string, error: unknown) => void;

async function down(
  job: Job,
  pool: Pool,
  there: RemoteSide,
  folder: string,
  options: MirrorOptions,
): Promise<void> {
  const here = new LocalSide(folder);
  const failed: Failed = (path, error) => job.failed(error, printable(path));
  if (!options.dryRun) await ensureRoot(folder);
  const made = await plan(there, options.dryRun ? new Lenient(here) : here, {
    delete: options.delete,
    failed,
    keeps: (name, sources) => sources.has(/^\.(.*)\.part$/s.exec(name)?.[1] ?? ""),
  });
  await carryOut(job, pool, made, here, options, async (files, { path, source }) => {
    // The time that the file gets here is what the next mirror goes by.
    const exact = isVague(source) ? await files.stat(there.at(path)) : undefined;
    await fetchOne(job, files, there.at(path), exact ?? source, here.at(path), options);
  });
}

async function up(
  job: Job,
  pool: Pool,
  here: LocalSide,
  there: RemoteSide,
  path: string,
  options: MirrorOptions,
): Promise<void> {
  const failed: Failed = (where, error) => job.failed(error, printable(where));
  const root = await pool.persistently((files) => files.stat(path));
  if (root === undefined && !options.dryRun) await pool.persistently((files) => files.makeFolder(path));
  const made = await plan(here, root === undefined ? NOTHING : there, {
    delete: options.delete,
    failed,
    keeps: () => false,
  });
  await carryOut(job, pool, made, there, options, async (files, { path: below, there: known }) => {
    await sendOne(job, files, here.at(below), there.at(below), options, known ?? "nothing");
  });
}

/** A dry run makes no folder that is not there. */
class Lenient extends LocalSide {
  readonly #side: LocalSide;
  constructor(side: LocalSide) {
    super(side.at(""));
    this.#side = side;
  }
  override async list(folder: string): ReturnType<LocalSide["list"]> {
    return this.#side.list(folder).catch(() => new Map());
  }
}

const NOTHING = {
  list: () => Promise.resolve(new Map<string, never>()),
  exact: () => Promise.resolve(undefined),
};

async function carryOut(
  job: Job,
  pool: Pool,
  made: Plan,
  target: LocalSide | RemoteSide,
  options: MirrorOptions,
  transfer: (files: RemoteFiles, file: Plan["files"][number]) => Promise<void>,
): Promise<void> {
  for (const path of made.skipped)
    job.note(`file-client: ${printable(path)} is a link or a device: left alone`);
  if (options.dryRun) {
    tell(job, made);
    job.done();
    return;
  }
  const octets = made.files.reduce((sum, { source }) => sum + (source.size ?? 0), 0);
  job.progress.expect(made.files.length, octets);
  for (const { path, item } of made.deletions)
    await target.remove(path, item).catch((error: unknown) => job.failed(error, printable(path)));
  for (const path of made.folders)
    await target.makeFolder(path).catch((error: unknown) => job.failed(error, printable(path)));
  const before = job.count;
  await pool.all(made.files, options.parallel, transfer, ({ path }, error) =>
    job.failed(error, printable(path)),
  );
  const moved = job.count - before;
  if (moved === 0 && made.files.length === 0) job.done();
  const { length: deleted } = made.deletions;
  job.tell(
    { mirrored: moved, same: made.same, deleted, octets: job.progress.octets },
    job.options.silent
      ? undefined
      : `${job.progress.summary(moved)}; ${made.same} were the same${deleted > 0 ? `, ${deleted} deleted` : ""}`,
  );
}

function tell(job: Job, { folders, files, deletions, same }: Plan): void {
  for (const { path } of deletions) job.tell({ would: "delete", path }, `delete ${printable(path)}`);
  for (const path of folders) job.tell({ would: "make", path }, `make ${printable(path)}/`);
  for (const { path, source } of files)
    job.tell(
      { would: "transfer", path, size: source.size },
      `transfer ${printable(path)} (${source.size ?? "?"})`,
    );
  job.tell({ same }, `${same} are the same`);
}
