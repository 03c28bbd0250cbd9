/** What is said to both mail engines: `MAIL-DIFFERENCES.md`, `mail-outcomes.json`. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { patienceFor, type Dialogues } from "./dialogues.ts";
import { inOrder } from "./in-order.ts";
import { askMail } from "./mail-ask.ts";
import { mailCorpus } from "./mail-corpus.ts";
import { mailReasons } from "./mail-reasons.ts";
import { portOf, startApp } from "./server.ts";

const AT_ONCE = 20;

export const mailDialogues: Dialogues = {
  library: "smtp-server",
  cases: mailCorpus,
  reasons: mailReasons,
  goldenFile: fileURLToPath(new URL("../mail-outcomes.json", import.meta.url)),
  tableFile: fileURLToPath(new URL("../MAIL-DIFFERENCES.md", import.meta.url)),
  words: (same, different) => `# Where our mail engine and smtp-server differ

Made by \`node tools/differential/dist/mail-main.js --update\` after \`npm run build\`; a test fails when a run sees
anything else. ${mailCorpus.length} dialogues went as the same octets to the mail relay, once with \`--engine hand\`, once
with \`--engine smtp-server\` (the library smtp-server), each on a connection of its own, behind EHLO, with QUIT behind it.
The numbers are the codes of the replies; *kept* is how many letters the mailbox held then, *cut off* that QUIT was not
answered any more. In ${same} cases both did the same, in ${different} they differ.`,
  async ask(engine) {
    const folder = mkdtempSync(join(tmpdir(), "differential-"));
    const off = ["submission", "smtps", "pop3", "pop3s"].flatMap((name) => [`--${name}-port`, "off"]);
    const users = ["--user", "ann@a.test:secret", "--local-domain", "a.test", "--login-delay", "off"];
    const args = ["--engine", engine, "--web-port", "0", ...off, ...users];
    await using app = await startApp("mail-relay", folder, args);
    const ports = { smtp: portOf(app.ready, "smtp"), web: portOf(app.ready, "web") };
    return await inOrder(mailCorpus, AT_ONCE, ({ octets, waits }, at) =>
      askMail(ports, `case-${at}@b.test`, octets, patienceFor(waits)),
    );
  },
};
