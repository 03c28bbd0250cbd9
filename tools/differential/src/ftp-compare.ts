/** Every dialogue to both FTP engines, and the table of what differs: `FTP-DIFFERENCES.md`, `ftp-outcomes.json`. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DifferentialError } from "./differential-error.ts";
import { askFtp } from "./ftp-ask.ts";
import { ftpCorpus } from "./ftp-corpus.ts";
import { ftpReasons } from "./ftp-reasons.ts";
import { portOf, startApp } from "./server.ts";

export const FTP_ENGINES = ["hand", "ftp-srv"] as const;
export type FtpEngine = (typeof FTP_ENGINES)[number];

/** By the case's name, in the corpus' order. */
export type FtpOutcomes = Readonly<Record<string, Readonly<Record<FtpEngine, string>>>>;

export const ftpGoldenFile = fileURLToPath(new URL("../ftp-outcomes.json", import.meta.url));
export const ftpTableFile = fileURLToPath(new URL("../FTP-DIFFERENCES.md", import.meta.url));

const AT_ONCE = 8;
const PASSWORD = "secret";

export async function compareFtp(): Promise<FtpOutcomes> {
  const [hand = [], library = []] = await Promise.all(FTP_ENGINES.map(outcomesOf));
  return Object.fromEntries(
    ftpCorpus.map(({ name }, at) => [name, { hand: hand[at] ?? "", "ftp-srv": library[at] ?? "" }]),
  );
}

async function outcomesOf(engine: FtpEngine): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "differential-"));
  const users = ftpCorpus.flatMap((_, at) => ["--user", `case-${at}:${PASSWORD}`]);
  await using app = await startApp("file-transfer", folder, [
    "--engine",
    engine,
    "--implicit-port",
    "off",
    "--sftp-port",
    "off",
    "--web-port",
    "off",
    "--login-delay",
    "off",
    "--home",
    join(folder, "{user}"),
    ...users,
  ]);
  const port = portOf(app.ready, "ftp");
  const outcomes: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < ftpCorpus.length; at = next++) {
      const user = `case-${at}`;
      const home = join(folder, user);
      prepare(home);
      const one = ftpCorpus[at];
      if (one !== undefined) outcomes[at] = await askFtp({ port, user, password: PASSWORD, home }, one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

function prepare(home: string): void {
  mkdirSync(join(home, "d"), { recursive: true });
  writeFileSync(join(home, "a.txt"), "hello");
  writeFileSync(join(home, "d", "in.txt"), "inside");
}

/** Throws DifferentialError "BAD_GOLDEN". */
export function readFtpGolden(): FtpOutcomes {
  const parsed: unknown = JSON.parse(readFileSync(ftpGoldenFile, "utf8"));
  if (!isOutcomes(parsed))
    throw new DifferentialError("BAD_GOLDEN", `${ftpGoldenFile} is not what --update writes`);
  return parsed;
}

function isOutcomes(value: unknown): value is FtpOutcomes {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every(
    (one: unknown) => typeof one === "object" && one !== null && "hand" in one && "ftp-srv" in one,
  );
}

export function ftpDiffers(outcomes: FtpOutcomes, name: string): boolean {
  return outcomes[name]?.hand !== outcomes[name]?.["ftp-srv"];
}

export function ftpTable(outcomes: FtpOutcomes): string {
  const different = ftpCorpus.filter(({ name }) => ftpDiffers(outcomes, name));
  const same = ftpCorpus.filter(({ name }) => !ftpDiffers(outcomes, name));
  const rows = different.map(({ name }) => {
    const seen = outcomes[name];
    const reason = ftpReasons[name];
    return `| ${cell(name)} | ${cell(seen?.hand ?? "")} | ${cell(seen?.["ftp-srv"] ?? "")} | ${reason?.why} (${reason?.section}) |\n`;
  });
  const sameRows = same.map(
    ({ name, section }) => `| ${cell(name)} | ${cell(outcomes[name]?.hand ?? "")} | ${section} |\n`,
  );
  return `# Where our FTP engine and ftp-srv differ

Made by \`node tools/differential/dist/ftp-main.js --update\` after \`npm run build\`; a test fails when a run sees
anything else. ${ftpCorpus.length} dialogues went as the same octets to the file transfer server, once with \`--engine hand\`, once
with \`--engine ftp-srv\` (the library ftp-srv), each over a connection and in a home of its own. The numbers are the codes
of the replies, in quotes stands what came over the data connection; behind the semicolon is what the home held then, with
sizes. *waits* and *closed* mean that no reply came. In ${same.length} cases both did the same, in ${different.length} they differ.

| said | hand | ftp-srv | why |
|---|---|---|---|
${rows.join("")}
## The same by both

| said | replies | about |
|---|---|---|
${sameRows.join("")}`;
}

/** A column ends at a bar. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
