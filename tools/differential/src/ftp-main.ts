/** Runs the FTP corpus against both engines. `--update` keeps what was seen; without it what has changed is shown (exit 1). */
import { writeFileSync } from "node:fs";
import {
  compareFtp,
  FTP_ENGINES,
  ftpDiffers,
  ftpGoldenFile,
  ftpTable,
  ftpTableFile,
  readFtpGolden,
} from "./ftp-compare.ts";
import { ftpReasons } from "./ftp-reasons.ts";

const seen = await compareFtp();
for (const [name, { hand, "ftp-srv": library }] of Object.entries(seen))
  if (ftpDiffers(seen, name) && ftpReasons[name] === undefined)
    console.log(`no reason in ftp-reasons.ts: ${name}: ${hand} / ${library}`);
if (process.argv.includes("--update")) {
  writeFileSync(ftpGoldenFile, `${JSON.stringify(seen, undefined, 2)}\n`);
  writeFileSync(ftpTableFile, ftpTable(seen));
} else {
  const kept = readFtpGolden();
  let changed = 0;
  for (const [name, outcomes] of Object.entries(seen))
    for (const engine of FTP_ENGINES) {
      if (kept[name]?.[engine] === outcomes[engine]) continue;
      changed += 1;
      console.log(`${name}, ${engine}: was ${kept[name]?.[engine]}, is ${outcomes[engine]}`);
    }
  console.log(`${Object.keys(seen).length} cases, ${changed} changed`);
  process.exitCode = changed === 0 ? 0 : 1;
}
