/** Why the mail engines differ, one plain sentence for each difference. A difference without one fails the test. */
import type { Reason } from "./reasons.ts";

/** Reasons, each with the cases it stands for. */
const table: readonly (readonly [Reason, readonly string[]])[] = [
  [
    {
      why: "A CR or LF alone ends nothing, and a message that holds one is refused: the library ends nothing there either, but keeps it and passes it on to servers that may.",
      section: "RFC 5321 §2.3.8",
    },
    [
      "smuggling by \\n.\\n",
      "smuggling by \\n.\\r\\n",
      "smuggling by \\r\\n.\\n",
      "smuggling by \\r.\\r",
      "smuggling by \\r\\n.\\r",
      "smuggling by \\r.\\r\\n",
      "smuggling by \\n.\\r",
      "smuggling by \\r.\\n",
      "smuggling by \\r\\n.\\r\\r\\n",
      "smuggling by \\r\\r\\n.\\r\\r\\n",
    ],
  ],
  [
    {
      why: "A line of text has at most 998 octets; the library takes longer ones, which the next server may cut.",
      section: "RFC 5321 §4.5.3.1.6",
    },
    ["a line of 1,200 octets"],
  ],
  [
    {
      why: "NUL has no place in a message: programs that end a text at it read another letter than was sent.",
      section: "RFC 5322 §4",
    },
    ["NUL in a message"],
  ],
  [
    { why: "DATA takes no argument; the library does not look.", section: "RFC 5321 §4.1.1.4" },
    ["DATA with an argument"],
  ],
  [
    {
      why: "A command ends in CRLF and holds neither CR nor LF nor NUL; the library takes what it can make sense of.",
      section: "RFC 5321 §2.3.8",
    },
    ["a command that ends in LF", "a command with a bare CR in it", "a command with NUL in it"],
  ],
  [
    {
      why: "A command line has at most 512 octets, plus what its extensions add; the library's limit is far above.",
      section: "RFC 5321 §4.5.3.1.4",
    },
    ["a command of 600 octets", "a command of 3,000 octets"],
  ],
  [
    {
      why: "A quoted local part is an address as good as any; the library refuses blanks in it.",
      section: "RFC 5321 §4.1.2",
    },
    ["a quoted local part"],
  ],
  [
    {
      why: "A parameter that the server does not know is refused: the sender would believe that it is honoured.",
      section: "RFC 5321 §4.1.1.11",
    },
    ["a parameter nobody knows", "a parameter nobody knows, of RCPT"],
  ],
  [
    { why: "A local part has at most 64 octets.", section: "RFC 5321 §4.5.3.1.1" },
    ["a local part of 65 octets"],
  ],
  [
    {
      why: "An address in UTF-8 is for those who said SMTPUTF8; else the next server may not take it.",
      section: "RFC 6531 §3.4",
    },
    ["an address in UTF-8 without SMTPUTF8"],
  ],
  [
    {
      why: "A command that is known and not carried out is 502; the library does not know it.",
      section: "RFC 5321 §4.2.4",
    },
    ["EXPN"],
  ],
  [
    { why: "RSET takes no argument; the library does not look.", section: "RFC 5321 §4.1.1.5" },
    ["RSET with an argument"],
  ],
  [
    { why: "The library has no BDAT, and does not offer it.", section: "RFC 3030 §2" },
    ["BDAT", "BDAT in two pieces"],
  ],
  [{ why: "AUTH has no place in a transaction.", section: "RFC 4954 §4" }, ["a login within a transaction"]],
  [
    { why: "The library has no SCRAM-SHA-256, and does not offer it.", section: "RFC 5802 §5" },
    ["SCRAM-SHA-256, given up"],
  ],
  [
    {
      why: "Octets behind STARTTLS in the clear may be somebody else's: ours ends the connection, the library drops them and waits for the handshake.",
      section: "RFC 3207 §5",
    },
    ["commands behind STARTTLS in the clear"],
  ],
];

export const mailReasons: Readonly<Record<string, Reason>> = Object.fromEntries(
  table.flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);
