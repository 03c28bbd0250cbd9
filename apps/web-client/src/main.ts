#!/usr/bin/env node
/** Options → transfers → exit code. */
import { runOnce } from "@socketscope/host";
import { webClientOptions } from "./options.ts";
import { run, VERSION } from "./run.ts";

await runOnce(
  {
    name: "web-client",
    version: VERSION,
    summary: "Fetches and sends over HTTP, server-sent events and WebSocket, on sockets you can see.",
    positionals: [{ name: "URL", help: "http://, https://, ws:// or wss://", repeatable: true }],
    examples: [
      "web-client -v http://127.0.0.1:8080/",
      "web-client --ca ca.pem -L -O https://127.0.0.1:8443/film.mp4",
      "web-client -T report.pdf --timings json http://127.0.0.1:8080/inbox/",
      "web-client ws://127.0.0.1:8080/chat",
    ],
    options: webClientOptions,
  },
  (options) => run(options, process),
);
