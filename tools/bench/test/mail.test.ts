/// <reference lib="esnext.disposable" />
/** The mail servers of the bench take what smtp-source sends, and the memory of the relay can be asked for. */
import { once } from "node:events";
import { connect } from "node:net";
import {
  missingForPostfix,
  needing,
  realClient,
  SmtpPeer,
  Spawned,
  workspaceRoot,
} from "@socketscope/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { MESSAGE_OCTETS } from "../src/mail-cases.ts";
import { MailLoad, send } from "../src/mail-load.ts";
import { startMailServer } from "../src/mail-servers.ts";
import { sendPipelined } from "../src/pipelined-load.ts";

async function codesOf(port: number, lines: readonly string[]): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  const codes: string[] = [];
  for (const line of ["", ...lines]) {
    if (line !== "") socket.write(`${line}\r\n`);
    const [octets]: unknown[] = await once(socket, "data");
    codes.push(String(octets).slice(0, 3));
  }
  socket.destroy();
  return codes;
}

const letter = [
  "HELO c.test",
  "MAIL FROM:<a@near.test>",
  "RCPT TO:<b@far.test>",
  "DATA",
  "A: b\r\n\r\nx\r\n.",
];
const taken = ["220", "250", "250", "250", "354", "250"];

/** Its port; it ends with the test. */
async function started(name: string): Promise<number> {
  const source = ["--import", "tsx", "--conditions=@socketscope/source", "tools/bench/src/server.ts"];
  const server = new Spawned(process.execPath, [...source, name, "."], { cwd: workspaceRoot });
  onTestFinished(async () => void (await server.stop()));
  return Number(await server.line());
}

realClient("smtp-source").describe("a mail server of the bench", () => {
  it.each(["ours-smtp", "smtp-server"])("%s takes a letter, and what smtp-source sends", async (name) => {
    const port = await started(name);
    expect(await codesOf(port, letter)).toEqual(taken);
    const load = new MailLoad({ sessions: 3, reused: true });
    expect(
      await load.run({ name, port, [Symbol.asyncDispose]: () => Promise.resolve() }, 0.2),
    ).toBeGreaterThan(0);
    expect(await sendPipelined(port, 3, 0.2)).toBeGreaterThan(0);
    await expect(send(1, { sessions: 1, reused: true, messages: 1 })).rejects.toMatchObject({ code: "LOAD" });
  });

  it("sockets alone take what smtp-source sends", async () => {
    const port = await started("node:net, no SMTP");
    expect(await codesOf(port, letter)).toEqual(taken);
    await send(port, { sessions: 3, reused: true, messages: 30 });
  });

  it("smtp-sink takes a letter", async () => {
    await using sink = await startMailServer("smtp-sink", ".");
    expect(await codesOf(sink.port, letter)).toEqual(taken);
  });
});

describe("sockets that pipeline", () => {
  it("bring whole messages, and count what was answered", async () => {
    await using peer = await SmtpPeer.listen();
    expect(await sendPipelined(peer.port, 3, 0.2)).toBeGreaterThan(0);
    const sizes = new Set(peer.messages.map(({ length }) => length));
    expect([...sizes]).toEqual([MESSAGE_OCTETS]);
    expect(peer.connections).toBe(3);
  });

  it.each([
    ["at the greeting", { greeting: "554 no" }],
    ["at DATA", { answer: (line: string) => (line === "DATA" ? "452 4.3.1 full" : undefined) }],
    ["behind the content", { answer: (line: string) => (line === "." ? "451 4.3.0 later" : undefined) }],
  ])("count nothing where a server refuses %s", async (_where, options) => {
    await using peer = await SmtpPeer.listen(options);
    await expect(sendPipelined(peer.port, 2, 0.2)).rejects.toMatchObject({ code: "LOAD" });
  });
});

needing(missingForPostfix()).describe("Postfix", () => {
  it("keeps a letter, its next hop being down", async () => {
    await using postfix = await startMailServer("Postfix", ".");
    expect(await codesOf(postfix.port, letter)).toEqual(taken);
  });
});
