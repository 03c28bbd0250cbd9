/** Rules on single modules: which room may touch sockets, a ready-made server, the disk. */
import { isBuiltin } from "node:module";
import type { Import } from "./scan.ts";
import { isPure, layerOf } from "./layers.ts";
import type { Violation } from "./violation.ts";
import type { SourceFile, Workspace } from "./workspace.ts";

const sockets = new Set(["net", "tls", "dgram"]);
/** These of node:net only look at a text. */
const looking = new Set(["isIP", "isIPv4", "isIPv6"]);
const engines = new Set(["http", "https", "http2", "smtp-server", "ftp-srv"]);
/** What of node:fs leaves the disk as it was. */
const reading =
  /^(access|exists|lstat|open|opendir|read|readdir|readFile|readlink|realpath|stat|watch|watchFile|createReadStream|constants|Stats|FSWatcher)(Sync)?$/;
/** The one file of a package that asks `mime`. */
const typing = /\/(content|media)-types?\.ts$/;

export function checkBorders(workspace: Workspace): Violation[] {
  return workspace.packages.flatMap((one) =>
    one.files
      .filter((file) => file.shipped)
      .flatMap((file) => file.imports.flatMap((entry) => checkImport(one.folder, file, entry))),
  );
}

/** An app brings its own engines; the one of node:http serves several apps and so lies below them. */
function hasEngines(folder: string): boolean {
  return layerOf(folder) === "app" || folder === "libs/web";
}

function checkImport(folder: string, file: SourceFile, entry: Import): Violation[] {
  const where = `${file.path}:${entry.line}`;
  const module = entry.specifier.replace(/^node:/, "");
  const layer = layerOf(folder);
  const inEngine = hasEngines(folder) && file.path.startsWith(`${folder}/src/engine/`);
  const found: Violation[] = [];
  if (isBuiltin(entry.specifier) && (isPure(folder) || folder === "libs/page")) {
    found.push({ rule: "pure", where, what: `imports ${entry.specifier}` });
  }
  if (layer === "tool" || layer === "peer") return found;
  // A library engine is built on the library's own sockets, accepted where ours are: before the library sees them.
  const harmless = inEngine || (entry.names.length > 0 && entry.names.every((name) => looking.has(name)));
  if (sockets.has(module) && folder !== "libs/socket-core" && !harmless) {
    found.push({ rule: "sockets", where, what: `imports ${entry.specifier}` });
  }
  if (engines.has(module) && !inEngine)
    found.push({ rule: "engines", where, what: `imports ${entry.specifier}` });
  if (module === "mime" && !typing.test(file.path)) {
    found.push({ rule: "mime", where, what: "imports mime; only content-type.ts or media-type.ts may" });
  }
  if (folder === "libs/socket-core" && /^fs(\/promises)?$/.test(module)) {
    const writing = entry.names.filter((name) => !reading.test(name));
    if (writing.length > 0)
      found.push({ rule: "writes", where, what: `takes ${writing.join(", ")} from node:fs` });
  }
  return found;
}
