/** `npm run rfc-index`: every RFC clause the code carries out, with its lines and its tests. `--help` says the options. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { toMarkdown } from "./markdown.ts";
import { buildIndex, readSources } from "./rfc-index.ts";

const help = `npm run -s rfc-index -- [options]
  --json         for programs: [{ rfc, section, code: [{ file, line, says }], tests: [{ file, line }], parts }]
  --rfc N        only this RFC; repeatable
  --untested     only clauses of which no test names any part`;

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rfc: { type: "string", multiple: true },
    untested: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(help);
else {
  const index = buildIndex(readSources(fileURLToPath(new URL("../../..", import.meta.url))));
  const entries = index.entries.filter(
    ({ rfc, tests, parts }) =>
      (values.rfc?.includes(rfc) ?? true) && !(values.untested && tests.length + parts.length > 0),
  );
  process.stdout.write(
    values.json ? `${JSON.stringify(entries, undefined, 2)}\n` : toMarkdown({ ...index, entries }),
  );
}
