/// <reference lib="esnext.disposable" />
// The linter reads tests without a tsconfig of their own: it would not know AsyncDisposable.
/** Short words for the tests: a session with a peer, a message, an envelope. */
import type { SmtpPeer } from "@socketscope/testkit";
import type { Envelope, MailParameters } from "@socketscope/smtp";
import { connectSmtp, type ConnectSmtpOptions, type Content, type SmtpSession } from "../src/index.ts";

export function connect(peer: SmtpPeer, options: Partial<ConnectSmtpOptions> = {}): Promise<SmtpSession> {
  return connectSmtp({ host: "127.0.0.1", port: peer.port, hostname: "me.test", tls: "off", ...options });
}

export function envelope(
  to: readonly string[] = ["a@peer.test"],
  more: Partial<MailParameters> = {},
): Envelope {
  return {
    reversePath: "me@me.test",
    parameters: { smtputf8: false, ...more },
    recipients: to.map((forwardPath) => ({ forwardPath, parameters: {} })),
  };
}

export function content(text: string, pieceOctets = 10): Content {
  const octets = Buffer.from(text, "latin1");
  return {
    size: octets.length,
    // oxlint-disable-next-line typescript/require-await -- the shape of a file's
    async *read() {
      for (let at = 0; at < octets.length; at += pieceOctets) yield octets.subarray(at, at + pieceOctets);
    },
  };
}

/** What a promise rejects with; fails where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it should have been rejected");
}

/** Its class, code and text. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  if (!(error instanceof Error) || !("code" in error)) throw error;
  return `${error.name} ${String(error.code)}: ${error.message}`;
}
