/** Runs the FTP corpus against both engines. `--update` keeps what was seen; without it what has changed is shown (exit 1). */
import { runDialogues } from "./dialogues.ts";
import { ftpDialogues } from "./ftp-dialogues.ts";

process.exitCode = await runDialogues(ftpDialogues, process.argv.includes("--update"));
