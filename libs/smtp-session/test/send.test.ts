/** Messages through a session: what the server gets, and what becomes of each recipient. */
import { SmtpPeer } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { SendInterrupted, type DialogueLine, type SendOptions } from "../src/index.ts";
import { connect, content, envelope, failure, rejection } from "./sending.ts";

const LETTER = "Subject: x\r\n\r\n.dot\r\n..\r\nend\r\n";
const WAYS: readonly (readonly [name: string, offers: readonly string[], options: SendOptions])[] = [
  ["DATA", [], {}],
  ["DATA in a group", ["PIPELINING"], {}],
  ["DATA, not in a group though offered", ["PIPELINING"], { pipelining: false }],
  ["BDAT", ["CHUNKING"], { chunking: true, chunkOctets: 8 }],
  ["BDAT in a group", ["CHUNKING", "PIPELINING"], { chunking: true, chunkOctets: 8 }],
  ["one BDAT", ["CHUNKING", "PIPELINING"], { chunking: true }],
  ["DATA, though BDAT was asked for", [], { chunking: true }],
];

describe.each(WAYS)("%s", (_name, offers, options) => {
  it("brings the content over as it is, several messages over one connection", async () => {
    await using peer = await SmtpPeer.listen({ offers });
    const session = await connect(peer);
    const texts = [LETTER, "", "x", "no line end", ".", "..\r\n", "x".repeat(3000)];
    for (const text of texts) {
      const result = await session.send(envelope(), content(text, 7), options);
      expect(result).toMatchObject({ accepted: 1, octets: text.length, final: { code: 250 } });
      expect(session.usable).toBe(true);
    }
    await session.quit();
    // RFC 5321 §4.1.1.4: a last line without its end gets one.
    expect(peer.messages).toEqual(
      texts.map((text) => (text === "" || text.endsWith("\r\n") ? text : `${text}\r\n`)),
    );
    expect([peer.connections, peer.lines.at(-1)]).toEqual([1, "QUIT"]);
  });

  it("gives each recipient its own result", async () => {
    await using peer = await SmtpPeer.listen({
      offers,
      answer: (line) =>
        line.includes("<no") ? "550 5.1.1 nobody" : line.includes("<late") ? "451 4.3.0 later" : undefined,
    });
    const session = await connect(peer);
    const to = ["a@d", "no@d", "late@d", "b@d"];
    const result = await session.send(envelope(to), content(LETTER), options);
    expect(
      result.recipients.map(({ forwardPath, accepted, reply, to: step }) => [
        forwardPath,
        accepted,
        reply.code,
        step,
      ]),
    ).toEqual([
      ["a@d", true, 250, "content"],
      ["no@d", false, 550, "RCPT"],
      ["late@d", false, 451, "RCPT"],
      ["b@d", true, 250, "content"],
    ]);
    expect([result.accepted, peer.messages]).toEqual([2, [LETTER]]);
    await session.quit();
  });

  it("sends no content where nobody is to get it, and goes on", async () => {
    let refuse = true;
    await using peer = await SmtpPeer.listen({
      offers,
      answer: (line) =>
        refuse && line.startsWith("RCPT") ? "550 no" : refuse && line === "DATA" ? "554 no" : undefined,
    });
    const session = await connect(peer);
    const result = await session.send(envelope(["a@d", "b@d"]), content(LETTER), options);
    expect(result).toMatchObject({ accepted: 0, final: undefined, octets: 0 });
    expect(result.recipients.map(({ to }) => to)).toEqual(["RCPT", "RCPT"]);
    refuse = false;
    expect((await session.send(envelope(), content(LETTER), options)).accepted).toBe(1);
    expect(peer.messages).toEqual([LETTER]);
    await session.quit();
  });

  it("a refused MAIL is everybody's", async () => {
    let refuse = true;
    await using peer = await SmtpPeer.listen({
      offers,
      answer: (line) =>
        refuse && /^(?:MAIL|RCPT|DATA|BDAT)/.test(line)
          ? line.startsWith("MAIL")
            ? "550 5.7.1 not you"
            : "503 no"
          : undefined,
    });
    const session = await connect(peer);
    const result = await session.send(envelope(["a@d", "b@d"]), content(LETTER), options);
    expect(result.recipients.map(({ to, reply }) => [to, reply.code])).toEqual([
      ["MAIL", 550],
      ["MAIL", 550],
    ]);
    refuse = false;
    expect((await session.send(envelope(), content(LETTER), options)).accepted).toBe(1);
    await session.quit();
  });

  it("a refused content too, and the next message is another", async () => {
    let refuse = true;
    await using peer = await SmtpPeer.listen({
      offers,
      answer: (line) =>
        refuse && (line === "." || line.startsWith("BDAT")) ? "554 5.6.0 not this" : undefined,
    });
    const session = await connect(peer);
    const result = await session.send(envelope(["a@d", "b@d"]), content(LETTER), options);
    expect(result.recipients.map(({ to, reply, accepted }) => [to, reply.code, accepted])).toEqual([
      ["content", 554, false],
      ["content", 554, false],
    ]);
    refuse = false;
    expect((await session.send(envelope(), content(LETTER), options)).accepted).toBe(1);
    expect(peer.messages).toEqual([LETTER]);
    await session.quit();
  });
});

describe("DATA", () => {
  it("refused behind RCPT is everybody's who was taken; RSET comes before the next", async () => {
    let refuse = true;
    await using peer = await SmtpPeer.listen({
      answer: (line) =>
        refuse && line === "DATA" ? "452 4.3.1 full" : refuse && line.includes("<no") ? "550 no" : undefined,
    });
    const session = await connect(peer);
    const result = await session.send(envelope(["a@d", "no@d"]), content(LETTER));
    expect(result.recipients.map(({ to, reply }) => [to, reply.code])).toEqual([
      ["DATA", 452],
      ["RCPT", 550],
    ]);
    refuse = false;
    await session.send(envelope(), content(LETTER));
    expect(peer.lines.map((line) => line.split(" ")[0])).toEqual([
      "EHLO",
      "MAIL",
      "RCPT",
      "RCPT",
      "DATA",
      "RSET",
      "MAIL",
      "RCPT",
      "DATA",
    ]);
  });

  it("taken though nobody is to get it is ended by a dot (RFC 2920 §3.1)", async () => {
    await using peer = await SmtpPeer.listen({
      answer: (line) => (line.startsWith("RCPT") ? "550 no" : undefined),
    });
    const session = await connect(peer);
    const result = await session.send(envelope(), content(LETTER));
    expect([result.accepted, result.final, peer.messages]).toEqual([0, undefined, [""]]);
    expect(session.usable).toBe(true);
  });

  it("answered in the middle: that is the reply, the rest is not sent", async () => {
    await using peer = await SmtpPeer.listen({
      offers: [],
      answer: (line) => (line === "DATA" ? "354 go\r\n552 5.3.4 enough\r\n" : undefined),
    });
    const session = await connect(peer);
    let read = 0;
    const endless = {
      size: 2 ** 40,
      async *read() {
        for (;;) {
          read++;
          yield Buffer.from("x\r\n".repeat(10_000));
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
        }
      },
    };
    const result = await session.send(envelope(), endless);
    expect(result.recipients).toMatchObject([{ accepted: false, to: "content", reply: { code: 552 } }]);
    expect(read).toBeLessThan(1000);
    expect(session.usable).toBe(false);
  });
});

describe("parameters", () => {
  it("are said where they are offered", async () => {
    await using peer = await SmtpPeer.listen();
    const session = await connect(peer);
    const full = {
      ...envelope(["a@d"], { smtputf8: true, body: "8BITMIME", ret: "HDRS", envid: "e 1" }),
      recipients: [{ forwardPath: "ä@d", parameters: { notify: ["NEVER"] as const } }],
    };
    await session.send(full, content("x\r\n"));
    expect(peer.lines.slice(1, 3)).toEqual([
      "MAIL FROM:<me@me.test> SIZE=3 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=e+201",
      "RCPT TO:<\u00c3\u00a4@d> NOTIFY=NEVER",
    ]);
  });

  it("are left out where not: SIZE and DSN only tell", async () => {
    await using peer = await SmtpPeer.listen({ offers: [] });
    const session = await connect(peer);
    const asked = {
      ...envelope(["a@d"], { ret: "HDRS", envid: "e1", auth: "x@y" }),
      recipients: [{ forwardPath: "a@d", parameters: { notify: ["NEVER"] as const } }],
    };
    await session.send(asked, content("x\r\n"));
    expect(peer.lines.slice(1, 3)).toEqual(["MAIL FROM:<me@me.test>", "RCPT TO:<a@d>"]);
  });

  it.each([
    ["SMTPUTF8", [], envelope(["a@d"], { smtputf8: true }), 1, "NOT_OFFERED"],
    ["8BITMIME", [], envelope(["a@d"], { body: "8BITMIME" }), 1, "NOT_OFFERED"],
    ["a larger SIZE", ["SIZE 10"], envelope(), 11, "TOO_LARGE"],
    ["an address that is none", [], envelope(["a@d", "b c@d"]), 1, "ARGUMENT"],
    ["an address with a line end", [], envelope(["a@d>\r\nDATA\r\n<"]), 1, "ARGUMENT"],
    ["an address in UTF-8 without SMTPUTF8", ["SMTPUTF8"], envelope(["ä@d"]), 1, "ARGUMENT"],
    ["nobody", [], envelope([]), 1, "ARGUMENT"],
  ])("%s: nothing is sent, and the session is usable", async (_what, offers, to, size, code) => {
    await using peer = await SmtpPeer.listen({ offers });
    const session = await connect(peer);
    expect(await rejection(session.send(to, content("x".repeat(size))))).toMatchObject({
      name: "SmtpError",
      code,
    });
    expect(session.usable).toBe(true);
    await session.send(envelope(), content("x\r\n"));
    expect(peer.lines.map((line) => line.split(" ")[0])).toEqual(["EHLO", "MAIL", "RCPT", "DATA"]);
  });

  it("hundreds of recipients go in groups of a hundred", async () => {
    await using peer = await SmtpPeer.listen({
      answer: (line) => (line.includes("<u77@") ? "450 later" : undefined),
    });
    const session = await connect(peer);
    const to = Array.from({ length: 350 }, (_, index) => `u${index}@d`);
    const result = await session.send(envelope(to), content(LETTER));
    expect([result.accepted, result.recipients[77]?.reply.code]).toEqual([349, 450]);
    expect(result.recipients.map(({ forwardPath }) => forwardPath)).toEqual(to);
  });
});

describe("content that cannot be sent", () => {
  it.each<readonly [what: string, text: string, size: number, code: string]>([
    ["a bare LF", "x\n.\r\ny\r\n", 8, "BARE_LINE_END"],
    ["a bare CR", "x\r.\r\ny\r\n", 8, "BARE_LINE_END"],
    ["less than was said", "x\r\n", 30, "SOURCE"],
    ["more than was said", "x\r\ny\r\n", 3, "SOURCE"],
  ])("%s: the connection is cut, so that it is no message", async (_what, text, size, code) => {
    for (const chunking of [false, true]) {
      await using peer = await SmtpPeer.listen();
      const session = await connect(peer);
      const error = await rejection(session.send(envelope(), { ...content(text), size }, { chunking }));
      expect(error).toBeInstanceOf(SendInterrupted);
      expect(error).toMatchObject({ code, maybeDelivered: false });
      await session.whenClosed;
      expect([session.usable, peer.messages]).toEqual([false, []]);
    }
  });

  it("a file that breaks in the middle", async () => {
    await using peer = await SmtpPeer.listen();
    const session = await connect(peer);
    // oxlint-disable-next-line typescript/require-await -- the shape of a file's
    const broken = async function* read() {
      yield Buffer.from("x\r\n");
      throw new RangeError("disk on fire");
    };
    expect(await failure(session.send(envelope(), { size: 100, read: broken }))).toBe(
      "SendInterrupted SOURCE: the message cannot be read: disk on fire",
    );
  });
});

describe("a session", () => {
  it("does one thing after the other", async () => {
    await using peer = await SmtpPeer.listen();
    const session = await connect(peer);
    const first = session.send(envelope(), content(LETTER));
    expect(session.usable).toBe(false);
    expect(await failure(session.noop())).toMatch(/busy/);
    expect((await first).accepted).toBe(1);
    expect(await session.verify("a@b")).toMatchObject({ code: 252 });
    expect(await session.reset()).toMatchObject({ code: 250 });
    expect([session.messages, session.hello, session.secured]).toEqual([1, "EHLO", undefined]);
  });

  it("notices that the server has gone", async () => {
    await using peer = await SmtpPeer.listen({
      answer: (line, { socket }) => {
        if (line === "NOOP") socket.end("421 4.4.2 idle\r\n");
        return line === "NOOP" ? null : undefined;
      },
    });
    const session = await connect(peer);
    expect(await session.noop()).toMatchObject({ code: 421 });
    expect(await failure(session.noop())).toBe(
      "SmtpError CLOSING: the server closes the connection: 421 4.4.2 idle",
    );
    expect(session.usable).toBe(false);
    await session.quit();
  });

  it("shows the dialogue, content only counted", async () => {
    await using peer = await SmtpPeer.listen({ offers: ["PIPELINING"] });
    const lines: DialogueLine[] = [];
    const session = await connect(peer, { onDialogue: (line) => lines.push(line) });
    await session.send(envelope(), content(LETTER));
    await session.quit();
    expect(lines.map(({ from, text }) => `${from[0] ?? ""} ${text}`)).toEqual([
      "s 220 peer.test ESMTP",
      "c EHLO me.test",
      "s 250-peer.test",
      "s 250 PIPELINING",
      "c MAIL FROM:<me@me.test>",
      "c RCPT TO:<a@peer.test>",
      "c DATA",
      "s 250 2.0.0 ok",
      "s 250 2.0.0 ok",
      "s 354 go on",
      "n 29 octets of content",
      "c .",
      "s 250 2.0.0 ok",
      "c QUIT",
      "s 221 2.0.0 bye",
    ]);
  });

  it("reads the message no faster than the server takes it", async () => {
    await using peer = await SmtpPeer.listen({
      offers: [],
      answer: (line, { socket }) => {
        if (line === "DATA") socket.pause();
        return undefined;
      },
    });
    const session = await connect(peer, { deadlines: { block: 600 } });
    let read = 0;
    const endless = {
      size: 2 ** 40,
      async *read() {
        const piece = Buffer.from("x".repeat(998).concat("\r\n").repeat(256));
        for (;;) {
          read += piece.length;
          yield piece;
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
        }
      },
    };
    // RFC 5321 §4.5.3.2.5: it takes nothing for as long as a data block may need.
    expect(await failure(session.send(envelope(), endless))).toMatch(/^SendInterrupted TIMED_OUT/);
    expect(read).toBeLessThan(32 * 1024 * 1024);
  });
});
