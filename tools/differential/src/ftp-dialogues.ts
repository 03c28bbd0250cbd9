/** What is said to both FTP engines: `FTP-DIFFERENCES.md`, `ftp-outcomes.json`. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dialogues } from "./dialogues.ts";
import { askFtp } from "./ftp-ask.ts";
import { ftpCorpus } from "./ftp-corpus.ts";
import { ftpReasons } from "./ftp-reasons.ts";
import { inOrder } from "./in-order.ts";
import { portOf, startApp } from "./server.ts";

const AT_ONCE = 8;
const PASSWORD = "secret";

export const ftpDialogues: Dialogues = {
  library: "ftp-srv",
  cases: ftpCorpus,
  reasons: ftpReasons,
  goldenFile: fileURLToPath(new URL("../ftp-outcomes.json", import.meta.url)),
  tableFile: fileURLToPath(new URL("../FTP-DIFFERENCES.md", import.meta.url)),
  words: (same, different) => `# Where our FTP engine and ftp-srv differ

Made by \`node tools/differential/dist/ftp-main.js --update\` after \`npm run build\`; a test fails when a run sees
anything else. ${ftpCorpus.length} dialogues went as the same octets to the file transfer server, once with \`--engine hand\`, once
with \`--engine ftp-srv\` (the library ftp-srv), each over a connection and in a home of its own. The numbers are the codes
of the replies, in quotes stands what came over the data connection; behind the semicolon is what the home held then, with
sizes. *waits* and *closed* mean that no reply came. In ${same} cases both did the same, in ${different} they differ.`,
  async ask(engine) {
    const folder = mkdtempSync(join(tmpdir(), "differential-"));
    const off = ["implicit", "sftp", "web"].flatMap((name) => [`--${name}-port`, "off"]);
    const users = ftpCorpus.flatMap((_, at) => ["--user", `case-${at}:${PASSWORD}`]);
    const home = ["--login-delay", "off", "--home", join(folder, "{user}")];
    await using app = await startApp("file-transfer", folder, [
      "--engine",
      engine,
      ...off,
      ...home,
      ...users,
    ]);
    const port = portOf(app.ready, "ftp");
    return await inOrder(ftpCorpus, AT_ONCE, (one, at) => {
      const user = `case-${at}`;
      return askFtp({ port, user, password: PASSWORD, home: furnished(join(folder, user)) }, one);
    });
  },
};

function furnished(home: string): string {
  mkdirSync(join(home, "d"), { recursive: true });
  writeFileSync(join(home, "a.txt"), "hello");
  writeFileSync(join(home, "d", "in.txt"), "inside");
  return home;
}
