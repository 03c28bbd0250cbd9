/** Every dialogue to both mail engines, and the table of what differs: `MAIL-DIFFERENCES.md`, `mail-outcomes.json`. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DifferentialError } from "./differential-error.ts";
import { askMail } from "./mail-ask.ts";
import { mailCorpus } from "./mail-corpus.ts";
import { mailReasons } from "./mail-reasons.ts";
import { portOf, startApp } from "./server.ts";

export const MAIL_ENGINES = ["hand", "smtp-server"] as const;
export type MailEngine = (typeof MAIL_ENGINES)[number];

/** By the case's name, in the corpus' order. */
export type MailOutcomes = Readonly<Record<string, Readonly<Record<MailEngine, string>>>>;

export const mailGoldenFile = fileURLToPath(new URL("../mail-outcomes.json", import.meta.url));
export const mailTableFile = fileURLToPath(new URL("../MAIL-DIFFERENCES.md", import.meta.url));

const AT_ONCE = 20;

export async function compareMail(): Promise<MailOutcomes> {
  const [hand = [], library = []] = await Promise.all(MAIL_ENGINES.map(outcomesOf));
  return Object.fromEntries(
    mailCorpus.map(({ name }, at) => [name, { hand: hand[at] ?? "", "smtp-server": library[at] ?? "" }]),
  );
}

async function outcomesOf(engine: MailEngine): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "differential-"));
  const off = ["submission", "smtps", "pop3", "pop3s"].flatMap((name) => [`--${name}-port`, "off"]);
  const users = ["--user", "ann@a.test:secret", "--local-domain", "a.test", "--login-delay", "off"];
  await using app = await startApp("mail-relay", folder, [
    "--engine",
    engine,
    "--web-port",
    "0",
    ...off,
    ...users,
  ]);
  const ports = { smtp: portOf(app.ready, "smtp"), web: portOf(app.ready, "web") };
  const outcomes: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < mailCorpus.length; at = next++)
      outcomes[at] = await askMail(ports, `case-${at}@b.test`, mailCorpus[at]?.octets ?? "");
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

/** Throws DifferentialError "BAD_GOLDEN". */
export function readMailGolden(): MailOutcomes {
  const parsed: unknown = JSON.parse(readFileSync(mailGoldenFile, "utf8"));
  if (!isOutcomes(parsed))
    throw new DifferentialError("BAD_GOLDEN", `${mailGoldenFile} is not what --update writes`);
  return parsed;
}

function isOutcomes(value: unknown): value is MailOutcomes {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every(
    (one: unknown) => typeof one === "object" && one !== null && "hand" in one && "smtp-server" in one,
  );
}

export function mailDiffers(outcomes: MailOutcomes, name: string): boolean {
  return outcomes[name]?.hand !== outcomes[name]?.["smtp-server"];
}

export function mailTable(outcomes: MailOutcomes): string {
  const different = mailCorpus.filter(({ name }) => mailDiffers(outcomes, name));
  const same = mailCorpus.filter(({ name }) => !mailDiffers(outcomes, name));
  const rows = different.map(({ name }) => {
    const seen = outcomes[name];
    const reason = mailReasons[name];
    return `| ${cell(name)} | ${seen?.hand} | ${seen?.["smtp-server"]} | ${reason?.why} (${reason?.section}) |\n`;
  });
  const sameRows = same.map(
    ({ name, section }) => `| ${cell(name)} | ${outcomes[name]?.hand} | ${section} |\n`,
  );
  return `# Where our mail engine and smtp-server differ

Made by \`node tools/differential/dist/mail-main.js --update\` after \`npm run build\`; a test fails when a run sees
anything else. ${mailCorpus.length} dialogues went as the same octets to the mail relay, once with \`--engine hand\`, once
with \`--engine smtp-server\` (the library smtp-server), each on a connection of its own, behind EHLO, with QUIT behind it.
The numbers are the codes of the replies; *kept* is how many letters the mailbox held then, *cut off* that QUIT was not
answered any more. In ${same.length} cases both did the same, in ${different.length} they differ.

| said | hand | smtp-server | why |
|---|---|---|---|
${rows.join("")}
## The same by both

| said | replies | about |
|---|---|---|
${sameRows.join("")}`;
}

function cell(name: string): string {
  return name.startsWith("smuggling") ? `\`${name}\`` : name;
}
