/** The table of differences as Markdown, for people: `DIFFERENCES.md`. */
import { corpus } from "./corpus.ts";
import type { Golden } from "./golden.ts";
import { reasons } from "./reasons.ts";

export const differs = ({ outcomes }: Golden, name: string): boolean =>
  outcomes[name]?.hand !== outcomes[name]?.["node-http"];

export function differencesTable(golden: Golden): string {
  const different = corpus.filter(({ name }) => differs(golden, name));
  const same = corpus.filter(({ name }) => !differs(golden, name));
  const rows = different.map(({ name }) => {
    const seen = golden.outcomes[name];
    const reason = reasons[name];
    return `| ${name} | ${seen?.hand} | ${seen?.["node-http"]} | ${reason?.why} (${reason?.section}) |\n`;
  });
  const sameRows = same.map(
    ({ name, section }) => `| ${name} | ${golden.outcomes[name]?.hand} | ${section} |\n`,
  );
  return `# Where our engine and node:http differ

Made by \`node tools/differential/dist/main.js --update\` after \`npm run build\`; a test fails when a run sees anything
else. ${corpus.length} requests went as the same octets to the web server, once with \`--engine hand\`, once with
\`--engine node-http\` (Node ${golden.node}), each on a connection of its own with a probe behind it:
\`GET /probe.txt\` with \`Connection: close\`. \`200 probe\` means that the server found the probe where it began;
without it the connection was ended before. In ${same.length} cases both did the same, in ${different.length} they differ.

| asked | hand | node-http | why |
|---|---|---|---|
${rows.join("")}
## The same by both

| asked | answer | about |
|---|---|---|
${sameRows.join("")}`;
}
