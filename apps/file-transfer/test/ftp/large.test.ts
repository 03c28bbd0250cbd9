/** What is large, by real programs over FTP: beyond 4 GiB, ten thousand names, a path as long as one may be. */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { realClient, run, TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { treeOf } from "../e2e/tree.ts";
import { serve, type Served } from "./support.ts";

const FAR = 4 * 1024 ** 3 + 12_345;

function sparse(path: string, size: number, end = ""): void {
  const file = openSync(path, "w");
  ftruncateSync(file, size);
  writeSync(file, end, size - end.length);
  closeSync(file);
}

function lastOctets(path: string, count: number): string {
  const octets = Buffer.alloc(count);
  const file = openSync(path, "r");
  readSync(file, octets, 0, count, statSync(path).size - count);
  closeSync(file);
  return octets.toString("latin1");
}

const url = ({ listener }: Served, path: string): string =>
  `ftp://ann:right@127.0.0.1:${listener.address.port}/${path}`;

realClient("curl").describe("curl", () => {
  it("goes on behind 4 GiB, both ways", async () => {
    const served = await serve();
    using local = new TemporaryFolder("large");
    const here = join(local.path, "far");
    sparse(join(served.home, "far"), FAR, "far away");
    sparse(here, FAR - 8);
    expect(await curl("-C", "-", "-o", here, url(served, "far"))).toBe("");
    expect([statSync(here).size, lastOctets(here, 9)]).toEqual([FAR, "\0far away"]);
    sparse(join(served.home, "up"), FAR - 8);
    expect(await curl("-C", "-", "-T", here, url(served, "up"))).toBe("");
    expect([statSync(join(served.home, "up")).size, lastOctets(join(served.home, "up"), 9)]).toEqual([
      FAR,
      "\0far away",
    ]);
    expect(await curl(url(served, ""))).toMatch(new RegExp(` ${FAR} .* far\r?\n.* ${FAR} .* up\r?\n$`));
  });

  it("lists ten thousand names, each once", async () => {
    const served = await serve();
    for (let n = 0; n < 10_000; n++) writeFileSync(join(served.home, `${n}`), "");
    const names = (text: string): string[] => text.trimEnd().split(/\r?\n/).toSorted();
    const wanted = Array.from({ length: 10_000 }, (_, n) => `${n}`).toSorted();
    expect(names(await curl("-l", url(served, "")))).toEqual(wanted);
    expect(
      names(await curl("-X", "MLSD", url(served, "")))
        .map((line) => line.split(" ")[1])
        .toSorted(),
    ).toEqual(wanted);
  });
});

realClient("lftp").describe("lftp", () => {
  it("carries what lies as deep as a path may be long", async () => {
    const served = await serve();
    using local = new TemporaryFolder("deep");
    const tree = join(local.path, "t");
    const deep = join(
      tree,
      ...Array.from({ length: 14 }, (_, level) => `${level}`.padEnd(250, "é").slice(0, 125)),
    );
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, "leaf"), "leaf");
    const { port } = served.listener.address;
    const script = `set ftp:ssl-allow no; open -u ann,right ftp://127.0.0.1:${port}; mirror -R ${tree} /up; mirror /up ${local.path}/down`;
    const { code, stderr } = await run("lftp", ["--norc", "-c", script]);
    expect([code, stderr]).toEqual([0, ""]);
    expect([treeOf(join(served.home, "up")), treeOf(join(local.path, "down"))]).toEqual([
      treeOf(tree),
      treeOf(tree),
    ]);
  });
});

async function curl(...args: readonly string[]): Promise<string> {
  const { text, stderr } = await run("curl", ["-sS", "--max-time", "25", ...args]);
  expect(stderr).toBe("");
  return text;
}
