// The control: a relay whose disk only says that it has written. Loaded by `node --import` before the relay.
import fs from "node:fs";
import { open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const done = (_descriptor, callback) => process.nextTick(callback, null);
fs.fsync = done;
fs.fdatasync = done;
fs.fsyncSync = () => undefined;
fs.fdatasyncSync = () => undefined;
const handle = await open("/dev/null", "r");
const prototype = Object.getPrototypeOf(handle);
prototype.sync = async () => undefined;
prototype.datasync = async () => undefined;
await handle.close();
syncBuiltinESMExports();
