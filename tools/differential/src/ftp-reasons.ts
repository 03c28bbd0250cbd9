/** Why the FTP engines differ, one plain sentence for each difference. A difference without one fails the test. */
import type { Reason } from "./reasons.ts";

/** Reasons, each with the cases it stands for. */
const table: readonly (readonly [Reason, readonly string[]])[] = [
  [
    {
      why: "What came behind AUTH TLS in the clear may be somebody else's: ours drops it and ends the connection, the library carries it out.",
      section: "RFC 4217 §4",
    },
    ["commands behind AUTH TLS in the clear"],
  ],
  [
    {
      why: "A command goes from one CRLF to the next, wherever segments end; the library takes each segment for whole commands.",
      section: "RFC 959 §5.3",
    },
    ["a command in two segments", "a command that ends in LF"],
  ],
  [
    {
      why: "Telnet's signals before ABOR are taken out; the library takes them for letters of the command.",
      section: "RFC 959 §4.1.3",
    },
    ["Telnet's IP and SYNCH before ABOR"],
  ],
  [
    {
      why: "An empty line, NUL and a line without end are faults of the client and are told; the library skips, knows or takes them.",
      section: "RFC 959 §5.3",
    },
    ["an empty line", "a command with NUL in it", "a command of 5,000 octets"],
  ],
  [
    {
      why: "DELE deletes files and RMD folders; the library does either with both.",
      section: "RFC 959 §4.1.3",
    },
    ["DELE of a folder", "RMD of a file"],
  ],
  [
    {
      why: "A missing or wrong argument is 501; the library goes on without one, and PORT without one would end it but for our guard.",
      section: "RFC 959 §4.2.1",
    },
    ["a command without its argument", "PORT that is none", "PASV with an argument"],
  ],
  [
    {
      why: "The library knows one code for each command that fails, and not always one that the command may be answered with.",
      section: "RFC 959 §5.4",
    },
    [
      "what is not there is retrieved",
      "a folder is retrieved",
      "RETR above the root",
      "a file is stored in a folder that is not there",
      "a file is stored over a folder",
      "RETR without a data connection",
      "LIST of what is not there",
      "STAT of what is not there",
      "a name of 300 octets",
      "SIZE of a folder",
    ],
  ],
  [
    {
      why: "The library takes 212 for a file and 213 for a folder, the wrong way round.",
      section: "RFC 959 §4.2.2",
    },
    ["STAT of a folder", "STAT of a file"],
  ],
  [
    {
      why: "A command that nobody knows is 500; 502 is for one that is known and not carried out.",
      section: "RFC 959 §4.2.1",
    },
    ["a command nobody knows", "SITE with nothing known", "SYST, STAT, HELP", "commands before a login"],
  ],
  [
    {
      why: "The library does not have these commands.",
      section: "RFC 959 §4.1.1",
    },
    ["ACCT", "REIN"],
  ],
  [
    { why: "The library does not have MLST, MLSD and MFMT, nor says so in FEAT.", section: "RFC 3659 §7" },
    ["MLST", "MLSD", "MFMT"],
  ],
  [
    {
      why: "The library takes several flags in one word, and a pattern, for a name.",
      section: "RFC 1123 §4.1.2",
    },
    ["LIST -la", "NLST with a pattern"],
  ],
  [{ why: "STOU needs no name: the server finds one.", section: "RFC 959 §4.1.3" }, ["STOU without a name"]],
  [
    {
      why: "RNTO follows RNFR at once, or there is nothing to rename any more.",
      section: "RFC 959 §4.1.3",
    },
    ["NOOP between RNFR and RNTO"],
  ],
  [
    {
      why: "200 where room was made sure of; 202 says that the command is not needed here.",
      section: "RFC 959 §4.1.3",
    },
    ["ALLO"],
  ],
  [
    {
      why: "Under TYPE A lines end in CRLF on the way and as the system has it in the file; the library keeps octets as they come.",
      section: "RFC 959 §3.1.1",
    },
    ["TYPE A turns line ends"],
  ],
  [
    {
      why: "A parameter that is known and not carried out is 504, one that nobody knows 501; TYPE A N is TYPE A.",
      section: "RFC 959 §5.4",
    },
    ["TYPE A N, L 8, E, X", "MODE S, B, X", "STRU F, R, X", "EPRT that is none"],
  ],
  [
    {
      why: "A data connection to another host or to a port below 1024 is for nobody but a bouncer: 504, and the library only minds the host.",
      section: "RFC 2577 §3",
    },
    ["PORT to another host", "PORT to a port below 1024", "EPRT to another host"],
  ],
  [
    {
      why: "After EPSV ALL nothing else may set up data connections, and a protocol nobody knows is 522; the library does not look at the argument.",
      section: "RFC 2428 §3",
    },
    ["EPSV ALL, then PASV", "EPSV for a protocol nobody knows"],
  ],
  [
    {
      why: "A transfer cannot begin behind the file's end: 554 says so, and the library sends nothing or says 550.",
      section: "RFC 3659 §5.4",
    },
    ["STOR behind the end", "RETR behind the end"],
  ],
  [
    {
      why: "A name is octets, whatever they are; the library puts U+FFFD for what is no UTF-8, so that two names may become one.",
      section: "RFC 2640 §3.1",
    },
    ["a name in Latin-1"],
  ],
  [
    {
      why: "All of a line behind the command's blank is the name; the library takes quotation marks out of it, and one letter behind a dash for a flag.",
      section: "RFC 959 §5.3.2",
    },
    ["a name with quotation marks", "a name that begins with a dash"],
  ],
  [
    {
      why: "PBSZ and PROT need a secured control connection, and 503 says so.",
      section: "RFC 2228 §3",
    },
    ["PBSZ and PROT without TLS"],
  ],
  [
    {
      why: "USER begins a login anew at any time, and PASS follows it at once; the library takes one USER for each connection, whatever came of it.",
      section: "RFC 959 §4.1.1",
    },
    ["a wrong password, then the right one", "USER twice", "PASS twice", "another user after a login"],
  ],
];

export const ftpReasons: Readonly<Record<string, Reason>> = Object.fromEntries(
  table.flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);
