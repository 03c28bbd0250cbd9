#!/usr/bin/env node
/** Options → engine → drain. */
import { runServer } from "@socketscope/host";
import { hand, nodeHttp } from "@socketscope/web/engine";
import { webServerOptions } from "./options.ts";
import { APP, startWebServer, VERSION } from "./server.ts";

const engines = { hand, "node-http": nodeHttp } as const;

await runServer(
  {
    name: APP,
    version: VERSION,
    summary: "Serves a folder over HTTP and HTTPS, from sockets you can see through.",
    examples: [
      "web-server --root ./public --port 8080",
      "web-server --root ./public --writable ./public/inbox --auth users.htpasswd",
      "web-server --proxy /api=http://127.0.0.1:3000 --spa --root ./dist",
    ],
    options: webServerOptions,
  },
  (options, environs) => startWebServer(options, environs, engines),
);
