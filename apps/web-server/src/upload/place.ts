/** Where an upload may land: in the writable folder as it really is, under a name that can be asked for again. */
import { decodePath, PathError } from "@socketscope/http";
import { realpath, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { isHidden, type Problem } from "@socketscope/web";

export interface Place {
  /** Decoded path of the URL. */
  readonly path: string;
  /** Where the file is or will be; its folder is really inside the writable one. */
  readonly location: string;
}

/** A problem instead of a place: to be answered. */
export class NoPlace extends Error {
  override readonly name = "NoPlace";
  readonly code = "WEB_NO_PLACE";
  readonly problem: Problem;
  constructor(status: number, text: string, fields: readonly string[] = []) {
    super(text);
    this.problem = { status, text, fields };
  }
}

/** `path`: of the URL, still encoded. For a folder (a slash at the end) its `location` is the folder. Throws {@link NoPlace}. */
export async function findPlace(path: string, root: string, writable: string): Promise<Place> {
  const decoded = decodedPath(path);
  if (isHidden(decoded)) throw new NoPlace(403, "Names that begin with a dot are not taken.");
  const location = join(root, decoded);
  const folder = decoded.endsWith("/") ? location : dirname(location);
  const real = await realpath(folder).catch(() => undefined);
  // RFC 4918 §9.7.1 has the word for it, though this is no WebDAV: 409, the folder must be made first.
  if (real === undefined || !(await stat(real)).isDirectory())
    throw new NoPlace(409, "The folder is not there.");
  if (!isInside(real, await realpath(writable))) throw takesNone();
  return {
    path: decoded,
    location: decoded.endsWith("/") ? real : join(real, decoded.slice(decoded.lastIndexOf("/") + 1)),
  };
}

/** RFC 9110 §15.5.6: the methods that are left, as OPTIONS tells them there. */
function takesNone(): NoPlace {
  return new NoPlace(405, "This folder takes no uploads.", ["Allow", "GET, HEAD, OPTIONS"]);
}

function decodedPath(path: string): string {
  try {
    return decodePath(path);
  } catch (error) {
    if (error instanceof PathError) throw new NoPlace(400, `The address is malformed: ${error.message}.`);
    throw error;
  }
}

/** The folder itself counts. Both as `realpath` gives them. */
export function isInside(location: string, folder: string): boolean {
  const inner = relative(folder, location);
  return inner !== ".." && !inner.startsWith(`..${sep}`);
}

/** A name as a form sends it, for a file in a folder. Throws {@link NoPlace} for one that could mean something else. */
export function plainName(name: string): string {
  // Some browsers send the whole path of the disk the file was on.
  const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  if (last === "" || last.startsWith(".") || last.length > 255 || /[\p{Cc}\ufffd]/u.test(last)) {
    throw new NoPlace(400, "A file's name cannot be taken as it is.");
  }
  return last;
}
