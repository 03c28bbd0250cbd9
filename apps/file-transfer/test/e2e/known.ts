/**
 * What real programs cannot do behind the ftp-srv library: each is a test of clients.test.ts that fails there, and must (if
 * the library is mended, the test says so). The README shows this table.
 */

const QUOTE = "a quote in a name is lost";
const RACE = "its answer to AUTH TLS and the handshake overtake each other";

export const failsBehindFtpSrv: Readonly<Record<string, string>> = {
  "curl: makes folders, renames, sets times, deletes": "it has no MFMT",
  "curl: is told hashes of what it stored": "it has no XMD5, no XCRC and no HASH",
  "curl: converts line ends where it is asked to": "it takes TYPE A and converts nothing",
  "lftp: mirrors both ways, in clear": QUOTE,
  "lftp: mirrors both ways, active": QUOTE,
  "lftp: mirrors both ways, by MLSD": `${QUOTE}, and it has no MLSD`,
  "lftp: mirrors both ways, in MODE Z": "it has no MODE Z",
  "lftp: mirrors both ways, under TLS": RACE,
  "lftp: mirrors both ways, active under TLS": RACE,
  "wget: fetches a tree, in clear and under TLS":
    "under TLS it says 150 behind the data connection's handshake, which wget begins at 150",
  "Python's ftplib: does all it can, in clear": "it has no MLSD",
  "Python's ftplib: does all it can, under TLS": RACE,
  "basic-ftp: stores and fetches a tree, TLS false": QUOTE,
  "basic-ftp: stores and fetches a tree, TLS true": QUOTE,
};

/** As it stands in the README. */
export function readmeTable(): string {
  const rows = Object.entries(failsBehindFtpSrv).map(([what, why]) => `| ${what} | ${why} |\n`);
  return `| fails behind ftp-srv | because |\n|---|---|\n${rows.join("")}`;
}
