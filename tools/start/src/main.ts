/** `npm start`: every server in one terminal: the sources here, what was built of them in a bundle. */
import { fileURLToPath } from "node:url";
import { start } from "./start.ts";

process.exitCode = await start(fileURLToPath(new URL("../../..", import.meta.url)), process.argv.slice(2));
