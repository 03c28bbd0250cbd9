#!/usr/bin/env node
/** `npm run workshop`: lessons that see for themselves whether you have done them. */
import { fileURLToPath } from "node:url";
import { runOnce } from "@socketscope/host";
import { check, hint, list, next, reset, solution } from "./commands.ts";
import { doctor } from "./doctor.ts";
import { findLessons } from "./find.ts";
import type { Ground } from "./ground.ts";
import { type CommandName, workshopOptions } from "./options.ts";
import { facilitate } from "./room/facilitate.ts";
import { start } from "./start.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/[\\/]$/, "");

/** Columns of prose that are read with ease. */
const MAX_WIDTH = 100;

const commands: Readonly<Record<Exclude<CommandName, "start">, (ground: Ground) => Promise<number>>> = {
  list,
  check,
  hint,
  solution,
  next,
  reset,
  doctor,
};

await runOnce(
  {
    name: "workshop",
    version: "0.1.0",
    summary: "Lessons on sockets. They watch the wire, and see for themselves whether a step is done.",
    positionals: [
      { name: "COMMAND", help: "list, start, check, hint, solution, next, reset or doctor", optional: true },
      { name: "LESSON", help: "with start: 6, or 6.3 for its third step", optional: true },
    ],
    examples: [
      "workshop doctor",
      "workshop start 1",
      "workshop check",
      "workshop start 6.3",
      "workshop --room",
    ],
    options: workshopOptions,
  },
  async (options) => {
    const ground: Ground = {
      root,
      state: options.state,
      lessons: findLessons(root),
      color: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
      width: Math.min(process.stdout.isTTY ? process.stdout.columns : MAX_WIDTH, MAX_WIDTH),
      print: (text) => process.stdout.write(text),
    };
    if (options.room === undefined && options.command !== "start") return commands[options.command](ground);
    const stopped = new AbortController();
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stopped.abort());
    if (options.room !== undefined) return facilitate(ground, options.room, stopped.signal);
    const code = await start(ground, options, process.stdin, stopped.signal);
    process.stdin.destroy();
    return code;
  },
);
