#!/usr/bin/env node
/** Options → inspector → drain; or, with a first word, a command beside one that runs. */
import { runServer } from "@socketscope/host";
import { inspectorOptions } from "./options.ts";
import { APP, startInspector, VERSION } from "./server.ts";
import { exportFile } from "./terminal/export.ts";
import { record } from "./terminal/record.ts";
import { tail } from "./terminal/tail.ts";
import { top } from "./terminal/top.ts";

const commands: Readonly<Record<string, (version: string) => Promise<void>>> = {
  tail,
  top,
  record,
  export: exportFile,
};

const word = process.argv[2] ?? "";
const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
if (command !== undefined) {
  process.argv.splice(2, 1);
  await command(VERSION);
} else {
  // `replay FILE` is the inspector itself, with a recording in place of what runs.
  if (word === "replay") process.argv.splice(2, 1, "--replay");
  await runServer(
    {
      name: APP,
      version: VERSION,
      summary: "Shows every socket of the servers that run beside it, and explains every octet.",
      examples: [
        "inspector --port 4700",
        "inspector tail proto:smtp code:5xx",
        "inspector top",
        "inspector export talk.ndjson",
        "inspector record talk.ndjson",
        "inspector replay talk.ndjson --port 4701",
      ],
      options: inspectorOptions,
    },
    startInspector,
  );
}
