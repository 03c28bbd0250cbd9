/**
 * A line of LIST as `ls -l` writes it. RFC 959 §3.3.1 leaves the form open; clients read this one (EPLF and MS-DOS forms
 * beside it). Times are in UTC: a client cannot know another zone.
 */
import { oneLine } from "./replies.ts";

export interface ListedFile {
  readonly name: string;
  readonly type: "file" | "folder" | "link" | "other";
  /** Octets. */
  readonly size: number;
  /** ms since 1970. */
  readonly modified: number;
  /** The permission bits, 0o7777. */
  readonly mode: number;
  readonly links?: number;
  readonly owner?: string;
  readonly group?: string;
  /** Where a link leads, as it is shown. */
  readonly target?: string;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const LETTERS = { file: "-", folder: "d", link: "l", other: "?" } as const;
/** As POSIX `ls`: half a year. */
const RECENT_MS = (365.2425 * 86_400_000) / 2;

/** Without the line's end. No control character of a name or owner reaches the line. `now`: ms since 1970. */
export function formatListLine(file: ListedFile, now: number): string {
  const { name, type, size, mode, links = 1, owner = "owner", group = "group", target } = file;
  const left = `${LETTERS[type]}${formatMode(mode)} ${pad(links, 3)} ${word(owner)} ${word(group)}`;
  const shown = target === undefined ? oneLine(name) : `${oneLine(name)} -> ${oneLine(target)}`;
  return `${left} ${pad(size, 12)} ${formatDate(file.modified, now)} ${shown}`;
}

/** `rwxr-xr-x`, with s, S, t and T for the three bits above them. */
export function formatMode(mode: number): string {
  let text = "";
  for (const [shift, special, set, unset] of [
    [6, 0o4000, "s", "S"],
    [3, 0o2000, "s", "S"],
    [0, 0o1000, "t", "T"],
  ] as const) {
    const bits = mode >> shift;
    const executes = (bits & 1) !== 0;
    const last = (mode & special) === 0 ? (executes ? "x" : "-") : executes ? set : unset;
    text += `${(bits & 4) === 0 ? "-" : "r"}${(bits & 2) === 0 ? "-" : "w"}${last}`;
  }
  return text;
}

/** `Nov 28 07:47`, or with the year where it is more than half a year away. */
function formatDate(time: number, now: number): string {
  const date = new Date(Number.isFinite(time) ? Math.min(Math.max(time, -8.64e15), 8.64e15) : 0);
  const day = `${MONTHS[date.getUTCMonth()] ?? "Jan"} ${pad(date.getUTCDate(), 2)}`;
  const recent = time <= now && now - time < RECENT_MS;
  return recent ? `${day} ${date.toISOString().slice(11, 16)}` : `${day}  ${date.getUTCFullYear()}`;
}

/** Columns are parted by blanks: a blank in one would shift the others. */
function word(text: string): string {
  return oneLine(text).replaceAll(/\s/g, "_").padEnd(8) || "?";
}

function pad(number: number, width: number): string {
  return String(number).padStart(width);
}
