#!/usr/bin/env node
/** Options → engine → drain. */
import { runServer } from "@socketscope/host";
import { ftpSrv } from "./engine/ftp-srv.ts";
import { hand } from "./engine/hand.ts";
import { fileTransferOptions } from "./options.ts";
import { APP, startFileTransfer, VERSION } from "./server.ts";

const engines = { hand, "ftp-srv": ftpSrv } as const;

await runServer(
  {
    name: APP,
    version: VERSION,
    summary: "Files by FTP, FTP over TLS and SFTP, each user in a folder that cannot be left.",
    examples: [
      "file-transfer --user ann:secret --home /srv/files",
      "file-transfer --user ann:a --user bob:b --home '/srv/{user}' --require-tls",
      "file-transfer --anonymous /srv/public --passive-ports 50000-50099",
    ],
    options: fileTransferOptions,
  },
  (options, environs) => startFileTransfer(options, environs, engines),
);
