/**
 * What real programs cannot do behind the ftp-srv library: each is a test of clients.test.ts that fails there, and must (if
 * the library is mended, the test says so). The README shows this table.
 */

const QUOTE = "a quote in a name is lost";

export const failsBehindFtpSrv: Readonly<Record<string, string>> = {
  "curl: makes folders, renames, sets times, deletes": "it has no MFMT",
  "curl: is told hashes of what it stored": "it has no XMD5, no XCRC and no HASH",
  "curl: converts line ends where it is asked to": "it takes TYPE A and converts nothing",
  "lftp: mirrors both ways, in clear": QUOTE,
  "lftp: mirrors both ways, active": QUOTE,
  "lftp: mirrors both ways, by MLSD": `${QUOTE}, and it has no MLSD`,
  "lftp: mirrors both ways, in MODE Z": "it has no MODE Z",
  "wget: fetches a tree, in clear and under TLS":
    "under TLS it says 150 behind the data connection's handshake, which wget begins at 150",
  "Python's ftplib: does all it can, in clear": "it has no MLSD",
  "basic-ftp: stores and fetches a tree, in clear": QUOTE,
};

/**
 * AUTH TLS: its 234 leaves before it is ready for the handshake, and takes a ClientHello that comes at once for commands.
 * Half of all logins fail by that, any of them: no test can ask for either.
 */
export function isChance(way: string): boolean {
  return /^AUTH TLS|under TLS$/.test(way);
}
const CHANCE =
  "| every second login by AUTH TLS, of any program | its 234 leaves before it is ready for the handshake (chance: not tried in the suite) |\n";

/** As it stands in the README. */
export function readmeTable(): string {
  const rows = Object.entries(failsBehindFtpSrv).map(([what, why]) => `| ${what} | ${why} |\n`);
  return `| fails behind ftp-srv | because |\n|---|---|\n${rows.join("")}${CHANCE}`;
}
