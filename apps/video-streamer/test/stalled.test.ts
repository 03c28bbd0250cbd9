import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, stallReader, TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { SAMPLE_FOLDER } from "../src/sample-folder.ts";
import { ENGINES, serving } from "./serving.ts";

realClient("python3").describe("a viewer who takes nothing", () => {
  it.each(ENGINES)(
    "is cut off, and harms no other, engine %s",
    async (_name, engine) => {
      using folder = new TemporaryFolder();
      // Larger than all that the kernel swallows.
      const film = Buffer.concat(
        Array.from({ length: 200 }, () => readFileSync(join(SAMPLE_FOLDER, "sample-360p.mp4"))),
      );
      writeFileSync(join(folder.path, "long.mp4"), film);
      await using site = await serving({ media: folder.path }, engine, 1000);
      const { hostname, port } = new URL(site.origin);
      const request = "GET /media/long.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n";
      await using stalled = await stallReader({ host: hostname, port: Number(port) }, request);
      // Others go on meanwhile, and for longer than the time-out.
      const end = Date.now() + 2500;
      while (Date.now() < end) {
        const whole = await fetch(`${site.origin}/media/long.mp4`);
        expect((await whole.arrayBuffer()).byteLength).toBe(film.length);
      }
      const { octets } = await stalled.resume();
      expect(octets).toBeLessThan(film.length);
    },
    60_000,
  );
});
