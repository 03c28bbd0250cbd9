/** Paths on the server: absolute, parted by `/`, whatever the system there. */

/** `name` put behind `folder`. */
export function within(folder: string, name: string): string {
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}

/** What a person wrote, from the folder it is meant from: `.` and `..` are followed, doubled slashes are one. */
export function resolvePath(base: string, said: string): string {
  const parts: string[] = [];
  for (const part of (said.startsWith("/") ? said : `${base}/${said}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** `path` is `folder` or lies in it. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
