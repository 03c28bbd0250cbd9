/// <reference lib="esnext.disposable" />
/** Mail that leaves: what the next hop is told, what the sender hears of it, and that nothing gets lost in between. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { askControl } from "@socketscope/host";
import { SmtpPeer, spawnApp, type RunningApp } from "@socketscope/testkit";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handIn, LETTER, letterTo, until } from "./relay-bench.ts";

type Answer = (
  line: string,
  connection: { readonly socket: { destroy(): unknown } },
) => string | null | undefined;

describe.each(["hand", "smtp-server"])("a relay on the engine %s", (engine) => {
  let answer: Answer | undefined;
  let next: SmtpPeer;
  let plain: SmtpPeer;
  let silent: SmtpPeer;
  let app: RunningApp;
  /** What an inspector is told, and the one who listens for it. */
  let inspector: Server;
  let tapped = "";
  let name = 0;
  let sender = "";

  beforeAll(async () => {
    next = await SmtpPeer.listen({ answer: (line, connection) => answer?.(line, connection) });
    plain = await SmtpPeer.listen({ offers: ["SIZE 2000"] });
    silent = await SmtpPeer.listen({ greeting: "" });
    const gone = await SmtpPeer.listen();
    const nobody = gone.port;
    await gone[Symbol.asyncDispose]();
    inspector = createServer((socket) =>
      socket.on("data", (octets) => (tapped += octets.toString("latin1"))),
    );
    await once(inspector.listen(0, "127.0.0.1"), "listening");
    const address = inspector.address();
    const inspect = typeof address === "object" && address !== null ? address.port : 0;
    const to = (domain: string, { port }: { readonly port: number }): string[] => [
      "--route",
      `${domain}=127.0.0.1:${port}`,
    ];
    app = await spawnApp("mail-relay", [
      `--engine=${engine}`,
      `--inspect=127.0.0.1:${inspect}#token`,
      "--relay",
      "--trust=127.0.0.1/32",
      "--retry=300ms",
      "--expire=4s",
      "--delay-notice=1s",
      ...to("next.test", next),
      ...to("plain.test", plain),
      ...to("silent.test", silent),
      ...to("gone.test", { port: nobody }),
    ]);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    inspector.close();
    for (const peer of [next, plain, silent]) await peer[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    answer = undefined;
    sender = `sender-${++name}@socketscope.test`;
    next.lines.length = 0;
    next.messages.length = 0;
    plain.lines.length = 0;
    plain.messages.length = 0;
  });

  /** Without the empty ones that end a DATA for nobody (RFC 2920 §3.1). */
  const arrived = (): readonly string[] => next.messages.filter((message) => message !== "");

  it("passes a message on, octet for octet behind its own Received field, with all the sender asked for", async () => {
    await handIn(app, {
      from: sender,
      to: [
        {
          forwardPath: "bob@next.test",
          parameters: {
            notify: ["SUCCESS", "DELAY"],
            orcpt: { addressType: "rfc822", address: "Bob@Next.test" },
          },
        },
      ],
      parameters: { ret: "HDRS", envid: "QQ 1" },
    });
    await until(() => arrived().length === 1, "the message at the next hop");
    expect(arrived()[0]).toMatch(
      /^Received: from sender\.test \(\[127\.0\.0\.1\]:\d+\)\r\n by mail\.socketscope\.test /,
    );
    expect(arrived()[0]?.endsWith(LETTER)).toBe(true);
    expect(next.lines).toContainEqual(
      expect.stringMatching(/^MAIL FROM:<sender-1@socketscope\.test>.* RET=HDRS ENVID=QQ\+201/),
    );
    expect(next.lines).toContain("RCPT TO:<bob@next.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob@Next.test");
  });

  it("tells the sender of the one recipient who was refused; the others have it", async () => {
    answer = (line) => (line.startsWith("RCPT TO:<nobody@") ? "550 5.1.1 no such user here" : undefined);
    await handIn(app, { from: sender, to: ["bob@next.test", "nobody@next.test", "eve@next.test"] });
    const notice = await letterTo(app, sender);
    expect(arrived()).toHaveLength(1);
    expect(notice).toMatch(/^Return-Path: <>\r\n/);
    expect(notice).toContain(
      "Final-Recipient: rfc822; nobody@next.test\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    );
    expect(notice).toContain("Diagnostic-Code: smtp; 550 5.1.1 no such user here\r\n");
    expect(notice).not.toContain("eve@next.test\r\nAction");
    expect(notice).toContain("Subject: A letter");
  });

  it("tries again after a refusal that passes, and only for whom it was refused", async () => {
    let refusals = 2;
    answer = (line) =>
      line.startsWith("RCPT TO:<late@") && refusals-- > 0 ? "450 4.2.1 busy, later" : undefined;
    await handIn(app, { from: sender, to: ["bob@next.test", "late@next.test"] });
    await until(() => arrived().length === 2, "the second delivery");
    expect(next.lines.filter((line) => line.startsWith("RCPT TO:<bob@"))).toHaveLength(1);
    expect(next.lines.filter((line) => line.startsWith("RCPT TO:<late@"))).toHaveLength(3);
  });

  it("tells once that it takes long, then that it was given up, when the next hop is down", async () => {
    await handIn(app, {
      from: sender,
      to: [{ forwardPath: "bob@gone.test", parameters: { notify: ["DELAY", "FAILURE"] } }],
      parameters: { ret: "HDRS" },
    });
    const late = await letterTo(app, sender, "delayed");
    expect(late).toMatch(/Action: delayed\r\nStatus: 4\.4\.1\r\n/);
    expect(late).toContain("Will-Retry-Until: ");
    expect(late).toContain("text/rfc822-headers");
    const failed = await letterTo(app, sender, "could not be delivered");
    expect(failed).toMatch(/Action: failed\r\nStatus: 5\.4\.7\r\n/);
    expect(failed).not.toContain("Hello");
    expect(await countIn(app, sender)).toBe(2);
  });

  it("sends no notice to the null reverse-path and to whom does not want one", async () => {
    answer = (line) => (line.startsWith("RCPT TO:<nobody@") ? "550 5.1.1 no" : undefined);
    await handIn(app, { from: "", to: ["nobody@next.test"] });
    await handIn(app, {
      from: sender,
      to: [{ forwardPath: "nobody@next.test", parameters: { notify: ["NEVER"] } }],
    });
    await until(async () => (await queued(app)) === 0, "an empty queue");
    expect(await countIn(app, sender)).toBe(0);
  });

  it("tells who asked for success that a hop without DSN has it, and that a mailbox of its own has it", async () => {
    const parameters = { notify: ["SUCCESS"] } as const;
    await handIn(app, { from: sender, to: [{ forwardPath: "bob@plain.test", parameters }] });
    expect(await letterTo(app, sender, "passed on")).toMatch(/Action: relayed\r\nStatus: 2\.0\.0\r\n/);
    expect(plain.lines).toContain("RCPT TO:<bob@plain.test>");
    await handIn(app, { from: sender, to: [{ forwardPath: "ann@socketscope.test", parameters }] });
    expect(await letterTo(app, sender, "was delivered")).toMatch(/Action: delivered\r\nStatus: 2\.0\.0\r\n/);
  });

  it("rewrites 8-bit text for a hop that takes 7 bits", async () => {
    const text =
      'Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\nZażółć gęślą jaźń\r\n';
    await handIn(app, { from: sender, to: ["bob@plain.test"], text, parameters: { body: "8BITMIME" } });
    await until(() => plain.messages.length === 1, "the message");
    const message = plain.messages[0] ?? "";
    expect(message).toMatch(/^[\0-\x7f]*$/);
    expect((await PostalMime.parse(message)).text?.trim()).toBe("Zażółć gęślą jaźń");
    expect(plain.lines).toContainEqual(expect.stringMatching(/^MAIL FROM:<[^>]+> SIZE=\d+$/));
  });

  it("returns what a hop cannot take: too big for it, addresses in UTF-8", async () => {
    await handIn(app, {
      from: sender,
      to: ["bob@plain.test"],
      text: `Subject: big\r\n\r\n${"x".repeat(76)}\r\n`.repeat(40),
    });
    expect(await letterTo(app, sender)).toContain("Status: 5.3.4\r\n");
    const other = `utf8-${sender}`;
    await handIn(app, { from: other, to: ["zoë@plain.test"], parameters: { smtputf8: true } });
    const notice = await letterTo(app, other);
    expect(notice).toContain("Status: 5.6.7\r\n");
    expect(notice).toContain("Final-Recipient: utf-8; zoë@plain.test\r\n");
    expect(plain.messages).toHaveLength(0);
  });

  it("sends again when the connection was lost: within the message at once, after its end later", async () => {
    const lost: string[] = [];
    answer = (line, { socket }) => {
      if (lost.includes(line)) return undefined;
      if (line !== "DATA" && line !== ".") return undefined;
      lost.push(line);
      socket.destroy();
      return null;
    };
    await handIn(app, { from: sender, to: ["bob@next.test"] });
    await until(() => arrived().length === 1, "the message");
    await until(async () => (await queued(app)) === 0, "an empty queue");
    expect(lost).toEqual(["DATA", "."]);
    expect(arrived()).toHaveLength(1);
    expect(await countIn(app, sender)).toBe(0);
  });

  it("shows the inspector what it says to the next hop", async () => {
    await handIn(app, { from: sender, to: ["bob@next.test"] });
    await until(() => arrived().length === 1, "the message at the next hop");
    const hello = "EHLO mail.socketscope.test\r\n";
    await until(() => tapped.includes(hello), "the relay's own EHLO in the tap");
    expect(tapped).toContain(hello);
  });

  it("gives a hop that takes few at once the others in further transactions", async () => {
    let taken = 0;
    answer = (line) => {
      if (line.startsWith("MAIL")) taken = 0;
      return line.startsWith("RCPT") && ++taken > 10 ? "452 4.5.3 too many recipients" : undefined;
    };
    const to = Array.from({ length: 35 }, (_, index) => `bob-${index}@next.test`);
    await handIn(app, { from: sender, to });
    await until(() => arrived().length === 4, "four transactions");
    expect(next.lines.filter((line) => line === "QUIT").length).toBeLessThanOrEqual(1);
    await until(async () => (await queued(app)) === 0, "all of it written down as delivered");
  });

  it("uses a connection again", async () => {
    const before = next.connections;
    for (let count = 0; count < 5; count++) {
      await handIn(app, { from: sender, to: ["bob@next.test"] });
      await until(() => arrived().length === count + 1, "the message");
    }
    expect(next.connections - before).toBeLessThanOrEqual(1);
  });

  it("lets a host that never greets delay nobody else", async () => {
    for (let count = 0; count < 40; count++)
      await handIn(app, { from: "", to: [`bob-${count}@silent.test`] });
    await handIn(app, { from: sender, to: ["bob@next.test"] });
    await until(() => arrived().length === 1, "the other's message");
    // The other's is out of the queue when that is written down.
    await expect.poll(() => queued(app)).toBe(40);
    for (const id of await ids(app))
      await askControl(app.ready.state, "mail-relay", "DELETE", `/queue/${id}`);
  });

  it("holds, releases, shows, flushes and removes by its control socket", async () => {
    answer = (line) => (line.startsWith("RCPT") ? "450 4.2.0 not now" : undefined);
    await handIn(app, { from: sender, to: ["bob@next.test"] });
    const [id = ""] = await ids(app);
    const ask = (method: "GET" | "POST" | "DELETE", path: string): Promise<unknown> =>
      askControl(app.ready.state, "mail-relay", method, `/queue/${path}`);
    await until(async () => attempts(await ask("GET", id)) > 0, "an attempt");
    await until(async () => statusOf(await ask("POST", `${id}/hold`)) === "held", "it is held");
    const held = attempts(await ask("GET", id));
    await ask("POST", "flush");
    answer = undefined;
    expect(attempts(await ask("GET", id))).toBe(held);
    expect(arrived()).toHaveLength(0);
    await ask("POST", `${id}/release`);
    await until(() => arrived().length === 1, "the message");
    // It is out of the queue when that is written down.
    await until(async () => !(await ids(app)).includes(id), "the end in the queue");
    await expect(ask("GET", id)).rejects.toThrow("there is no message");
    await expect(ask("DELETE", "nonsense")).rejects.toThrow("there is no message nonsense in the queue");
  });
});

async function queue(app: RunningApp): Promise<{ total: number; messages: { id: string }[] }> {
  const page = await askControl(app.ready.state, "mail-relay", "GET", "/queue?limit=1000");
  return page as { total: number; messages: { id: string }[] };
}
async function queued(app: RunningApp): Promise<number> {
  return (await queue(app)).total;
}
async function ids(app: RunningApp): Promise<readonly string[]> {
  return (await queue(app)).messages.map(({ id }) => id);
}
function attempts(entry: unknown): number {
  return (entry as { attempts: number }).attempts;
}
function statusOf(entry: unknown): string {
  return (entry as { status: string }).status;
}

async function countIn(app: RunningApp, mailbox: string): Promise<number> {
  const response = await fetch(`${app.url("web")}/api/v1/messages?mailbox=${encodeURIComponent(mailbox)}`);
  return ((await response.json()) as { total: number }).total;
}
