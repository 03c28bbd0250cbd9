/** What is said to both mail engines behind EHLO, in one go, with QUIT behind it. `@@` is the case's own recipient. */

export interface MailCase {
  /** Unique: the table and the reasons go by it. */
  readonly name: string;
  readonly section: string;
  /** latin1. */
  readonly octets: string;
  /** An engine is known to say nothing, and to wait for more. */
  readonly waits: boolean;
}

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\r\n`).join("");
const ENVELOPE = lines("MAIL FROM:<bob@a.test>", "RCPT TO:<@@>");
/** A message whose content is said as it stands, its end included. */
const message = (content: string): string => `${ENVELOPE}DATA\r\n${content}`;
/** What a smuggler hides behind an end that is none. */
const INSIDE = `${lines("MAIL FROM:<boss@a.test>", "RCPT TO:<@@>", "DATA", "Subject: inside", "", "x")}.\r\n`;
const smuggled = (end: string): string => message(`Subject: outside\r\n\r\nx${end}${INSIDE}.\r\n`);
const mail = (rest: string): string => lines(`MAIL ${rest}`, "RCPT TO:<@@>", "RSET");
const rcpt = (rest: string): string => lines("MAIL FROM:<bob@a.test>", `RCPT ${rest}`, "RSET");
const login = (user: string, password: string, authzid = ""): string =>
  `AUTH PLAIN ${btoa(`${authzid}\0${user}\0${password}`)}`;

const table: readonly (readonly [section: string, cases: Readonly<Record<string, string>>])[] = [
  [
    "RFC 5321 §4.1.1.4",
    {
      "a message": message("Subject: x\r\n\r\nHello\r\n.\r\n"),
      "a message without header section": message("Hello\r\n.\r\n"),
      "an empty message": message(".\r\n"),
      "two messages, one after the other": message("Subject: x\r\n\r\n1\r\n.\r\n").repeat(2),
      "a dot at the beginning of a line": message("Subject: x\r\n\r\n..dot\r\n.\r\n"),
      "a line of 1,200 octets": message(`Subject: x\r\n\r\n${"x".repeat(1200)}\r\n.\r\n`),
      "NUL in a message": message("Subject: x\r\n\r\na\0b\r\n.\r\n"),
      "octets above 127 without 8BITMIME": message("Subject: x\r\n\r\n\xc5\xbc\r\n.\r\n"),
      "DATA with an argument": `${ENVELOPE}DATA now\r\nRSET\r\n`,
      "DATA without recipients": lines("MAIL FROM:<bob@a.test>", "DATA", "RSET"),
      "DATA without MAIL": lines("DATA"),
    },
  ],
  [
    "RFC 5321 §2.3.8",
    Object.fromEntries(
      [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r\n.\r",
        "\r.\r\n",
        "\n.\r",
        "\r.\n",
        "\r\n.\r\r\n",
        "\r\r\n.\r\r\n",
      ].map((end) => [`smuggling by ${JSON.stringify(end).slice(1, -1)}`, smuggled(end)]),
    ),
  ],
  [
    "RFC 5321 §2.3.8",
    {
      "a command that ends in LF": "NOOP\nNOOP\r\n",
      "a command with a bare CR in it": "NOOP a\rb\r\n",
      "a command with NUL in it": "NOOP a\0b\r\n",
      "an empty line": "\r\n",
      "a command of 600 octets": `NOOP ${"x".repeat(594)}\r\n`,
      "a command of 3,000 octets": `NOOP ${"x".repeat(3000)}\r\n`,
    },
  ],
  [
    "RFC 5321 §4.1.1.2",
    {
      "the null reverse-path": mail("FROM:<>"),
      "a space behind FROM:": mail("FROM: <bob@a.test>"),
      "no brackets": mail("FROM:bob@a.test"),
      "a source route": mail("FROM:<@a.test,@b.test:bob@c.test>"),
      "a quoted local part": mail('FROM:<"bob smith"@a.test>'),
      "two addresses": mail("FROM:<a@a.test><b@a.test>"),
      "a parameter nobody knows": mail("FROM:<bob@a.test> FOO=1"),
      "SIZE twice": mail("FROM:<bob@a.test> SIZE=1 SIZE=2"),
      "SIZE that is no number": mail("FROM:<bob@a.test> SIZE=x"),
      "SIZE beyond the limit": mail("FROM:<bob@a.test> SIZE=999999999999"),
      "BODY=8BITMIME": mail("FROM:<bob@a.test> BODY=8BITMIME"),
      "BODY=BINARYMIME": mail("FROM:<bob@a.test> BODY=BINARYMIME"),
      "RET=FULL and ENVID": mail("FROM:<bob@a.test> RET=FULL ENVID=QQ1"),
      "RET=SOME": mail("FROM:<bob@a.test> RET=SOME"),
      "a local part of 65 octets": mail(`FROM:<${"x".repeat(65)}@a.test>`),
      "MAIL twice": lines("MAIL FROM:<bob@a.test>", "MAIL FROM:<eve@a.test>", "RSET"),
      "an address in UTF-8 without SMTPUTF8": mail("FROM:<z\xc3\xb6e@a.test>"),
    },
  ],
  [
    "RFC 5321 §4.1.1.3",
    {
      "RCPT before MAIL": lines("RCPT TO:<@@>"),
      "a recipient without a domain": rcpt("TO:<bob>"),
      "Postmaster without a domain": rcpt("TO:<Postmaster>"),
      "an address literal": rcpt("TO:<bob@[127.0.0.1]>"),
      "NOTIFY=NEVER": rcpt("TO:<@@> NOTIFY=NEVER"),
      "NOTIFY=NEVER,FAILURE": rcpt("TO:<@@> NOTIFY=NEVER,FAILURE"),
      ORCPT: rcpt("TO:<@@> ORCPT=rfc822;Bob@a.test"),
      "a parameter nobody knows, of RCPT": rcpt("TO:<@@> FOO=1"),
    },
  ],
  [
    "RFC 5321 §4.1.1",
    {
      "NOOP with an argument": lines("NOOP hello"),
      HELP: lines("HELP"),
      VRFY: lines("VRFY bob"),
      EXPN: lines("EXPN list"),
      TURN: lines("TURN"),
      "a command nobody knows": lines("FOO"),
      "a command in small letters": lines("noop"),
      "RSET with an argument": lines("RSET now"),
      "EHLO within a transaction": lines("MAIL FROM:<bob@a.test>", "EHLO again.test", "RCPT TO:<@@>"),
      "HELO without a domain": lines("HELO"),
      "an HTTP request": lines("GET / HTTP/1.1", "Host: a.test", ""),
    },
  ],
  [
    "RFC 3030 §2",
    {
      BDAT: `${ENVELOPE}BDAT 18 LAST\r\nSubject: x\r\n\r\nHi\r\n`,
      "BDAT in two pieces": `${ENVELOPE}BDAT 14\r\nSubject: x\r\n\r\nBDAT 4 LAST\r\nHi\r\n`,
    },
  ],
  [
    "RFC 4954 §4",
    {
      "a login": lines(login("ann@a.test", "secret")),
      "a wrong password": lines(login("ann@a.test", "wrong")),
      "a login for somebody else": lines(login("ann@a.test", "secret", "root@a.test")),
      "a login twice": lines(login("ann@a.test", "secret"), login("ann@a.test", "secret")),
      "a login within a transaction": lines("MAIL FROM:<bob@a.test>", login("ann@a.test", "secret")),
      "a mechanism nobody knows": lines("AUTH FOO"),
      "CRAM-MD5": lines("AUTH CRAM-MD5", "*"),
      "SCRAM-SHA-256, given up": lines("AUTH SCRAM-SHA-256", "*"),
      "base64 that is none": lines("AUTH PLAIN ****"),
    },
  ],
  ["RFC 3207 §5", { "commands behind STARTTLS in the clear": lines("STARTTLS", "NOOP", "NOOP") }],
];

const WAIT: ReadonlySet<string> = new Set(["DATA with an argument", "commands behind STARTTLS in the clear"]);

export const mailCorpus: readonly MailCase[] = table.flatMap(([section, cases]) =>
  Object.entries(cases).map(([name, octets]) => ({ name, section, octets, waits: WAIT.has(name) })),
);
