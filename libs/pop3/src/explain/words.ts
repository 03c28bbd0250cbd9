/** The commands, capabilities, states and response codes of POP3, a sentence each. */
import type { Entry } from "@socketscope/wire";
import type { Pop3State, Verb } from "../commands.ts";
import type { ErrorCode } from "../events.ts";

export const VERBS: Readonly<Record<Verb, Entry>> = {
  USER: ["The name of the mailbox that I want to open.", "RFC 1939 §7"],
  PASS: ["The password that goes with the name; in clear unless TLS is below.", "RFC 1939 §7"],
  AUTH: ["I want to log in, by this SASL mechanism.", "RFC 5034 §4"],
  STLS: ["Stop talking in clear: upgrade this same connection to TLS.", "RFC 2595 §4"],
  CAPA: ["What can you do?", "RFC 2449 §5"],
  QUIT: ["I am done: remove what is marked, and close the connection.", "RFC 1939 §6"],
  STAT: ["How many messages are there, and how many octets in all?", "RFC 1939 §5"],
  LIST: ["How big is each message, or this one?", "RFC 1939 §5"],
  UIDL: ["What is each message's lasting name, so that I know which I have seen?", "RFC 1939 §7"],
  RETR: ["Send me this message, whole.", "RFC 1939 §5"],
  TOP: ["Send me this message's header and so many lines of its text.", "RFC 1939 §7"],
  DELE: ["Mark this message: QUIT will remove it.", "RFC 1939 §5"],
  NOOP: ["Do nothing but answer: is this connection still alive?", "RFC 1939 §5"],
  RSET: ["Unmark every message that was marked to be removed.", "RFC 1939 §5"],
};

/** What others know and our core refuses. */
export const FOREIGN_VERBS: Readonly<Record<string, Entry>> = {
  APOP: ["Name, and a hash of the password with the greeting's time stamp.", "RFC 1939 §7"],
  UTF8: ["From here on messages and answers may be in UTF-8.", "RFC 6856 §2.1"],
  LANG: ["Please speak this language in your answers.", "RFC 6856 §3"],
};

/** Where the session stands once the command was answered with +OK; none: as before. */
export const LEADS_TO: Readonly<Partial<Record<Verb, Pop3State>>> = {
  PASS: "transaction",
  AUTH: "transaction",
  STLS: "authorization",
  QUIT: "closed",
};

export const STATES: Readonly<Record<Pop3State, Entry>> = {
  greeting: ["The server speaks first; the client waits for it.", "RFC 1939 §4"],
  authorization: ["The client says whose mailbox it wants, and proves it.", "RFC 1939 §4"],
  challenge: ["A login is under way: challenge and response in base64.", "RFC 5034 §4"],
  transaction: ["The mailbox is open and locked: messages may be read and marked.", "RFC 1939 §5"],
  tls: ["The next octets are the handshake of TLS.", "RFC 2595 §4"],
  closed: ["Nothing more is said.", "RFC 1939 §6"],
};

export const CAPABILITIES: Readonly<Record<string, Entry>> = {
  TOP: ["TOP is to be had.", "RFC 2449 §6.1"],
  USER: ["USER and PASS are to be had.", "RFC 2449 §6.2"],
  SASL: ["AUTH is to be had, with these mechanisms.", "RFC 5034 §3"],
  "RESP-CODES": ["An -ERR may name its reason in brackets.", "RFC 2449 §6.4"],
  "LOGIN-DELAY": ["So many seconds must lie between two logins.", "RFC 2449 §6.5"],
  PIPELINING: ["Several commands may be sent without waiting for each answer.", "RFC 2449 §6.6"],
  EXPIRE: ["Messages stay for so many days at least; NEVER: until the client removes them.", "RFC 2449 §6.7"],
  UIDL: ["UIDL is to be had.", "RFC 2449 §6.8"],
  IMPLEMENTATION: ["Which program the server is.", "RFC 2449 §6.9"],
  STLS: ["This connection can be upgraded to TLS.", "RFC 2595 §4"],
  "AUTH-RESP-CODE": ["A login that fails tells whether it was the password or the server.", "RFC 3206 §6"],
  UTF8: [
    "The command UTF8 is to be had; with USER behind it names and passwords may be in UTF-8, too.",
    "RFC 6856 §2",
  ],
  LANG: ["The server can answer in other languages.", "RFC 6856 §3.1"],
};

export const CODES: Readonly<Record<ErrorCode, Entry>> = {
  "IN-USE": ["Another session has the mailbox open; password and name are right.", "RFC 2449 §8.1.2"],
  "LOGIN-DELAY": ["You were here a moment ago; wait before you log in again.", "RFC 2449 §8.1.1"],
  "SYS/TEMP": ["The server has a fault; it may be gone later.", "RFC 3206 §4"],
  "SYS/PERM": ["The server has a fault that somebody must mend.", "RFC 3206 §4"],
  AUTH: ["Name or password is wrong.", "RFC 3206 §5"],
};

/** What +OK says to each command. */
export const OK: Readonly<Record<Verb, Entry>> = {
  USER: ["The name is taken; now the password. It does not say that the mailbox exists.", "RFC 1939 §7"],
  PASS: ["You are in: the mailbox is open, and locked for others.", "RFC 1939 §7"],
  AUTH: ["You are in: the mailbox is open, and locked for others.", "RFC 5034 §4"],
  STLS: ["From here on the octets are the handshake of TLS.", "RFC 2595 §4"],
  CAPA: ["A line for each capability follows, up to a line of one dot.", "RFC 2449 §5"],
  QUIT: ["Goodbye: what was marked is removed.", "RFC 1939 §6"],
  STAT: ["The number of messages, and their octets in all.", "RFC 1939 §5"],
  LIST: ["Message numbers, each with its size in octets.", "RFC 1939 §5"],
  UIDL: ["Message numbers, each with its lasting name.", "RFC 1939 §7"],
  RETR: ["The message follows, up to a line of one dot.", "RFC 1939 §5"],
  TOP: ["Header and first lines follow, up to a line of one dot.", "RFC 1939 §7"],
  DELE: ["The message is marked; QUIT removes it.", "RFC 1939 §5"],
  NOOP: ["Still here.", "RFC 1939 §5"],
  RSET: ["Nothing is marked any more.", "RFC 1939 §5"],
};
