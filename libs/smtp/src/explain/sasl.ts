/** The steps of a login (RFC 4954 §4), as a sentence each: what is in them, never what they say. */
import type { Entry } from "@socketscope/wire";

export const SASL_STEPS: Readonly<
  Record<string, { readonly client: readonly Entry[]; readonly server: readonly Entry[] }>
> = {
  PLAIN: {
    server: [["An empty challenge: the mechanism has nothing to ask.", "RFC 4616 §2"]],
    client: [["Whom to act for, name and password, between NULs, in base64.", "RFC 4616 §2"]],
  },
  LOGIN: {
    server: [
      ["Asks for the name.", "in common use, draft-murchison-sasl-login"],
      ["Asks for the password.", "in common use, draft-murchison-sasl-login"],
    ],
    client: [
      ["The name, in base64.", "in common use, draft-murchison-sasl-login"],
      [
        "The password, in base64: anybody who listens can read it.",
        "in common use, draft-murchison-sasl-login",
      ],
    ],
  },
  "SCRAM-SHA-256": {
    server: [
      ["Both nonces, the salt and how often to hash.", "RFC 5802 §5"],
      ["The server's own proof that it knows the password's hash.", "RFC 5802 §5"],
    ],
    client: [
      ["The name and a fresh nonce; no password.", "RFC 5802 §5"],
      ["The proof that the client knows the password; it cannot be used again.", "RFC 5802 §5"],
      ["Nothing: the client has checked the server's proof.", "RFC 4954 §4"],
    ],
  },
};

export const ANY_STEP: { readonly client: Entry; readonly server: Entry } = {
  client: ["The client's answer to the challenge, in base64.", "RFC 4954 §4"],
  server: ["The server's challenge, in base64.", "RFC 4954 §4"],
};

export const GIVES_UP: Entry = ["The client gives the login up.", "RFC 4954 §4", "501"];
