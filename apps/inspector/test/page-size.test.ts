/** What a browser loads for the page: small enough for a phone in a room, and nothing from elsewhere. */
import { gzipSync } from "node:zlib";
import type { Request } from "@socketscope/web";
import { expect, it } from "vitest";
import { openPage } from "../src/page.ts";

it("is under 60 KB, compressed, with script and style", async () => {
  const page = await openPage(() => ({ status: 404 }));
  let octets = 0;
  for (const path of ["/", "/inspector.js", "/inspector.css"]) {
    const { status, content } = await page({ method: "GET", path } as Request);
    expect({ path, status }).toEqual({ path, status: 200 });
    octets += content instanceof Uint8Array ? gzipSync(content).length : Infinity;
  }
  expect(octets).toBeGreaterThan(10_000);
  expect(octets).toBeLessThan(60_000);
});
