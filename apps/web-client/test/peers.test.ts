/** Servers that others wrote. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort, realClient, Spawned, TemporaryFolder } from "@socketscope/testkit";
import { asked } from "./asked.ts";

/** Until it takes connections: neither server has a ready line. Bounded by the hook's timeout. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await wait(20);
  }
}

const servers: readonly (readonly [
  name: string,
  program: string,
  start: (folder: string, port: number) => Promise<string[]>,
])[] = [
  [
    "nginx",
    "nginx",
    async (folder, port) => {
      const config = join(folder, "nginx.conf");
      await writeFile(
        config,
        `${process.getuid?.() === 0 ? "user root; " : ""}daemon off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; gzip on; gzip_types *; ` +
          `client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; ` +
          `uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s; ` +
          `server { listen 127.0.0.1:${port}; root ${folder}/site; location = /moved { return 302 /film.bin; } } }`,
      );
      return ["-p", folder, "-c", config];
    },
  ],
  [
    "Caddy",
    "caddy",
    async (folder, port) => {
      const config = join(folder, "Caddyfile");
      await writeFile(
        config,
        `{\n admin off\n auto_https off\n}\nhttp://127.0.0.1:${port} {\n root * ${folder}/site\n encode gzip\n redir /moved /film.bin\n file_server\n}\n`,
      );
      return ["run", "--config", config, "--adapter", "caddyfile"];
    },
  ],
];

for (const [name, program, start] of servers) {
  realClient(program).describe(`against ${name}`, () => {
    const film = randomBytes(2_000_000);
    const text = "<p>the same again</p>".repeat(5000);
    const folder = new TemporaryFolder(name);
    let server: Spawned;
    let url = "";

    beforeAll(async () => {
      await mkdir(join(folder.path, "site"));
      await writeFile(join(folder.path, "site", "film.bin"), film);
      await writeFile(join(folder.path, "site", "page.html"), text);
      const port = await freePort();
      server = new Spawned(program, await start(folder.path, port), { env: { HOME: folder.path } });
      url = `http://127.0.0.1:${port}`;
      await listening(port);
    });
    afterAll(async () => {
      await server.stop("SIGTERM");
      folder[Symbol.dispose]();
    });

    it("fetches, in one piece and in parts", async () => {
      expect((await asked([`${url}/film.bin`])).output.equals(film)).toBe(true);
      expect((await asked(["-r", "-100", `${url}/film.bin`])).output.equals(film.subarray(-100))).toBe(true);
    });

    it("follows a redirect on the same connection", async () => {
      const { output, errors } = await asked(["-L", "--timings", "json", `${url}/moved`]);
      expect(output.equals(film)).toBe(true);
      expect(JSON.parse(errors)).toMatchObject({ url: `${url}/film.bin`, reused: true });
    });

    it("decodes", async () => {
      const { text: got } = await asked(["--compressed", "-i", `${url}/page.html`]);
      expect(got).toMatch(/content-encoding: gzip/i);
      expect(got.endsWith(text)).toBe(true);
    });

    it("is told what is not there", async () => {
      const { code, text: got } = await asked(["-f", `${url}/nowhere`]);
      expect([code, got]).toEqual([22, ""]);
    });
  });
}
