/** Paths as text, before any disk is asked: nothing here knows about links. */

/** `path` as seen from the folder `from`: absolute. `.` and `..` stay in it, since a link may come before them. */
export function resolvePath(from: string, path: string): string {
  return path.startsWith("/") ? path : `${from === "/" ? "" : from}/${path}`;
}

/** The folder a name stands in, and the name: `/a/b/` is `b` in `/a`. The home itself has the name "". */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const trimmed = path.replace(/\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  return {
    folder: trimmed.slice(0, slash + 1).replace(/(?<=.)\/+$/, "") || "/",
    name: trimmed.slice(slash + 1),
  };
}
