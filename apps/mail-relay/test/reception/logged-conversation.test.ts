import { createLog, Secrets } from "@socketscope/host";
import type { Reply } from "@socketscope/smtp";
import { describe, expect, it } from "vitest";
import type { Conversation, Peer } from "../../src/engine/engine.ts";
import { LoggedConversation } from "../../src/reception/logged-conversation.ts";

const ok: Reply = { code: 250, enhanced: "2.0.0", lines: ["OK"] };
const no: Reply = { code: 550, enhanced: "5.1.1", lines: ["No such mailbox here"] };
const parameters = { smtputf8: false };

const inner: Conversation = {
  greet: () => ok,
  hello: () => undefined,
  credentials: () => undefined,
  loggedIn() {},
  loginFailed() {},
  mail: () => ok,
  rcpt: (path) => Promise.resolve(path.startsWith("no") ? no : ok),
  content: () => ({ write() {}, finish: () => Promise.resolve(ok), abort() {} }),
  verify: () => ok,
  reset() {},
  refused() {},
  closed() {},
};

const peer: Peer = {
  flow: {
    id: 1,
    transport: "tcp",
    local: { host: "192.0.2.1", port: 25 },
    remote: { host: "192.0.2.7", port: 4711 },
  },
  role: "smtp",
  tls: () => undefined,
  cut() {},
};

function logged(over: Partial<Conversation> = {}): { conversation: LoggedConversation; lines: string[] } {
  const lines: string[] = [];
  const log = createLog({
    app: "mail-relay",
    format: "text",
    secrets: new Secrets(),
    write: (line) => lines.push(line.trimEnd().slice(line.indexOf(" ") + 1)),
  });
  return { conversation: new LoggedConversation({ ...inner, ...over }, peer, log), lines };
}

async function letter(conversation: LoggedConversation, ...to: readonly string[]): Promise<void> {
  await conversation.mail("ann@a.test", parameters);
  for (const path of to) await conversation.rcpt(path, {});
  const incoming = await conversation.content();
  if ("code" in incoming) return;
  await incoming.write(new Uint8Array(40));
  await incoming.write(new Uint8Array(2));
  await incoming.finish();
}

const FROM = "protocol=smtp from=192.0.2.7 tls=false";

describe("the log of a session", () => {
  it("has a line for a letter that is taken, with whom it is for", async () => {
    const { conversation, lines } = logged();
    conversation.loggedIn("ann");
    await letter(conversation, "bob@b.test", "nobody@b.test");
    expect(lines).toEqual([
      `info  logged in ${FROM} user=ann`,
      `info  letter taken ${FROM} user=ann sender=<ann@a.test> to=<bob@b.test> octets=42 said="250 2.0.0 OK"`,
    ]);
  });

  it("has none for one that is not", async () => {
    const { conversation, lines } = logged({ content: () => ({ write() {}, finish: () => no, abort() {} }) });
    await letter(conversation, "bob@b.test");
    expect(lines).toEqual([]);
  });

  it("names some of very many", async () => {
    const { conversation, lines } = logged();
    await letter(conversation, ...Array.from({ length: 7 }, (_, at) => `b${at}@b.test`));
    expect(lines[0]).toContain(`<b4@b.test> and 2 more"`);
  });

  it("tells of refusals with the letter they are of, and of logins that failed", async () => {
    const { conversation, lines } = logged();
    conversation.refused("BOGUS", no);
    await conversation.mail("", parameters);
    conversation.refused("RCPT", no);
    conversation.reset();
    conversation.refused("DATA", no);
    conversation.refused("the message", no);
    conversation.loginFailed("eve\r\n");
    const said = 'said="550 5.1.1 No such mailbox here"';
    expect(lines).toEqual([
      `info  refused ${FROM} what=BOGUS ${said}`,
      `info  refused ${FROM} what=RCPT sender=<> ${said}`,
      `info  refused ${FROM} what=DATA ${said}`,
      `info  refused ${FROM} what="the message" sender=<> ${said}`,
      `warn  login failed ${FROM} user="eve\\r\\n"`,
    ]);
  });
});
