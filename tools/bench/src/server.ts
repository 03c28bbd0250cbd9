/** One server in a process of its own: `node server.js NAME FOLDER` prints its port; SIGUSR2 collects garbage. */
import { oursConstant, oursFiles, oursLater, oursTapped, oursUntapped } from "./ours.ts";
import { bareSmtp, librarySmtp, oursSmtp } from "./mail-discarding.ts";
import { nodeHttp, nodeSirv, nodeStream, rawNet } from "./peers.ts";

const servers = new Map<string, (folder: string) => Promise<number>>([
  ["ours", oursConstant],
  ["ours-later", oursLater],
  ["ours-untapped", oursUntapped],
  ["ours-tapped", oursTapped],
  ["ours-files", oursFiles],
  ["node:http", nodeHttp],
  ["node:http + createReadStream", nodeStream],
  ["node:http + sirv", nodeSirv],
  ["node:net, constant", rawNet],
  ["ours-smtp", oursSmtp],
  ["smtp-server", librarySmtp],
  ["node:net, no SMTP", bareSmtp],
]);

const [, , name = "", folder = "."] = process.argv;
const start = servers.get(name);
if (start === undefined) {
  console.error(`no server ${name}, there are: ${[...servers.keys()].join(", ")}`);
  process.exitCode = 2;
} else {
  process.on("SIGUSR2", () => {
    globalThis.gc?.();
    console.log("collected");
  });
  console.log(await start(folder));
}
