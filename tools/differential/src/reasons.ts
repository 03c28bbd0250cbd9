/** Why we differ, one plain sentence for each difference. A difference without one fails the test, and so does one too many. */

export interface Reason {
  readonly why: string;
  readonly section: string;
}

const METHOD: Reason = {
  why: "Node knows a fixed list of methods and calls every other malformed; to us any token is a method, and the site says with 405 what it takes instead.",
  section: "RFC 9110 §9.1",
};
const VERSION: Reason = {
  why: "The line is well formed, only of a version we do not speak: 505 says so, 400 does not.",
  section: "RFC 9110 §15.6.6",
};
const HOST: Reason = {
  why: "A Host that is invalid or said twice is refused with 400 by the protocol; Node lets it through, and only the site's guard against strange names stops it.",
  section: "RFC 9112 §3.2",
};
const CODING: Reason = {
  why: "A transfer coding we cannot undo is not implemented, which is 501; Node calls the message malformed.",
  section: "RFC 9112 §6.1",
};
const AFTER_CLOSE: Reason = {
  why: "After a request that ends the connection nothing more is read, but its answer is owed: Node reads on, finds octets, and answers 400 in place of it.",
  section: "RFC 9112 §9.6",
};
const UPGRADE: Reason = {
  why: "An Upgrade may be ignored, and then it is a request like any other; a server on Node that upgrades at all is given the bare socket and ends the connection after its answer.",
  section: "RFC 9110 §7.8",
};

export const reasons: Readonly<Record<string, Reason>> = {
  "two spaces in the request line": {
    why: "The request line has exactly one space between its parts; who reads more leniently can be made to read another target.",
    section: "RFC 9112 §3",
  },
  "an unknown method": METHOD,
  "a method in lower case": METHOD,
  "HTTP/1.2": {
    why: "A higher minor version is still the same protocol and is served as 1.1; Node knows 1.0 and 1.1 only.",
    section: "RFC 9110 §2.5",
  },
  "HTTP/2.0": VERSION,
  "HTTP/0.9 as version": VERSION,
  "the preface of HTTP/2": VERSION,
  "a fragment in the target": {
    why: "A fragment is never sent: a target that holds one is malformed; Node takes it for part of the name.",
    section: "RFC 9112 §3.2.1",
  },
  "two Hosts": HOST,
  "a Host with a path": HOST,
  "a Host with a space": HOST,
  "a Host with user information": HOST,
  "a port that is no number": HOST,
  "absolute-form of another scheme": {
    why: "We speak for http and https, so a target of another scheme cannot be ours; Node does not look at it.",
    section: "RFC 9112 §3.2.2",
  },
  CONNECT: {
    why: "Node keeps CONNECT from the handlers, so the engine can only say 501; in ours it comes to the site like any method it does not take.",
    section: "RFC 9110 §9.3.6",
  },
  "GET *": {
    why: "The asterisk is a target of OPTIONS only: to us the request line is malformed; Node hands it on, and the site finds no such path.",
    section: "RFC 9112 §3.2.4",
  },
  "an unknown transfer coding": CODING,
  "gzip, then chunked": {
    why: "We cannot undo gzip here and say so; Node looks at the last coding only and stores what is still packed.",
    section: "RFC 9112 §6.1",
  },
  xchunked: CODING,
  "Connection: close": AFTER_CLOSE,
  "Connection: close in a list": AFTER_CLOSE,
  "HTTP/1.0 without keep-alive": AFTER_CLOSE,
  "an unknown expectation": {
    why: "Both say 417; whether the content still comes is not known then, so we end the connection, while Node reads over it.",
    section: "RFC 9110 §10.1.1",
  },
  "Expect: 100-continue in HTTP/1.0": {
    why: "An expectation from a client of HTTP/1.0 is to be ignored: it does not know interim answers. Node sends 100 all the same.",
    section: "RFC 9110 §10.1.1",
  },
  "Upgrade to what we do not speak": UPGRADE,
  "Upgrade to h2c": UPGRADE,
};
