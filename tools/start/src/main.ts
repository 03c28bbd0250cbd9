/**
 * `npm start`: every server of the workspace from source, in one terminal. Ctrl-C drains them all; one that dies
 * takes the others down with it and is named. `npm start -- web-server` starts only what is named.
 */
import { fileURLToPath } from "node:url";
import { serversIn, startAll } from "./start.ts";

const workspace = fileURLToPath(new URL("../../../", import.meta.url));
const servers = serversIn(workspace);
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !servers.includes(name));
if (unknown === undefined) {
  process.exitCode = await startAll({
    workspace,
    apps: asked.length === 0 ? servers : asked,
    out: process.stdout,
    err: process.stderr,
  });
} else {
  process.stderr.write(`start: there is no server "${unknown}"; there are: ${servers.join(", ")}\n`);
  process.exitCode = 2;
}
