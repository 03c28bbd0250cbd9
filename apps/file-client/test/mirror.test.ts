/// <reference lib="esnext.disposable" />
/** Whole trees there and back, with servers that we did not write: every file by its SHA-256. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { needing, TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { asked, digest, makeTree, octets, tree } from "./asked.ts";
import { peers } from "./servers.ts";

// Four connections at once in active mode under TLS are too much for pyftpdlib: it drops handshakes now and then.
const trees = peers.filter(({ name }) => name !== "pyftpdlib, TLS, active");

for (const peer of trees) {
  needing(peer.missing).describe(`trees with ${peer.name}`, () => {
    it("mirror there and back, only what differs, deletions, dry run; mv, mkdir, rm, chmod, mget, mput", async () => {
      await using server = await peer.start();
      using folder = new TemporaryFolder("file-client");
      const here = (name: string): string => join(folder.path, name);
      const ask = (command: string, ...words: readonly string[]) =>
        asked([command, ...server.options, ...words]);
      const told = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
        const ended = await ask("mirror", "--json", ...words);
        expect([ended.code, ended.errors.replace(/^first time here.*\n/, "")]).toEqual([0, ""]);
        return JSON.parse(ended.text.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
      };
      makeTree(here("a"));
      const there = `${server.url}/tree`;

      const dry = await ask("mirror", "--dry-run", here("a"), there);
      expect([dry.code, dry.text]).toEqual([0, expect.stringContaining("transfer sub/deep/er/leaf.bin")]);
      expect(existsSync(join(server.files, "tree"))).toBe(false);

      expect(await told(here("a"), there)).toMatchObject({ mirrored: 10, same: 0 });
      expect(tree(join(server.files, "tree"))).toEqual(tree(here("a")));
      expect(await told(here("a"), there)).toMatchObject({ mirrored: 0, same: 10 });

      expect(await told("--parallel", "3", there, here("b"))).toMatchObject({ mirrored: 10 });
      expect(tree(here("b"))).toEqual(tree(here("a")));
      expect(await told(there, here("b"))).toMatchObject({ mirrored: 0, same: 10 });

      // The same size, another content, another time: both ways.
      writeFileSync(here("a/sub/ä b/x"), octets(4096, 77));
      utimesSync(here("a/sub/ä b/x"), new Date(), new Date(Date.now() + 60_000));
      rmSync(here("a/-dash"));
      rmSync(here("a/sub/deep"), { recursive: true });
      expect(await told(here("a"), there)).toMatchObject({ mirrored: 1 });
      expect(existsSync(join(server.files, "tree/-dash"))).toBe(true);
      const would = await ask("mirror", "--dry-run", "--delete", here("a"), there);
      expect(would.text.split("\n").filter((line) => line.startsWith("delete"))).toEqual([
        "delete sub/deep",
        "delete -dash",
      ]);
      expect(await told("--delete", here("a"), there)).toMatchObject({ mirrored: 0, deleted: 2 });
      expect(tree(join(server.files, "tree"))).toEqual(tree(here("a")));
      expect(await told("--delete", there, here("b"))).toMatchObject({ mirrored: 1, deleted: 2 });
      expect(tree(here("b"))).toEqual(tree(here("a")));

      // A cut in the middle leaves a partial, and the next mirror goes on with it.
      const content = readFileSync(here("a/big.bin"));
      rmSync(here("b/big.bin"));
      writeFileSync(here("b/.big.bin.part"), content.subarray(0, 4_000_000));
      expect(await told("--delete", there, here("b"))).toMatchObject({
        mirrored: 1,
        deleted: 0,
        octets: content.length - 4_000_000,
      });
      expect(tree(here("b"))).toEqual(tree(here("a")));

      expect((await ask("mv", `${there}/plain.txt`, "moved ü.txt")).code).toBe(0);
      expect((await ask("mkdir", "-p", `${there}/x/y/z`)).code).toBe(0);
      expect(statSync(join(server.files, "tree/x/y/z")).isDirectory()).toBe(true);
      expect((await ask("rm", `${there}/x`)).code).toBe(8);
      expect((await ask("rm", "-r", `${there}/x`)).code).toBe(0);
      expect((await ask("rm", `${there}/empty`)).code).toBe(0);
      const left = tree(join(server.files, "tree"));
      expect(left.some((line) => line.startsWith("moved ü.txt "))).toBe(true);
      expect(left.some((line) => line.startsWith("empty ") || line.startsWith("x/"))).toBe(false);
      const chmod = await ask("chmod", "600", `${there}/big.bin`);
      // vsftpd lets no anonymous user do it.
      if (peer.name.startsWith("vsftpd")) expect(chmod.code).toBe(8);
      else expect(statSync(join(server.files, "tree/big.bin")).mode & 0o777).toBe(0o600);

      mkdirSync(here("c"));
      const mget = await ask("mget", "--to", here("c"), `${there}/*.txt`);
      expect(mget.code).toBe(0);
      expect(tree(here("c")).map((line) => line.slice(0, -65))).toEqual([
        "100% [sure] #1?.txt",
        "moved ü.txt",
        "two words and a half.txt",
        "ünï — 日本.txt",
      ]);
      const mput = await ask("mput", here("a/big.bin"), here("a/two words and a half.txt"), `${server.url}/`);
      expect(mput.code).toBe(0);
      expect(digest(readFileSync(join(server.files, "big.bin")))).toBe(digest(content));

      // A link in the place of a folder leads nowhere: what the server has in it is not written there.
      mkdirSync(here("outside"));
      mkdirSync(here("d"));
      symlinkSync(here("outside"), here("d/sub"));
      const linked = await ask("mirror", there, here("d"));
      expect([linked.code, linked.errors]).toEqual([
        5,
        expect.stringContaining("a link stands where a folder"),
      ]);
      expect(tree(here("outside"))).toEqual([]);
    }, 240_000);
  });
}
