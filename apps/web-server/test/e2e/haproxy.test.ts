/** Behind a real haproxy: the app must take the client that the PROXY header names, in its log as in its pages. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort, programPath, realClient, Spawned, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { curlTrusting, type Curl } from "./support/curl.ts";
import { hashes, sha256 } from "./support/folder.ts";
import { ENGINE_NAMES, SCHEMES, start, type Scheme, type Started } from "./support/started.ts";

const WAYS = ["send-proxy", "send-proxy-v2"] as const;
type Way = (typeof WAYS)[number];

async function listening(port: number, haproxy: Spawned): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const probe = connect(port, "127.0.0.1");
    try {
      await once(probe, "connect");
      probe.destroy();
      return;
    } catch (error) {
      if (attempt > 2400) throw new TypeError(`haproxy does not answer: ${haproxy.stderr}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

describe.each(ENGINE_NAMES)("engine %s", (engine) => {
  realClient("haproxy", "curl", "openssl").describe("behind haproxy", () => {
    const folder = new TemporaryFolder("haproxy");
    const ports = new Map<string, number>();
    const key = (scheme: Scheme, way: Way): string => `${scheme} ${way}`;
    let site: Started;
    let curl: Curl;
    let haproxy: Spawned;

    beforeAll(async () => {
      site = await start(engine, ["--proxy-from", "127.0.0.1/32", "--access-log", "json"]);
      curl = curlTrusting(site.ca);
      const pairs = SCHEMES.flatMap((scheme) => WAYS.map((way) => ({ scheme, way })));
      const free = await Promise.all(pairs.map(() => freePort()));
      const proxies = pairs.map(({ scheme, way }, index) => {
        ports.set(key(scheme, way), free[index] ?? 0);
        const { host } = new URL(site.url(scheme));
        // In TCP mode TLS goes through untouched: the certificate that curl verifies is ours.
        return `listen ${scheme}-${way}\n  bind 127.0.0.1:${free[index]}\n  server one ${host} ${way}\n`;
      });
      const config = join(folder.path, "haproxy.cfg");
      const timeouts = ["connect", "client", "server"].map((name) => `  timeout ${name} 10s\n`).join("");
      writeFileSync(config, `defaults\n  mode tcp\n${timeouts}${proxies.join("")}`);
      haproxy = new Spawned(programPath("haproxy"), ["-db", "-f", config]);
      for (const port of ports.values()) await listening(port, haproxy);
    });
    afterAll(async () => {
      // SIGTERM is haproxy's hard stop; it then ends with 143 and not with 0.
      await haproxy?.stop();
      await site?.[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    });

    describe.each(SCHEMES)("over %s", (scheme) => {
      it.each(WAYS)("%s: the log names the client and its port, not the proxy's", async (way) => {
        const target = `/data.json?${scheme}-${way}`;
        const mine = await freePort();
        const { code, status, octets } = await curl([
          "--local-port",
          `${mine}`,
          `${scheme}://127.0.0.1:${ports.get(key(scheme, way))}${target}`,
        ]);
        expect([code, status, sha256(octets)]).toEqual([0, 200, hashes(site.root).get("data.json")]);
        const line = await site.app.process.line((text) => text.includes(target));
        expect(JSON.parse(line)).toMatchObject({
          remote: "127.0.0.1",
          port: mine,
          secure: scheme === "https",
          target,
        });
      });

      it("refuses who comes past haproxy, without a header", async () => {
        const { code, heads } = await curl([`${site.url(scheme)}/data.json`]);
        expect(code).not.toBe(0);
        expect(heads).toEqual([]);
      });
    });
  });
});
