// The control: a relay whose disk only says that it has written. Loaded by `node --import` before the relay.
import fs from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const done = (_descriptor, callback) => process.nextTick(callback, null);
fs.fsync = done;
fs.fdatasync = done;
fs.fsyncSync = () => undefined;
fs.fdatasyncSync = () => undefined;
// Bound now: the name itself will mean what replaces it.
const { open } = promises;
promises.open = (path, flags, mode) =>
  open(path, typeof flags === "number" ? flags & ~fs.constants.O_DSYNC : flags, mode);
const handle = await open("/dev/null", "r");
const prototype = Object.getPrototypeOf(handle);
prototype.sync = async () => undefined;
prototype.datasync = async () => undefined;
await handle.close();
syncBuiltinESMExports();
