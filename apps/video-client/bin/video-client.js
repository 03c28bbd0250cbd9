#!/usr/bin/env node
// npm links a program only when its file is there as it installs; what is built comes later.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write("video-client: not built yet: npm run build\n");
  process.exitCode = 1;
}
