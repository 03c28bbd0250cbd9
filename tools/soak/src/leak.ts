/** The control, loaded into a server: it keeps a descriptor and 4 MiB of each connection. A soak that passes then is worth nothing. */
import { subscribe } from "node:diagnostics_channel";
import { openSync } from "node:fs";

const OCTETS = 4 * 1024 * 1024;
const kept: unknown[] = [];

subscribe("net.server.socket", () => {
  kept.push(Buffer.alloc(OCTETS, 1), openSync("/dev/null", "r"));
});
