#!/usr/bin/env node
/** Options → engine → drain. */
import { runOnce, runServer, type CommandLine } from "@socketscope/host";
import { ftpSrv } from "./engine/ftp-srv.ts";
import { hand } from "./engine/hand.ts";
import { fileTransferOptions, type FileTransferOptions } from "./options.ts";
import { APP, startFileTransfer, VERSION } from "./server.ts";
import { stdioSession } from "./ssh/stdio.ts";

const engines = { hand, "ftp-srv": ftpSrv } as const;

const line: CommandLine<FileTransferOptions> = {
  name: APP,
  version: VERSION,
  summary: "Files by FTP, FTP over TLS and SFTP, each user in a folder that cannot be left.",
  examples: [
    "file-transfer --user ann:secret --home /srv/files",
    "file-transfer --user ann:a --user bob:b --home '/srv/{user}' --require-tls",
    "file-transfer --anonymous /srv/public --passive-ports 50000-50099",
    "sftp -D 'file-transfer --stdio --home /srv/files'",
  ],
  options: fileTransferOptions,
};

if (process.argv.includes("--stdio")) await runOnce(line, stdioSession);
else await runServer(line, (options, environs) => startFileTransfer(options, environs, engines));
