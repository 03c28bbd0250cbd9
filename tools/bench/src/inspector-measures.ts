/** The measurements of what the inspector costs: each app under its own load. */
import { BenchError } from "./bench-error.ts";
import { makeFolder, transferIn, type Transfer } from "./file-load.ts";
import { FileTransfer } from "./file-servers.ts";
import { type InspectorCase, WATCHES } from "./inspector-cases.ts";
import { load } from "./load.ts";
import { MailLoad } from "./mail-load.ts";
import { compare, type Effort } from "./rates.ts";
import type { Result } from "./result.ts";
import { smallPath, startWatched, type Watched } from "./watched.ts";

const GiB = 1024 ** 3;
const FOLDER = "film";

export function measureInspected(
  one: InspectorCase,
  site: string,
  effort: Effort,
  part = 1,
): Promise<Result> {
  const mail = new MailLoad({ sessions: 10, reused: true });
  const amount: Transfer = {
    protocol: "ftp",
    direction: "get",
    files: 1,
    octets: GiB * part,
    connections: 1,
  };
  // One file for all runs: a system that makes and frees a GiB between them does so in the next run's time.
  const filled = new Set<Watched>();
  return compare<Watched>(one, effort, {
    start(name) {
      const watch = WATCHES.find((known) => known === name);
      if (watch === undefined) throw new BenchError("USAGE", `nobody watches so: ${name}`);
      return startWatched(one, watch, site);
    },
    async load(watched, seconds) {
      switch (one.app) {
        case "web-server":
          return (await load(watched.port, { path: smallPath, connections: 64, seconds })).requestsPerSecond;
        case "mail-relay":
          return mail.run(watched, seconds);
        case "file-transfer": {
          if (!(watched.server instanceof FileTransfer)) throw new BenchError("USAGE", "no file server");
          if (!filled.has(watched)) makeFolder(watched.server, FOLDER, amount);
          filled.add(watched);
          const { seconds: took } = await transferIn(watched.server, FOLDER, amount);
          return amount.octets / 1e6 / took;
        }
      }
    },
  });
}
