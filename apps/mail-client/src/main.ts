#!/usr/bin/env node
/** The first word → its command; each has options of its own and ends with its exit code. */
import { nearest } from "@socketscope/host";
import { EXIT } from "./exit-code.ts";
import { fetchMail } from "./fetch.ts";
import { sendMail } from "./send.ts";
import { verifyServer } from "./verify.ts";

const commands: Readonly<Record<string, { readonly help: string; readonly run: () => Promise<void> }>> = {
  send: { help: "send a message by SMTP", run: sendMail },
  fetch: { help: "read a mailbox by POP3", run: fetchMail },
  verify: { help: "what a mail server offers, how it behaves", run: verifyServer },
};

const HELP = `Usage: mail-client COMMAND [options]

Mail from the command line, on sockets you can see.

Commands:
${Object.entries(commands)
  .map(([name, { help }]) => `  ${name.padEnd(8)} ${help}`)
  .join("\n")}

mail-client COMMAND --help shows the options of one.

Example:
  mail-client send --to bob@example.test --text 'Hi Bob' --verbose
`;

const word = process.argv[2];
const command = word !== undefined && Object.hasOwn(commands, word) ? commands[word] : undefined;
if (command !== undefined) {
  // What is left is the command's own command line.
  process.argv.splice(2, 1);
  await command.run();
} else if (word === "--help" || word === "-h") process.stdout.write(HELP);
else {
  const meant = word === undefined ? undefined : nearest(word, Object.keys(commands));
  const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  process.stderr.write(
    word === undefined ? HELP : `mail-client: unknown command ${JSON.stringify(word)}${hint}\n`,
  );
  process.exitCode = EXIT.usage;
}
