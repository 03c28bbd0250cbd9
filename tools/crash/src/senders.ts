/** Several senders at once, each over one connection, until the relay goes: what was answered 250 is written down. */
import { connectSmtp } from "@socketscope/smtp-session";
import { newLetter } from "./letters.ts";

export interface Acknowledged {
  /** Of letters for a mailbox of the relay's own. */
  readonly here: Set<string>;
  /** Of letters for the next hop. */
  readonly elsewhere: Set<string>;
}

export function startSenders(
  port: number,
  count: number,
): { readonly acknowledged: Acknowledged; readonly over: Promise<unknown> } {
  const acknowledged: Acknowledged = { here: new Set(), elsewhere: new Set() };
  const over = Promise.all(Array.from({ length: count }, () => send(port, acknowledged)));
  return { acknowledged, over };
}

/** Ends when the connection does. */
async function send(port: number, acknowledged: Acknowledged): Promise<void> {
  const session = await connectSmtp({ host: "127.0.0.1", port, hostname: "crash.test", tls: "off" }).catch(
    () => undefined,
  );
  if (session === undefined) return;
  for (let number = 0; session.usable; number++) {
    const letter = newLetter(number);
    const octets = Buffer.from(letter.text, "latin1");
    const isHere = number % 2 === 0;
    const forwardPath = isHere ? "ann@here.test" : "bob@far.test";
    try {
      const { accepted } = await session.send(
        { reversePath: "", parameters: { smtputf8: false }, recipients: [{ forwardPath, parameters: {} }] },
        {
          size: octets.length,
          async *read() {
            yield octets;
          },
        },
      );
      if (accepted === 1) (isHere ? acknowledged.here : acknowledged.elsewhere).add(letter.id);
    } catch {
      // The relay is gone: what it did not answer for is the sender's still.
      session.close();
    }
  }
}
