#!/usr/bin/env node
/** The first word → its command; each has options of its own and ends with its exit code. */
import { nearest } from "@socketscope/host";
import { commands } from "./commands.ts";
import { EXIT } from "./exit-code.ts";
import { runShell } from "./shell.ts";
import { isUrl } from "./url.ts";

const HELP = `Usage: file-client COMMAND [options] URL...
       file-client [URL]

Files over FTP, FTPS and SFTP, on sockets you can see.

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
} else if (word === undefined || word === "shell" || isUrl(word)) {
  if (word === "shell") process.argv.splice(2, 1);
  await runShell();
} else if (word === "--help" || word === "-h") process.stdout.write(HELP);
else {
  const meant = nearest(word, [...commands.keys(), "shell"]);
  const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  process.stderr.write(`file-client: unknown command ${JSON.stringify(word)}${hint}\n`);
  process.exitCode = EXIT.usage;
}
