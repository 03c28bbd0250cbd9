/** The web server: files put and got under TLS, and many small requests at once. */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, sha256, sha256Of } from "../client.ts";
import { SoakError } from "../soak-error.ts";
import { count, type Load, type Room } from "./load.ts";

/** Files that stay: later rounds write over them. */
const KEPT = 20;

export function webLoads({ folder, apps }: Room): Load[] {
  const app = apps["web-server"];
  const site = join(folder, "site");
  return [
    {
      app: app.name,
      title: "files put and got by curl under TLS, in octets alike",
      async round(number) {
        const octets = randomBytes(300_000 + (number % 7) * 100_000);
        const name = `${number % KEPT}.bin`;
        const file = join(folder, "put.bin");
        await writeFile(file, octets);
        const url = `https://127.0.0.1:${app.port("https")}/inbox/${name}`;
        const curl = ["-sS", "--fail", "--cacert", app.ca];
        await run("curl", ...curl, "-o", "/dev/null", "-T", file, url);
        const got = await run("curl", ...curl, url);
        const sent = sha256(octets);
        return count([(await sha256Of(join(site, "inbox", name))) === sent, sha256(got) === sent]);
      },
    },
    {
      app: app.name,
      title: "requests by wrk, 20 connections, answered 2xx",
      async round() {
        const said = String(
          await run("wrk", "-t1", "-c20", "-d1s", `http://127.0.0.1:${app.port("http")}/small`),
        );
        const requests = Number(/(\d+) requests in/.exec(said)?.[1]);
        if (!(requests > 0)) throw new SoakError("CLIENT", `wrk: ${said.slice(0, 300)}`);
        const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(said)?.[1] ?? 0);
        const broken =
          /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(said) ?? [];
        const lost = broken.slice(1).reduce((sum, one) => sum + Number(one), refused);
        return { sent: requests + lost - refused, found: requests - refused };
      },
    },
  ];
}
