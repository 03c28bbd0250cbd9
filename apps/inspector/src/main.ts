#!/usr/bin/env node
/** Options → inspector → drain. */
import { runServer } from "@socketscope/host";
import { inspectorOptions } from "./options.ts";
import { APP, startInspector, VERSION } from "./server.ts";

await runServer(
  {
    name: APP,
    version: VERSION,
    summary: "Shows every socket of the servers that run beside it, and explains every octet.",
    examples: ["inspector", "inspector --port 4700 --show-secrets"],
    options: inspectorOptions,
  },
  startInspector,
);
