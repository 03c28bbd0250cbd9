/** Servers that lie, stall, flood or leave, at each step: one clear error, in bounded time and memory. */
import { SmtpPeer, type SmtpPeerConnection } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { SendInterrupted, type SmtpDeadlines } from "../src/index.ts";
import { connect, content, envelope, failure, rejection } from "./sending.ts";

const LETTER = "Subject: x\r\n\r\nhello\r\n";

/** Short for what stalls; the others never run out. */
const SHORT: Partial<SmtpDeadlines> = {
  greeting: 50,
  command: 50,
  mail: 50,
  rcpt: 50,
  data: 50,
  final: 50,
  quit: 50,
};

type Misdeed = (connection: SmtpPeerConnection) => string | null;

const leave: Misdeed = ({ socket }) => {
  socket.end();
  return null;
};
const reset: Misdeed = ({ socket }) => {
  socket.resetAndDestroy();
  return null;
};
const stall: Misdeed = () => null;
const flood: Misdeed = ({ socket }) => {
  const line = Buffer.alloc(64 * 1024, "2");
  const more = (): void => {
    while (socket.writable && socket.write(line));
    socket.once("drain", more);
  };
  more();
  return null;
};
const drip: Misdeed = (connection) => {
  const timer = setInterval(() => connection.say("2"), 20);
  connection.socket.on("close", () => clearInterval(timer));
  return null;
};

const steps = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "."] as const;
const misdeeds: readonly (readonly [name: string, misdeed: Misdeed, code: string, error: RegExp])[] = [
  ["leaves", leave, "CLOSED", /the server ended the connection where .* was due/],
  ["resets", reset, "(?:CLOSED|RESET)", /broke|ended|ECONNRESET|reset/],
  ["says nothing", stall, "TIMED_OUT", /did not come in time/],
  ["drips an endless line", drip, "TIMED_OUT", /did not come in time/],
  ["floods an endless line", flood, "PROTOCOL", /a reply line of more than 512 octets/],
  ["sends lines without end", () => "250-x\r\n".repeat(5000), "PROTOCOL", /a reply of more than 128 lines/],
  [
    "speaks HTTP",
    () => "HTTP/1.1 400 Bad Request\r\n",
    "PROTOCOL",
    /"HTTP\/1.1 400 Bad Request", which is no SMTP reply/,
  ],
  ["ends lines by LF", () => "250 OK\n", "PROTOCOL", /a CR or LF that stands alone/],
  ["mixes codes", () => "250-OK\r\n550 no\r\n", "PROTOCOL", /began a reply with 250 and went on with 550/],
  ["sends NULs", () => "\0\0\0\0\r\n", "PROTOCOL", /which is no SMTP reply/],
  ["sends a code out of range", () => "999 yes\r\n", "PROTOCOL", /which is no SMTP reply/],
];

describe.each(steps)("at %s a server", (step) => {
  it.each(misdeeds)("%s", async (_name, misdeed, code, text) => {
    await using peer = await SmtpPeer.listen({
      offers: [],
      ...(step === "greeting" && { greeting: "" }),
      answer: (line, connection) => (line.startsWith(step) ? misdeed(connection) : undefined),
      ...(step === "greeting" && {
        onConnect: (connection: SmtpPeerConnection) => {
          connection.say(misdeed(connection) ?? "");
        },
      }),
    });
    const attempt = async (): Promise<unknown> => {
      // Only who waits for a deadline has a short one: on a busy machine it would come before the server's word.
      const session = await connect(peer, code === "TIMED_OUT" ? { deadlines: SHORT } : {});
      return session.send(envelope(), content(LETTER));
    };
    const error = await rejection(attempt());
    expect(error).toMatchObject({
      code: expect.stringMatching(`^${code}$`),
      message: expect.stringMatching(text),
    });
    expect(error instanceof Error && error.message.split("\n")).toHaveLength(1);
    // RFC 5321 §4.1.1.4: once the end was sent the server may have the message.
    if (error instanceof SendInterrupted) expect(error.maybeDelivered).toBe(step === ".");
    else expect(["greeting", "EHLO"]).toContain(step);
    if (step !== ".") expect(peer.messages).toEqual([]);
  });

  it("says 421", async () => {
    await using peer = await SmtpPeer.listen({
      ...(step === "greeting" && { greeting: "421 4.3.2 closing" }),
      answer: (line) => (line.startsWith(step) ? "421 4.3.2 closing" : undefined),
    });
    const attempt = async () => (await connect(peer)).send(envelope(["a@d", "b@d"]), content(LETTER));
    if (step === "greeting" || step === "EHLO") {
      expect(await failure(attempt())).toMatch(/421 4\.3\.2 closing/);
      return;
    }
    const result = await attempt();
    expect(result.recipients.map(({ accepted, reply }) => [accepted, reply.code])).toEqual([
      [false, 421],
      [false, 421],
    ]);
  });
});

describe("a server that", () => {
  it.each<readonly [what: string, step: string, says: string, text: RegExp]>([
    [
      "turns us away",
      "greeting",
      "554 5.7.1 go away",
      /GREETING: the server turns us away: 554 5\.7\.1 go away/,
    ],
    ["greets by 450", "greeting", "450 4.3.2 later", /GREETING/],
    ["greets by 354", "greeting", "354 go", /PROTOCOL: the server sent a 354 where the greeting was due/],
    ["greets twice", "greeting", "220 a\r\n220 b\r\n", /PROTOCOL: .*220 that nobody had asked for/],
    ["has 450 for EHLO", "EHLO", "450 4.3.2 later", /HELLO: the server refuses EHLO: 450/],
    ["knows neither EHLO nor HELO", "LO ", "502 what", /HELLO: the server refuses EHLO and HELO: 502 what/],
    ["answers EHLO twice", "EHLO", "250 a\r\n250 b\r\n", /PROTOCOL: .*250 that nobody had asked for/],
  ])("%s", async (_what, step, says, text) => {
    await using peer = await SmtpPeer.listen({
      ...(step === "greeting" && { greeting: says }),
      answer: (line) => (line.includes(step) ? says : undefined),
    });
    const attempt = async () => (await connect(peer)).send(envelope(), content(LETTER));
    expect(await failure(attempt())).toMatch(text);
  });

  // An extra reply early in a group would make every later one mean something else.
  it.each<readonly [what: string, step: string, says: string]>([
    ["answers MAIL twice", "MAIL", "250 ok\r\n250 ok\r\n"],
    ["answers RCPT twice", "RCPT", "250 ok\r\n250 ok\r\n"],
    ["answers RCPT three times", "RCPT", "250 ok\r\n250 ok\r\n250 ok\r\n"],
    ["answers DATA by 250", "DATA", "250 ok"],
    ["answers DATA by 334", "DATA", "334 "],
    ["says 354 to RCPT", "RCPT", "354 go"],
    ["takes the message before its end", "DATA", "354 go\r\n250 taken\r\n"],
  ])("%s is not believed", async (_what, step, says) => {
    for (const pipelining of [true, false]) {
      await using peer = await SmtpPeer.listen({
        answer: (line) => (line.startsWith(step) ? says : undefined),
      });
      const session = await connect(peer);
      const error = await rejection(session.send(envelope(["a@d", "b@d"]), content(LETTER), { pipelining }));
      expect(error).toMatchObject({ name: "SendInterrupted", code: "PROTOCOL" });
      expect(session.usable).toBe(false);
    }
  });

  it("leaves behind some refusals: those stay refusals", async () => {
    await using peer = await SmtpPeer.listen({
      offers: [],
      answer: (line, connection) =>
        line.includes("<no") ? "550 5.1.1 no" : line.includes("<c") ? leave(connection) : undefined,
    });
    const session = await connect(peer);
    const error = await rejection(session.send(envelope(["a@d", "no@d", "c@d", "e@d"]), content(LETTER)));
    expect(error instanceof SendInterrupted && error.refusals.map((reply) => reply?.code)).toEqual([
      undefined,
      550,
      undefined,
      undefined,
    ]);
  });

  it("does not answer QUIT is not waited for", async () => {
    await using peer = await SmtpPeer.listen({ answer: (line) => (line === "QUIT" ? null : undefined) });
    const session = await connect(peer, { deadlines: SHORT });
    await session.quit();
    expect(session.usable).toBe(false);
  });

  it("is not there", async () => {
    const peer = await SmtpPeer.listen();
    await peer[Symbol.asyncDispose]();
    expect(await failure(connect(peer))).toMatch(/^SocketError (?:REFUSED|CLOSED|ADDRESS|IO)/);
  });

  it("cannot make us hold more than a reply", async () => {
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 20; i++) {
      await using peer = await SmtpPeer.listen({
        answer: (line, connection) => (line.startsWith("EHLO") ? flood(connection) : undefined),
      });
      expect(await failure(connect(peer))).toMatch(/PROTOCOL/);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  });
});
