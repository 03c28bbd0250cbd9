/**
 * Dialogues for both FTP engines. Behind a login, unless `fresh`; the home holds `a.txt` (hello) and the folder `d`, in
 * which is `in.txt`. What a step may be: see ftp-ask.ts.
 */
export interface FtpCase {
  /** Unique: the table and the reasons go by it. */
  readonly name: string;
  readonly section: string;
  readonly steps: readonly string[];
  /** Nobody has logged in. */
  readonly fresh?: boolean;
  /** An engine is known to say nothing, and to wait for more. */
  readonly waits: boolean;
}

type Cases = Readonly<Record<string, readonly string[]>>;

const table: readonly (readonly [section: string, cases: Cases])[] = [
  [
    "RFC 959 §4.1.3",
    {
      "a file is stored": ["put STOR new.txt|content"],
      "an empty file is stored": ["put STOR new.txt|"],
      "a file is replaced": ["put STOR a.txt|content"],
      "a file is retrieved": ["get RETR a.txt"],
      "what is not there is retrieved": ["get RETR none"],
      "a folder is retrieved": ["get RETR d"],
      "a file is appended to": ["put APPE a.txt|, you"],
      "a file that is not there is appended to": ["put APPE new.txt|x"],
      "STOU with a name that is taken": ["put STOU a.txt|x"],
      "STOU without a name": ["put STOU|x"],
      "a file is stored in a folder that is not there": ["put STOR none/new.txt|x"],
      "a file is stored over a folder": ["put STOR d|x"],
      "two files over one control connection": ["put STOR 1|one", "put STOR 2|two", "get RETR 1"],
      "RETR without a data connection": ["RETR a.txt"],
      LIST: ["get LIST"],
      "LIST of a file": ["get LIST a.txt"],
      "LIST -la": ["get LIST -la"],
      "LIST of what is not there": ["get LIST none"],
      NLST: ["get NLST"],
      "NLST with a pattern": ["get NLST *.txt"],
      DELE: ["DELE a.txt"],
      "DELE of a folder": ["DELE d/in.txt", "DELE d"],
      "DELE of what is not there": ["DELE none"],
      "RMD of a full folder": ["RMD d"],
      "RMD of a file": ["RMD a.txt"],
      "MKD and RMD": ["MKD new", "RMD new"],
      "MKD of what is there": ["MKD d"],
      "MKD below what is not there": ["MKD 1/2/3"],
      "XMKD, XCWD, XPWD, XCUP, XRMD": ["XMKD new", "XCWD new", "XPWD", "XCUP", "XRMD new"],
      "CWD and PWD": ["CWD d", "PWD", "CDUP", "PWD"],
      "CWD to a file": ["CWD a.txt"],
      "CWD above the root": ["CWD ../../..", "get NLST"],
      "RETR above the root": ["get RETR ../../../etc/hostname"],
      "a file is renamed": ["RNFR a.txt", "RNTO b.txt"],
      "a file is renamed over another": ["RNFR a.txt", "RNTO d/in.txt"],
      "RNFR of what is not there": ["RNFR none"],
      "RNTO without RNFR": ["RNTO b.txt"],
      "NOOP between RNFR and RNTO": ["RNFR a.txt", "NOOP", "RNTO b.txt"],
      "ABOR while nothing runs": ["ABOR"],
      ALLO: ["ALLO 10"],
      "SYST, STAT, HELP": ["SYST", "STAT", "HELP", "HELP RETR", "HELP NONE"],
      "STAT of a folder": ["STAT d"],
      "STAT of a file": ["STAT a.txt"],
      "STAT of what is not there": ["STAT none"],
      "SITE CHMOD": ["SITE CHMOD 600 a.txt"],
      "SITE with nothing known": ["SITE NONE"],
      ACCT: ["ACCT x"],
      SMNT: ["SMNT /"],
    },
  ],
  [
    "RFC 959 §3.1",
    {
      "TYPE A turns line ends": ["TYPE A", "put STOR t|a\r\nb\r\n", "TYPE I", "get RETR t"],
      "TYPE I takes octets as they are": ["TYPE I", "put STOR t|a\r\nb\r\n"],
      "TYPE A N, L 8, E, X": ["TYPE A N", "TYPE L 8", "TYPE E", "TYPE X", "TYPE"],
      "MODE S, B, X": ["MODE S", "MODE B", "MODE X"],
      "STRU F, R, X": ["STRU F", "STRU R", "STRU X"],
    },
  ],
  [
    "RFC 959 §3.2",
    {
      "PORT to another host": ["PORT 10,0,0,1,200,5"],
      "PORT to a port below 1024": ["PORT 127,0,0,1,0,80"],
      "PORT that is none": ["PORT 1,2,3", "PORT", "PORT 300,0,0,1,200,5"],
      "PASV twice": ["PASV", "get NLST"],
      "PASV with an argument": ["PASV x"],
    },
  ],
  [
    "RFC 2428 §3",
    {
      "EPSV ALL, then PASV": ["EPSV ALL", "PASV"],
      "EPSV for a protocol nobody knows": ["EPSV 7"],
      "EPRT to another host": ["EPRT |1|10.0.0.1|51205|"],
      "EPRT that is none": ["EPRT |7|x|1|"],
    },
  ],
  [
    "RFC 3659 §5",
    {
      "RETR from the third octet on": ["REST 2", "get RETR a.txt"],
      "STOR from the fourth octet on": ["REST 3", "put STOR a.txt|p!"],
      "STOR at the end": ["REST 5", "put STOR a.txt|!"],
      "STOR behind the end": ["REST 100", "put STOR a.txt|!"],
      "RETR behind the end": ["REST 100", "get RETR a.txt"],
      "REST of no number": ["REST x", "REST -1", "REST"],
      "REST counts for one transfer": ["REST 2", "get RETR a.txt", "get RETR a.txt"],
    },
  ],
  [
    "RFC 3659 §7",
    {
      MLST: ["MLST a.txt"],
      MLSD: ["get MLSD"],
      SIZE: ["SIZE a.txt"],
      "SIZE of a folder": ["SIZE d"],
      "SIZE of what is not there": ["SIZE none"],
      MDTM: ["MDTM a.txt"],
      "MDTM of what is not there": ["MDTM none"],
      MFMT: ["MFMT 20240101000000 a.txt"],
    },
  ],
  [
    "RFC 2389 §3",
    {
      FEAT: ["FEAT"],
      "OPTS UTF8 ON": ["OPTS UTF8 ON"],
      "OPTS of a command without": ["OPTS NOOP"],
    },
  ],
  [
    "RFC 2640 §3",
    {
      "a name in UTF-8": ["put STOR \xc3\xa9.txt|x", "get RETR \xc3\xa9.txt"],
      "a name in Latin-1": ["put STOR \xe9.txt|x", "get RETR \xe9.txt"],
      "a name with quotation marks": ['put STOR a"b|x', 'get RETR a"b'],
      "a name with two blanks": ["put STOR a  b|x", "get RETR a  b"],
      "a name that begins with a dash": ["put STOR -a|x", "put APPE -a|y", "DELE -a"],
      "a name with a backslash": ["put STOR a\\b|x"],
      "a name of 300 octets": [`put STOR ${"n".repeat(300)}|x`],
    },
  ],
  [
    "RFC 959 §5.3",
    {
      "a command nobody knows": ["NONE"],
      "a command in lower case": ["noop"],
      "a command without its argument": ["RETR", "CWD", "MKD", "DELE", "RNFR", "SIZE"],
      "an empty line": ["octets \r\n"],
      "commands in one segment": ["octets NOOP\r\nPWD\r\nSYST\r\n"],
      "a command in two segments": ["split NO|OP"],
      "a command that ends in LF": ["octets NOOP\nPWD\r\n"],
      "a command with NUL in it": ["octets NO\0OP\r\n"],
      "a command of 5,000 octets": [`octets NOOP ${"x".repeat(5000)}\r\n`],
      "Telnet's IP and SYNCH before ABOR": ["octets \xff\xf4\xffABOR\r\n"],
    },
  ],
  [
    "RFC 4217 §4",
    {
      "AUTH of nothing known": ["AUTH NONE"],
      "PBSZ and PROT without TLS": ["PBSZ 0", "PROT P"],
      "commands behind AUTH TLS in the clear": ["octets AUTH TLS\r\nDELE a.txt\r\n"],
    },
  ],
];

const fresh: readonly (readonly [section: string, cases: Cases])[] = [
  [
    "RFC 959 §4.1.1",
    {
      "PASS without USER": ["PASS x"],
      "a wrong password": ["USER @user", "PASS wrong"],
      "a wrong password, then the right one": ["USER @user", "PASS wrong", "USER @user", "PASS @password"],
      "USER twice": ["USER nobody", "USER @user", "PASS @password"],
      "PASS twice": ["USER @user", "PASS @password", "PASS @password"],
      "another user after a login": ["USER @user", "PASS @password", "USER nobody", "PASS x", "PWD"],
      REIN: ["USER @user", "PASS @password", "REIN", "PWD"],
      "commands before a login": ["NOOP", "SYST", "HELP", "FEAT", "PWD", "RETR a.txt", "PASV"],
      QUIT: ["QUIT"],
      "a login in one segment": ["octets USER @user\r\nPASS @password\r\nPWD\r\n"],
    },
  ],
];

const WAITS = "commands behind AUTH TLS in the clear";

export const ftpCorpus: readonly FtpCase[] = [
  ...table.flatMap(([section, cases]) =>
    Object.entries(cases).map(([name, steps]) => ({ name, section, steps, waits: name === WAITS })),
  ),
  ...fresh.flatMap(([section, cases]) =>
    Object.entries(cases).map(([name, steps]) => ({ name, section, steps, fresh: true, waits: false })),
  ),
];
