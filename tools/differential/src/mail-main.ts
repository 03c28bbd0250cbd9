/** Runs the mail corpus against both engines. `--update` keeps what was seen; without it what has changed is shown (exit 1). */
import { writeFileSync } from "node:fs";
import {
  compareMail,
  MAIL_ENGINES,
  mailDiffers,
  mailGoldenFile,
  mailTable,
  mailTableFile,
  readMailGolden,
} from "./mail-compare.ts";
import { mailReasons } from "./mail-reasons.ts";

const seen = await compareMail();
for (const [name, { hand, "smtp-server": library }] of Object.entries(seen))
  if (mailDiffers(seen, name) && mailReasons[name] === undefined)
    console.log(`no reason in mail-reasons.ts: ${name}: ${hand} / ${library}`);
if (process.argv.includes("--update")) {
  writeFileSync(mailGoldenFile, `${JSON.stringify(seen, undefined, 2)}\n`);
  writeFileSync(mailTableFile, mailTable(seen));
} else {
  const kept = readMailGolden();
  let changed = 0;
  for (const [name, outcomes] of Object.entries(seen))
    for (const engine of MAIL_ENGINES) {
      if (kept[name]?.[engine] === outcomes[engine]) continue;
      changed += 1;
      console.log(`${name}, ${engine}: was ${kept[name]?.[engine]}, is ${outcomes[engine]}`);
    }
  console.log(`${Object.keys(seen).length} cases, ${changed} changed`);
  process.exitCode = changed === 0 ? 0 : 1;
}
