/** `npm start`: every server of this workspace in one terminal, from source. */
import { fileURLToPath } from "node:url";
import { start } from "./start.ts";

process.exitCode = await start(fileURLToPath(new URL("../../..", import.meta.url)), process.argv.slice(2));
