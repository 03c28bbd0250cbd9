/** The inbox with letters in it, in each of its states: for the test that looks for faults, and for the pictures. */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { ControlClient } from "@socketscope/host";
import { createTransport } from "nodemailer";
import { spawnApp, type RunningApp } from "@socketscope/testkit";

export interface PageState {
  readonly name: string;
  readonly url: string;
}

export interface Looked extends AsyncDisposable {
  readonly empty: readonly PageState[];
  readonly states: () => Promise<readonly PageState[]>;
  /** The control socket. */
  readonly control: (method: "POST" | "DELETE", path: string, body?: object) => Promise<void>;
}

interface Listed {
  readonly messages: readonly { readonly id: string; readonly subject: string }[];
}

interface Failed {
  readonly failed: readonly { readonly id: number }[];
}

interface Queued {
  readonly messages: readonly { readonly id: string }[];
}

const HTML = `<div style="font-family:sans-serif;max-width:640px;margin:auto"><h1 style="background:#1b57d6;color:#fff;padding:24px;border-radius:8px 8px 0 0;margin:0">Sockets, hands on</h1>
<p>Hi Alice,</p><p>the room has changed to <b>4.12</b>: it has power at every seat and a switch we may unplug. I attached the plan.</p>
<table><tr><th>09:30</th><td>What a socket is: address, port, and the other end's</td></tr><tr><th>10:15</th><td>A web page by hand, byte by byte</td></tr><tr><th>11:15</th><td>Send me a letter</td></tr></table><p>See you there,<br>Bob</p></div>`;

/** By hand, line by line, until the relay closes. */
async function say(host: string, port: number, lines: readonly string[]): Promise<void> {
  const socket = connect(port, host);
  socket.resume();
  for (const line of lines) {
    await setTimeout(30);
    socket.write(`${line}\r\n`);
  }
  socket.end();
  await once(socket, "close");
}

export async function openInbox(): Promise<Looked> {
  const app: RunningApp = await spawnApp("mail-relay", [
    "--relay",
    "--trust=127.0.0.1/32",
    // Nobody listens there: what is sent to it waits in the queue.
    "--route=down.test=127.0.0.1:1",
    "--retry=2m,10m",
  ]);
  const { hostname: host, port } = new URL(app.url("smtp").replace("smtp:", "http:"));
  const transport = createTransport({
    host,
    port: Number(port),
    secure: false,
    ignoreTLS: true,
    name: "client.lab.test",
  });
  const at = (path: string): string => `${app.url("web")}${path}`;
  return {
    empty: [{ name: "empty", url: at("/") }],
    async states() {
      await transport.sendMail({
        from: "Lab build <build@lab.test>",
        to: "alice@lab.test",
        subject: "Nightly run: 412 passed, 0 failed",
        text: "All four servers answered within their limits.",
      });
      await transport.sendMail({
        from: "Żółw <turtle@lab.test>",
        to: "bob@lab.test",
        subject: "Zażółć gęślą jaźń",
        text: "If you can read this line, UTF-8 came through.",
      });
      await transport.sendMail({
        from: "nobody@lab.test",
        to: "postmaster@lab.test",
        text: "typed by hand, one line at a time",
      });
      await transport.sendMail({
        from: "Bob Baker <bob@lab.test>",
        to: "Alice Archer <alice@lab.test>",
        subject: "Workshop notes, and the room has changed",
        text: "The room has changed.",
        html: HTML,
        attachments: [{ filename: "plan.txt", content: "09:30 sockets\n" }],
      });
      for (const lines of [
        // It breaks off there.
        ["EHLO laptop.test", "MAIL FROM:<carol@lab.test>", "RCPT TO:<bob@lab.test>", "DATA", "Subject: Half"],
        ["EHLO scanner.test", "MAIL FROM:<spam@lab.test> FOO=1", "RCPT TO:<alice@lab.test>", "QUIT"],
        ["EHLO old.test", "AUTH CRAM-MD5", "DATA", "QUIT"],
        ["GET / HTTP/1.1"],
        [
          "EHLO attacker.test",
          "MAIL FROM:<a@attacker.test>",
          "RCPT TO:<alice@lab.test>",
          "DATA",
          "hello\n.\nMAIL FROM:<ceo@lab.test>",
        ],
      ])
        await say(host, Number(port), lines);
      for (const [subject, to] of [
        ["Workshop notes, and the room has changed", "dave@down.test"],
        ["Minutes of last week", "frank@down.test, erin@down.test"],
      ])
        await transport.sendMail({ from: "Bob Baker <bob@lab.test>", to, subject, text: "See you there." });
      const queue = (await (await fetch(at("/api/v1/queue"))).json()) as Queued;
      const held = queue.messages.at(-1)?.id ?? "";
      await fetch(at(`/api/v1/queue/${held}/hold`), { method: "POST" });
      const { failed } = (await (await fetch(at("/api/v1/sessions"))).json()) as Failed;
      const response = await fetch(at("/api/v1/messages"));
      const { messages } = (await response.json()) as Listed;
      const id = messages.find(({ subject }) => subject.startsWith("Workshop"))?.id ?? "";
      const tabs = ["html", "text", "source", "headers", "attachments", "dialogue"];
      return [
        { name: "list", url: at("/") },
        { name: "search", url: at("/?q=nightly") },
        { name: "queue", url: at("/?view=queue") },
        { name: "failed", url: at("/?view=failed") },
        { name: "session", url: at(`/?view=failed&session=${failed[0]?.id}`) },
        { name: "broken-off", url: at(`/?view=failed&session=${failed.at(-1)?.id}`) },
        ...tabs.map((tab) => ({ name: tab, url: at(`/?mailbox=alice%40lab.test&id=${id}&tab=${tab}`) })),
      ];
    },
    async control(method, path, body) {
      using client = new ControlClient(app.ready.state, "mail-relay");
      await client.ask(method, path, body && JSON.stringify(body));
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}
