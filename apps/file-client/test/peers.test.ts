/// <reference lib="esnext.disposable" />
/** Single files there and back, with servers that we did not write. */
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { needing, TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { asked, digest, octets } from "./asked.ts";
import { peers } from "./servers.ts";

for (const peer of peers) {
  needing(peer.missing).describe(`with ${peer.name}`, () => {
    it("put, ls, get, cat: the same octets, resumed where an earlier try ended", async () => {
      await using server = await peer.start();
      using folder = new TemporaryFolder("file-client");
      const here = (name: string): string => join(folder.path, name);
      const ask = (command: string, ...words: readonly string[]) =>
        asked([command, ...server.options, ...words]);
      const content = octets(3_000_017, 1);
      writeFileSync(here("a b ü.bin"), content);

      const put = await ask("put", here("a b ü.bin"), `${server.url}/`);
      expect([put.code, put.errors.replace(/^first time here.*\n/, "")]).toEqual([0, ""]);
      expect(digest(readFileSync(join(server.files, "a b ü.bin")))).toBe(digest(content));
      // Times are kept, both ways.
      const { mtimeMs } = statSync(here("a b ü.bin"));
      const kept = statSync(join(server.files, "a b ü.bin")).mtimeMs;
      expect(Math.abs(kept - mtimeMs)).toBeLessThan(2000);

      const ls = await ask("ls", "--json", `${server.url}/`);
      expect(JSON.parse(ls.text)).toMatchObject({ name: "a b ü.bin", type: "file", size: content.length });

      const get = await ask("get", `${server.url}/a%20b%20ü.bin`, here("back.bin"));
      expect([get.code, get.errors]).toEqual([0, ""]);
      expect(digest(readFileSync(here("back.bin")))).toBe(digest(content));
      expect(readdirSync(folder.path)).not.toContain(".back.bin.part");

      // A partial of an earlier try, and one of another file.
      writeFileSync(here(".again.bin.part"), content.subarray(0, 1_000_000));
      const again = await ask("get", "--json", `${server.url}/a b ü.bin`, here("again.bin"));
      expect(JSON.parse(again.text)).toMatchObject({ size: content.length, from: 1_000_000 });
      expect(digest(readFileSync(here("again.bin")))).toBe(digest(content));
      writeFileSync(here(".other.bin.part"), octets(1_000_000, 99));
      const other = await ask("get", "--json", `${server.url}/a b ü.bin`, here("other.bin"));
      expect(JSON.parse(other.text)).toMatchObject({ size: content.length, from: 0 });
      expect(digest(readFileSync(here("other.bin")))).toBe(digest(content));

      // What is there of an earlier upload, and what is another file.
      truncateSync(join(server.files, "a b ü.bin"), 1_234_567);
      const rest = await ask("put", "--json", here("a b ü.bin"), `${server.url}/a b ü.bin`);
      expect(JSON.parse(rest.text)).toMatchObject({ from: 1_234_567 });
      expect(digest(readFileSync(join(server.files, "a b ü.bin")))).toBe(digest(content));
      writeFileSync(join(server.files, "a b ü.bin"), octets(4321, 5));
      chmodSync(join(server.files, "a b ü.bin"), 0o666);
      const whole = await ask("put", "--json", here("a b ü.bin"), `${server.url}/a b ü.bin`);
      expect(JSON.parse(whole.text)).toMatchObject({ from: 0 });
      expect(digest(readFileSync(join(server.files, "a b ü.bin")))).toBe(digest(content));

      const cat = await ask("cat", `${server.url}/a b ü.bin`);
      expect(digest(cat.output)).toBe(digest(content));

      const missing = await ask("get", `${server.url}/nothing`, here("nothing"));
      expect([missing.code, existsSync(here("nothing")), existsSync(here(".nothing.part"))]).toEqual([
        8,
        false,
        false,
      ]);
    });
  });
}
