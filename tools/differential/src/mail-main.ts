/** Runs the mail corpus against both engines. `--update` keeps what was seen; without it what has changed is shown (exit 1). */
import { runDialogues } from "./dialogues.ts";
import { mailDialogues } from "./mail-dialogues.ts";

process.exitCode = await runDialogues(mailDialogues, process.argv.includes("--update"));
