#!/usr/bin/env node
/** The first word → its command; each has options of its own and ends with its exit code. */
import { nearest } from "@socketscope/host";
import { commands } from "./commands.ts";
import { EXIT } from "./exit-code.ts";

const HELP = `Usage: file-client COMMAND [options] URL...

Files over FTP and FTPS, on sockets you can see.

Commands:
${[...commands].map(([name, { help }]) => `  ${name.padEnd(7)} ${help}`).join("\n")}

file-client COMMAND --help shows the options of one.

Example:
  file-client get ftp://127.0.0.1:2121/film.mp4
`;

const word = process.argv[2];
const command = commands.get(word ?? "");
if (command !== undefined) {
  // What is left is the command's own command line.
  process.argv.splice(2, 1);
  await command.program();
} else if (word === "--help" || word === "-h") process.stdout.write(HELP);
else {
  const meant = word === undefined ? undefined : nearest(word, [...commands.keys()]);
  const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  process.stderr.write(
    word === undefined ? HELP : `file-client: unknown command ${JSON.stringify(word)}${hint}\n`,
  );
  process.exitCode = EXIT.usage;
}
