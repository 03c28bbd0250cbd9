#!/usr/bin/env node
/** Options → engine → drain; or, with the word `queue`, a command to a relay that runs. */
import { runServer } from "@socketscope/host";
import { hand } from "./engine/hand.ts";
import { smtpServer } from "./engine/smtp-server.ts";
import { mailRelayOptions } from "./options.ts";
import { queueCommand } from "./queue-command.ts";
import { APP, startMailRelay, VERSION } from "./server.ts";

const engines = { hand, "smtp-server": smtpServer } as const;

if (process.argv[2] === "queue") {
  process.argv.splice(2, 1);
  await queueCommand(APP, VERSION);
} else {
  await runServer(
    {
      name: APP,
      version: VERSION,
      summary: "Takes mail by SMTP, shows it in an inbox, hands it out by POP3, relays it when asked to.",
      examples: [
        "mail-relay --port 2525 --web-port 8025",
        "mail-relay --no-capture --user ann@example.test:secret --local-domain example.test",
        "mail-relay --relay --route example.org=127.0.0.1:2526 --user ann@a.test:secret",
        "mail-relay queue list",
      ],
      options: mailRelayOptions,
    },
    (options, environs) => startMailRelay(options, environs, engines),
  );
}
