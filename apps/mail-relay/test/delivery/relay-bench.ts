/** A relay of ours between a sender and next hops that do as a test tells them. */
import { HttpAgent } from "@socketscope/web";
import { connectSmtp, type SendResult } from "@socketscope/smtp-session";
import type { MailParameters, Recipient } from "@socketscope/smtp";
import { PATIENCE_MS, type RunningApp } from "@socketscope/testkit";

export interface Sent {
  readonly from: string;
  readonly to: readonly (string | Recipient)[];
  readonly text?: string;
  readonly parameters?: Partial<MailParameters>;
}

export const LETTER = "Subject: A letter\r\n\r\nHello\r\n.dots\r\n";

/** Handed in at the relay's MTA port; every recipient was taken. */
export async function handIn(
  app: RunningApp,
  { from, to, text = LETTER, parameters }: Sent,
): Promise<SendResult> {
  const session = await connectSmtp({
    host: "127.0.0.1",
    port: Number(new URL(app.url("smtp").replace("smtp:", "http:")).port),
    hostname: "sender.test",
    tls: "off",
  });
  const octets = Buffer.from(text, "utf8");
  const result = await session.send(
    {
      reversePath: from,
      parameters: { smtputf8: false, ...parameters },
      recipients: to.map((one) => (typeof one === "string" ? { forwardPath: one, parameters: {} } : one)),
    },
    {
      size: octets.length,
      async *read() {
        yield octets;
      },
    },
  );
  await session.quit();
  if (result.accepted !== to.length) throw new Error(`not taken: ${JSON.stringify(result.recipients)}`);
  return result;
}

/** The first letter in a mailbox, waited for; its source. */
export async function letterTo(
  app: RunningApp,
  mailbox: string,
  subject = "",
  seconds = 60,
): Promise<string> {
  const agent = new HttpAgent();
  try {
    const ask = async (path: string): Promise<string> => {
      const response = await agent.request({
        url: `${app.url("web")}${path}`,
        deadlines: { firstByte: 20_000 },
      });
      const body = await response.body.text(10_000_000);
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${body}`);
      return body;
    };
    const query = new URLSearchParams({ to: mailbox, subject, timeout: String(seconds) });
    const found: unknown = JSON.parse(await ask(`/api/v1/wait?${query.toString()}`));
    if (typeof found !== "object" || found === null || !("id" in found)) throw new Error("no message");
    return await ask(`/api/v1/messages/${String(found.id)}/raw`);
  } finally {
    agent.close();
  }
}

/** Until it is so. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  ms = PATIENCE_MS,
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
