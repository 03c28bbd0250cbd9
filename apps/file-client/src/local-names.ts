/**
 * What a server calls its files is nobody's order: a name becomes one of a local file only when it is one name, in the
 * folder it is meant for.
 */
import { FileError } from "./errors.ts";

/** Devices of MS-DOS, whatever the ending. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** The name itself. Throws FileError "NAME" for one that would lead elsewhere, or that this system cannot have. */
export function localName(name: string, platform: string = process.platform): string {
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name))
    throw unsafe(name, "it would lead out of the target folder");
  if (/\p{Cs}/u.test(name)) throw unsafe(name, "it is no UTF-8");
  if (Buffer.byteLength(name) > MAX_NAME) throw unsafe(name, "it is too long");
  if (platform === "win32" && (/[\\:*?"<>|]|[. ]$/.test(name) || DEVICES.test(name)))
    throw unsafe(name, "this system cannot have it");
  return name;
}

/** Octets; NAME_MAX less what a partial file adds. */
const MAX_NAME = 255 - ".".length - ".part".length;

function unsafe(name: string, why: string): FileError {
  return new FileError("NAME", `the server calls a file ${JSON.stringify(name.slice(0, 120))}: ${why}`);
}
