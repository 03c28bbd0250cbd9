/**
 * What LIST answers (RFC 959 §4.1.3: "varies widely from system to system"): `ls -l` of Unix servers, and the form of
 * MS-DOS that IIS has. For servers without MLSD; sizes and names are exact, times are a hint.
 */

export interface ListedEntry {
  readonly type: "file" | "folder" | "link" | "other";
  readonly name: string;
  /** Octets; undefined where the line has none (folders of MS-DOS). */
  readonly size: number | undefined;
  /** ms since 1970, as if the server's clock showed UTC; to the minute or the day. */
  readonly modified: number | undefined;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number | undefined;
  /** Where a link leads, as the server says it. */
  readonly target: string | undefined;
}

/** One line without its end. `now`: ms since 1970; a date without a year is in the twelve months before. */
export function parseListLine(line: string, now: number): ListedEntry | undefined {
  return parseUnix(line, now) ?? parseDos(line);
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const KIND = /^([-dlbcps])([-r][-w][-xsS][-r][-w][-xsS][-r][-w][-xtT])[.+@]?$/;

/** Words in front of the name: mode, links, owner and group (with a few blanks in them), size, three of a date. */
const MAX_WORDS = 16;

/**
 * `-rw-r--r--   1 owner group   12 Nov 28 07:47 name`: owner and group may be missing, or hold blanks, so that the first
 * number with a date behind it is the size. Behind the date is exactly one blank.
 */
function parseUnix(line: string, now: number): ListedEntry | undefined {
  const words = wordsOf(line);
  const [, kind, bits] = KIND.exec(words[0]?.text ?? "") ?? [];
  if (kind === undefined || bits === undefined) return undefined;
  for (let at = 1; at + 2 < words.length; at++) {
    const size = words[at]?.text ?? "";
    const date = /^\d{1,15}$/.test(size) ? dateAt(words, at + 1, now) : undefined;
    if (date === undefined) continue;
    const said = line.slice(date.end + 1);
    const arrow = kind === "l" ? said.indexOf(" -> ") : -1;
    if (said === "") return undefined;
    return {
      type: kind === "-" ? "file" : kind === "d" ? "folder" : kind === "l" ? "link" : "other",
      name: arrow > 0 ? said.slice(0, arrow) : said,
      size: Number(size),
      modified: date.time,
      mode: modeOf(bits),
      target: arrow > 0 ? said.slice(arrow + 4) : undefined,
    };
  }
  return undefined;
}

interface Word {
  readonly text: string;
  /** Behind its last letter. */
  readonly end: number;
}

function wordsOf(line: string): readonly Word[] {
  const words: Word[] = [];
  for (const { 0: text, index } of line.matchAll(/[^ ]+/g)) {
    words.push({ text, end: index + text.length });
    if (words.length === MAX_WORDS) break;
  }
  return words;
}

interface ListedDate {
  readonly time: number | undefined;
  readonly end: number;
}

/** `Nov 28 07:47`, `Nov 28 2025`, `2025-11-28 07:47`. */
function dateAt(words: readonly Word[], at: number, now: number): ListedDate | undefined {
  const [first, second, third] = words.slice(at, at + 3);
  if (first === undefined || second === undefined) return undefined;
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(first.text);
  const clock = /^(\d\d?):(\d\d)(?::\d\d)?$/;
  if (iso !== null) {
    const [year = 0, month = 0, day = 0] = iso.slice(1).map(Number);
    const time = clock.exec(second.text);
    return time === null
      ? undefined
      : { time: timeOf(year, month, day, Number(time[1]), Number(time[2])), end: second.end };
  }
  const month = MONTHS.indexOf(first.text.toLowerCase()) + 1;
  if (month === 0 || !/^\d\d?$/.test(second.text) || third === undefined) return undefined;
  const day = Number(second.text);
  if (/^\d{4}$/.test(third.text))
    return { time: timeOf(Number(third.text), month, day, 0, 0), end: third.end };
  const time = clock.exec(third.text);
  if (time === null) return undefined;
  return { time: withoutYear(month, day, Number(time[1]), Number(time[2]), now), end: third.end };
}

function withoutYear(
  month: number,
  day: number,
  hour: number,
  minute: number,
  now: number,
): number | undefined {
  const year = new Date(now).getUTCFullYear();
  const time = timeOf(year, month, day, hour, minute);
  // `ls` shows the time of day only of the last six months; a day ahead is another time zone.
  return time === undefined || time > now + 86_400_000 ? timeOf(year - 1, month, day, hour, minute) : time;
}

/** `rwsr-xr-t` → 0o5755. */
function modeOf(bits: string): number {
  let mode = 0;
  for (const [index, letter] of [...bits].entries()) {
    if (letter !== "-" && letter !== "S" && letter !== "T") mode |= 0o400 >> index;
    if (/[sStT]/.test(letter)) mode |= [0o4000, 0o2000, 0o1000][Math.floor(index / 3)] ?? 0;
  }
  return mode;
}

/** `11-28-26  07:47AM       <DIR>          name`, or a size in place of `<DIR>`; IIS may write four digits of a year. */
const DOS =
  /^(\d\d)-(\d\d)-(\d\d|\d{4})\s+(\d\d):(\d\d)([AP]M)?\s+(<(?:DIR|JUNCTION|SYMLINKD?)>|\d+)\s(.*)$/s;

function parseDos(line: string): ListedEntry | undefined {
  const found = DOS.exec(line);
  if (found === null) return undefined;
  const [, month, day, year = "", hour, minute, half, what = "", behind = ""] = found;
  // `<DIR>` is followed by ten blanks, a size, which ends in its column, by one.
  const name = what.startsWith("<") ? behind.replace(/^ {1,9}/, "") : behind;
  if (name === "") return undefined;
  const full = year.length === 4 ? Number(year) : Number(year) + (Number(year) < 70 ? 2000 : 1900);
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === "PM" ? 12 : 0);
  return {
    type: what === "<DIR>" ? "folder" : what.startsWith("<") ? "link" : "file",
    name,
    size: what.startsWith("<") ? undefined : Number(what),
    modified: timeOf(full, Number(month), Number(day), hours, Number(minute)),
    mode: undefined,
    target: undefined,
  };
}

function timeOf(year: number, month: number, day: number, hour: number, minute: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59)
    return undefined;
  return date.setUTCHours(hour, minute);
}
