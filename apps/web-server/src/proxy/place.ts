/** Whose path is whose: `/api/x` here is `/x` (or `/base/x`) there, and a Location from there leads back here. */
import type { Request } from "@socketscope/web";

export interface Place {
  /** Here, without a slash at its end. */
  readonly path: string;
  /** There, with the path that stands in its place. */
  readonly target: URL;
}

/** What to ask there; undefined when the path could leave what `path` stands for. */
export function targetOf({ path, query }: Request, place: Place): string | undefined {
  const below = path.slice(place.path.length);
  // RFC 3986 §5.2.4, §6.2.2.2: "." and ".." are steps, also when they are escaped: the other server may take them.
  if (below.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) return undefined;
  const there = base(place) + below;
  return `${there === "" ? "/" : there}${query === "" ? "" : `?${query}`}`;
}

/** RFC 9110 §10.2.2: a path of that server, or its whole URL, as a path of ours; others stay. `host`: our own authority. */
export function locationHere(location: string, place: Place, host: string | undefined): string {
  const absolute = /^https?:\/\/([^/?#]*)([^]*)$/i.exec(location);
  const [, authority, path = location] = absolute ?? [];
  if (authority !== undefined && authority !== place.target.host && authority !== host) return location;
  const there = base(place);
  if (!path.startsWith(`${there}/`) && path !== there) return location;
  // RFC 3986 §4.2: two slashes would name another host.
  if (absolute === null && path.startsWith("//")) return location;
  return `${place.path}${path.slice(there.length)}`;
}

function base({ target }: Place): string {
  return target.pathname.replace(/\/$/, "");
}
