/** A file that went over the line, and its line in an xferlog: the format of wu-ftpd, which log readers know. */

export interface FtpTransfer {
  readonly user: string;
  readonly anonymous: boolean;
  /** Absolute, as the user sees it. */
  readonly path: string;
  readonly direction: "in" | "out";
  readonly representation: "A" | "I";
  /** That went over the line. */
  readonly octets: number;
  readonly ms: number;
  readonly complete: boolean;
  /** Of its control connection. */
  readonly host: string;
  readonly secure: boolean;
}

/**
 * `Sat Nov 28 08:26:00 2026 1 127.0.0.1 12 /a b _ o r ann ftp 0 * c`, with the blanks of a name as underscores. The time
 * is UTC. Without the line's end.
 */
export function xferlogLine(transfer: FtpTransfer, time: number): string {
  const { user, anonymous, path, direction, representation, octets, ms, complete, host } = transfer;
  const [, day = "", number = "", month = "", year = "", clock = ""] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(time).toUTCString()) ?? [];
  const at = `${day} ${month} ${String(Number(number)).padStart(2)} ${clock} ${year}`;
  const seconds = Math.max(1, Math.round(ms / 1000));
  return [
    at,
    seconds,
    host,
    octets,
    oneWord(path),
    representation === "A" ? "a" : "b",
    "_",
    direction === "in" ? "i" : "o",
    anonymous ? "a" : "r",
    oneWord(user),
    "ftp",
    0,
    "*",
    complete ? "c" : "i",
  ].join(" ");
}

/** No name can end the line or move a column. */
function oneWord(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, "_") || "_";
}
