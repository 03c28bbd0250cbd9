#!/usr/bin/env node
/** Options → engine → drain. */
import { runServer } from "@socketscope/host";
import { hand } from "./engine/hand.ts";
import { mailRelayOptions } from "./options.ts";
import { APP, startMailRelay, VERSION } from "./server.ts";

const engines = { hand } as const;

await runServer(
  {
    name: APP,
    version: VERSION,
    summary: "Takes mail by SMTP, shows it in an inbox, hands it out by POP3.",
    examples: [
      "mail-relay --port 2525 --web-port 8025",
      "mail-relay --no-capture --user ann@example.test:secret --local-domain example.test",
    ],
    options: mailRelayOptions,
  },
  (options, environs) => startMailRelay(options, environs, engines),
);
