/** Names and paths as a peer says them, judged before any disk is asked. */
import { decodeName, encodeName } from "@socketscope/wire";
import type { DiskPath } from "./disk.ts";
import { problem } from "./problems.ts";

/** The folder of hidden partials. No peer can name it or sees it, wherever it stands. */
export const PARTIALS = ".socketscope-partials";

export interface NameLimits {
  /** Octets of a path. */
  readonly pathOctets: number;
  /** Octets of one name. */
  readonly nameOctets: number;
}

export interface Path {
  /** Without empty ones and `.`; `..` is still there, since what is before it may be a link. */
  readonly names: readonly string[];
  /** It ended in `/`, `/.`: whatever it is has to be a folder, and a link there is followed. */
  readonly folder: boolean;
}

/** Throws "bad-name" and "name-too-long". */
export function readPath(path: string, limits: NameLimits): Path {
  // A code unit is an octet at least: what is longer need not be looked through.
  if (path.length > limits.pathOctets) throw problem("name-too-long");
  const parts = path.split("/");
  const names = parts.filter((name) => name !== "" && name !== ".");
  let octets = 0;
  for (const name of names) octets += checkName(name, limits) + 1;
  if (octets > limits.pathOctets) throw problem("name-too-long");
  const last = parts.at(-1);
  return { names, folder: last === "" || last === "." };
}

/** Octets of the name. Any octet but NUL and `/` may stand in one: a file system's names are no text. */
function checkName(name: string, limits: NameLimits): number {
  const octets = name.length > limits.nameOctets ? undefined : encodeName(name);
  if (octets === undefined) throw problem(name.length > limits.nameOctets ? "name-too-long" : "bad-name");
  if (octets.length > limits.nameOctets) throw problem("name-too-long");
  if (name.includes("\0") || name === PARTIALS) throw problem("bad-name");
  return octets.length;
}

/** `folder` is a path of ours and plain; `name` one that went through `readPath`, or came from the disk. */
export function join(folder: string, name: string): DiskPath {
  if (!/\p{Cs}/u.test(name)) return `${folder}/${name}`;
  return Buffer.concat([Buffer.from(`${folder}/`), encodeName(name) ?? Buffer.alloc(0)]);
}

/** The text of a name or of a link's target as the disk gives it. */
export function nameOf(octets: Buffer): string {
  const text = octets.toString("utf8");
  // U+FFFD stands for what is no UTF-8, or for itself.
  return text.includes("\ufffd") ? decodeName(octets) : text;
}
