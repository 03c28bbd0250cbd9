/** Parameters of MAIL and RCPT, keywords of the answer to EHLO, SASL mechanisms. */
import type { Entry } from "@socketscope/wire";

export const MAIL_PARAMETERS: Readonly<Record<string, Entry>> = {
  SIZE: ["So big is the message in octets: refuse it now rather than after it was sent.", "RFC 1870 §6"],
  BODY: ["The message's octets: 7BIT, or 8BITMIME when the eighth bit is used.", "RFC 6152 §3"],
  SMTPUTF8: ["Addresses or header fields are in UTF-8: who cannot pass that on refuses.", "RFC 6531 §3.4"],
  RET: ["A report of failure brings the whole message back (FULL) or its header (HDRS).", "RFC 3461 §4.3"],
  ENVID: ["The sender's own number for this envelope; reports name it.", "RFC 3461 §4.4"],
  AUTH: ["Who handed the message in, as the first server knew it; <> says nobody knows.", "RFC 4954 §5"],
};

export const RCPT_PARAMETERS: Readonly<Record<string, Entry>> = {
  NOTIFY: ["When the sender wants a report: SUCCESS, FAILURE, DELAY, or NEVER.", "RFC 3461 §4.1"],
  ORCPT: [
    "The recipient as the sender wrote it, before anybody forwarded; reports name it.",
    "RFC 3461 §4.2",
  ],
};

/** What others use and our core refuses. */
export const FOREIGN_PARAMETERS: Readonly<Record<string, Entry>> = {
  REQUIRETLS: ["Every hop must use verified TLS, or the message goes back.", "RFC 8689 §2"],
  HOLDFOR: [
    "Keep the message for so many seconds before it is passed on.",
    "IANA SMTP service extensions, RFC 4865",
  ],
  HOLDUNTIL: [
    "Keep the message until this time before it is passed on.",
    "IANA SMTP service extensions, RFC 4865",
  ],
  BY: [
    "Deliver within this time, or say that it could not be done.",
    "IANA SMTP service extensions, RFC 2852",
  ],
  "MT-PRIORITY": ["How urgent the message is, from -9 to 9.", "IANA SMTP service extensions, RFC 6710"],
  XVERP: [
    "The sender's address is to carry each recipient's, so that bounces tell whose they are.",
    "in common use, Postfix",
  ],
};

export const EXTENSIONS: Readonly<Record<string, Entry>> = {
  PIPELINING: ["Several commands may be sent without waiting for each reply.", "RFC 2920 §3"],
  SIZE: ["Messages are taken up to so many octets; MAIL may announce its size.", "RFC 1870 §4"],
  "8BITMIME": ["Messages may use the eighth bit of their octets.", "RFC 6152 §2"],
  SMTPUTF8: ["Addresses and header fields may be in UTF-8.", "RFC 6531 §3.1"],
  CHUNKING: ["The message may be sent by BDAT, in chunks of announced length.", "RFC 3030 §2"],
  BINARYMIME: ["Messages may be any octets, sent by BDAT only.", "RFC 3030 §3"],
  ENHANCEDSTATUSCODES: ["Replies carry a finer code of three numbers, as 5.1.1.", "RFC 2034 §3"],
  DSN: ["The sender may say which reports of delivery it wants.", "RFC 3461 §3"],
  STARTTLS: ["This connection can be upgraded to TLS.", "RFC 3207 §2"],
  AUTH: ["Clients may log in by these SASL mechanisms.", "RFC 4954 §3"],
  HELP: ["HELP is answered with something useful.", "RFC 5321 §4.1.1.8"],
  VRFY: ["VRFY is answered.", "RFC 5321 §4.1.1.6"],
  EXPN: ["EXPN is answered.", "RFC 5321 §4.1.1.7"],
  ETRN: [
    "A client may ask that mail waiting for its domain be sent now.",
    "IANA SMTP service extensions, RFC 1985",
  ],
  DELIVERBY: [
    "The sender may name a time within which to deliver.",
    "IANA SMTP service extensions, RFC 2852",
  ],
  REQUIRETLS: ["The sender may ask that every hop uses verified TLS.", "RFC 8689 §2"],
  FUTURERELEASE: [
    "The sender may ask that a message be kept for later.",
    "IANA SMTP service extensions, RFC 4865",
  ],
  "MT-PRIORITY": ["The sender may say how urgent a message is.", "IANA SMTP service extensions, RFC 6710"],
  BURL: ["The message may be fetched from a mail store by its address.", "RFC 4468 §3"],
  CHECKPOINT: [
    "A transaction that broke off may be taken up again.",
    "IANA SMTP service extensions, RFC 1845",
  ],
  LIMITS: [
    "How many messages, recipients or domains one session or transaction may have.",
    "IANA SMTP service extensions, RFC 9422",
  ],
  XCLIENT: ["A trusted client may tell whom it speaks for.", "in common use, Postfix"],
  XFORWARD: ["A trusted client may tell for the log where a message came from.", "in common use, Postfix"],
  XVERP: ["Each recipient may get an envelope sender of its own.", "in common use, Postfix"],
};

export const MECHANISMS: Readonly<Record<string, Entry>> = {
  PLAIN: ["Name and password in one go, only wrapped in base64: safe under TLS alone.", "RFC 4616 §2"],
  LOGIN: [
    "Name, then password, each asked for and only wrapped in base64.",
    "in common use, draft-murchison-sasl-login",
  ],
  "SCRAM-SHA-256": ["Both sides prove that they know the password, and neither says it.", "RFC 7677 §3"],
  "SCRAM-SHA-256-PLUS": ["SCRAM-SHA-256, bound to this very TLS connection.", "RFC 7677 §3"],
  "SCRAM-SHA-1": [
    "Both sides prove that they know the password, and neither says it; with an old hash.",
    "RFC 5802 §5",
  ],
  "CRAM-MD5": ["The client proves that it knows the password with an old hash.", "RFC 2195 §2"],
  XOAUTH2: ["A token instead of a password, in the form that Google began.", "in common use, Google"],
  OAUTHBEARER: ["A token instead of a password.", "RFC 7628 §3"],
  EXTERNAL: ["Who I am you know already, from my TLS certificate.", "RFC 4422 §A"],
  ANONYMOUS: ["I have no login; here is a trace of who I am.", "RFC 4505 §2"],
  GSSAPI: ["A ticket of Kerberos instead of a password.", "RFC 4752 §3"],
};
