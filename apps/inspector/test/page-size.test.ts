/** What a browser loads for the page: small enough for a phone in a room, and nothing from elsewhere. */
import { gzipSync } from "node:zlib";
import type { Request } from "@socketscope/web";
import { expect, it } from "vitest";
import { openPage } from "../src/page.ts";

async function octetsOf(...paths: readonly string[]): Promise<number> {
  const page = await openPage(() => ({ status: 404 }));
  let octets = 0;
  for (const path of paths) {
    const { status, content } = await page({ method: "GET", path } as Request);
    expect({ path, status }).toEqual({ path, status: 200 });
    octets += content instanceof Uint8Array ? gzipSync(content).length : Infinity;
  }
  return octets;
}

it("is under 60 KB, compressed, with script and style", async () => {
  const octets = await octetsOf("/", "/inspector.js", "/inspector.css", "/line.js");
  expect(octets).toBeGreaterThan(10_000);
  expect(octets).toBeLessThan(60_000);
});

it("has under 30 KB more for who looks at rates", async () => {
  const octets = await octetsOf("/plot.js", "/plot.css");
  expect(octets).toBeGreaterThan(10_000);
  expect(octets).toBeLessThan(30_000);
});
