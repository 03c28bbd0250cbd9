/** What a reply says to one command in particular; the key is `CODE COMMAND`. */
import type { Entry } from "@socketscope/wire";

export const ANSWERS: Readonly<Record<string, Entry | undefined>> = {
  "220 GREETING": ["In SMTP the server speaks first. 220 means: you may begin.", "RFC 5321 §3.1"],
  "554 GREETING": ["The server takes no mail from you; QUIT is all that may follow.", "RFC 5321 §3.1"],
  "421 GREETING": ["Nobody has time for you now; come back later.", "RFC 5321 §3.8"],
  "250 EHLO": ["The server's name, then a line for each extension that it offers.", "RFC 5321 §4.1.1.1"],
  "250 HELO": ["The server's name, and that it is content.", "RFC 5321 §4.1.1.1"],
  "250 MAIL": ["The sender is noted: the transaction is open.", "RFC 5321 §4.1.1.2"],
  "250 RCPT": ["The message will be taken for this recipient.", "RFC 5321 §4.1.1.3"],
  "251 RCPT": ["Not a user here, but the message will be passed on.", "RFC 5321 §3.4"],
  "550 RCPT": ["No message for this recipient: no such mailbox, or not allowed.", "RFC 5321 §3.3"],
  "250 CONTENT": ["The server now owns the message: it must deliver it or report back.", "RFC 5321 §6.1"],
  "250 BDAT": ["The chunk is here; after the last one the server owns the message.", "RFC 3030 §2"],
  "250 RSET": ["The transaction is forgotten.", "RFC 5321 §4.1.1.5"],
  "250 NOOP": ["Still here.", "RFC 5321 §4.1.1.9"],
  "250 VRFY": ["This mailbox exists here.", "RFC 5321 §3.5.3"],
  "220 STARTTLS": ["From here on the octets are the handshake of TLS.", "RFC 3207 §4"],
  "454 STARTTLS": ["TLS is not to be had now.", "RFC 3207 §4"],
  "501 STARTTLS": ["STARTTLS stands alone: nothing may follow on its line.", "RFC 3207 §4"],
};
