/** How long each step of a session may take (RFC 5321 §4.5.3.2): by a clock of ours, at the times that are the defaults. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect as connectPlain, createServer, type AddressInfo, type Socket } from "node:net";
import { SmtpPeer, type SmtpPeerOptions } from "@socketscope/testkit";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { connectSmtp, defaultSmtpDeadlines, type SmtpDeadlines } from "../src/index.ts";
import { connect, content, envelope, failure } from "./sending.ts";

const LETTER = content("Subject: x\r\n\r\nhello\r\n");

/** Where the server says no more, and under which deadline. */
interface Silence {
  readonly deadline: keyof SmtpDeadlines;
  /** The command behind which it is silent; undefined: it never greets. */
  readonly line: string | undefined;
  readonly offers?: readonly string[];
}

const silences: readonly Silence[] = [
  { deadline: "greeting", line: undefined },
  { deadline: "command", line: "EHLO" },
  { deadline: "mail", line: "MAIL" },
  { deadline: "rcpt", line: "RCPT" },
  { deadline: "data", line: "DATA" },
  { deadline: "final", line: "." },
  { deadline: "auth", line: "AUTH", offers: ["AUTH PLAIN"] },
];

/** Goes where the server has nothing to say; a promise for when it is there. */
function silentAt({ line, offers = [] }: Silence): [options: SmtpPeerOptions, there: Promise<void>] {
  let arrived = (): void => {};
  const there = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  return [
    {
      offers,
      ...(line === undefined && { greeting: "", onConnect: () => arrived() }),
      answer(said) {
        if (line === undefined || !said.startsWith(line)) return undefined;
        arrived();
        return null;
      },
    },
    there,
  ];
}

/** What has come on the way has come. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether it is decided, without waiting for it. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  await turns();
  return Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
}

/** Goes on second by second until it is decided: how many that took. Behind a failure the farewell has its own seconds. */
async function secondsUntil(promise: Promise<unknown>): Promise<number> {
  for (let seconds = 0; seconds < 3600; seconds++) {
    if (await isOver(promise)) return seconds;
    vi.advanceTimersByTime(1000);
  }
  throw new Error("an hour passed");
}

const FAREWELL = defaultSmtpDeadlines.quit / 1000 + 3;

describe("a server that says nothing", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  });
  afterEach(async () => {
    // The one sweep of all streams ends with the last of them, and the next test's begins with a clock of its own.
    await turns();
    vi.useRealTimers();
  });

  it.each(silences)("behind $line is waited for as long as `$deadline` says", async (silence) => {
    const [options, there] = silentAt(silence);
    await using peer = await SmtpPeer.listen(options);
    const login = { user: "ann", password: "secret", allowClear: true };
    const attempt = async (): Promise<unknown> => {
      const session = await connect(peer, { ...(silence.offers !== undefined && { login }) });
      return session.send(envelope(), LETTER, { pipelining: false });
    };
    const sent = failure(attempt());
    await there;
    await turns();
    vi.advanceTimersByTime(defaultSmtpDeadlines[silence.deadline] - 1000);
    expect(await isOver(sent)).toBe(false);
    expect(await secondsUntil(sent)).toBeLessThanOrEqual(FAREWELL);
    expect(await sent).toMatch(/ TIMED_OUT: .*did not come in time/);
  });

  it("behind QUIT holds nobody up, and is no failure", async () => {
    const [options, there] = silentAt({ deadline: "quit", line: "QUIT" });
    await using peer = await SmtpPeer.listen(options);
    const session = await connect(peer);
    const left = session.quit();
    await there;
    expect(await isOver(left)).toBe(false);
    vi.advanceTimersByTime(defaultSmtpDeadlines.quit + 1000);
    await left;
  });

  it("a word at a time gets no more time", async () => {
    let say = (_octets: string): void => {};
    const [options, there] = silentAt({ deadline: "greeting", line: undefined });
    await using peer = await SmtpPeer.listen({
      ...options,
      onConnect(connection) {
        say = (octets) => connection.say(octets);
        options.onConnect?.(connection);
      },
    });
    const connected = failure(connect(peer));
    await there;
    await turns();
    for (let minute = 0; minute < 5; minute++) {
      say("2");
      await turns();
      vi.advanceTimersByTime(60_000);
    }
    expect(await secondsUntil(connected)).toBeLessThanOrEqual(FAREWELL);
    expect(await connected).toMatch(/ TIMED_OUT: /);
  });

  it("and takes nothing of a message is given up behind `block`", async () => {
    await using peer = await SmtpPeer.listen({
      offers: [],
      answer(line, { socket }) {
        if (line === "DATA") socket.pause();
        return undefined;
      },
    });
    const session = await connect(peer);
    const line = `${"x".repeat(998)}\r\n`;
    const endless = content(line.repeat(16_384), line.length * 64);
    const sent = failure(session.send(envelope(), endless, { pipelining: false }));
    expect(await secondsUntil(sent)).toBeGreaterThanOrEqual(defaultSmtpDeadlines.block / 1000);
    expect(await sent).toMatch(/ TIMED_OUT: .*took nothing of what was sent in time/);
  });
});

describe("a connection", () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
    });
  });
  afterEach(async () => {
    // The one sweep of all streams ends with the last of them, and the next test's begins with a clock of its own.
    await turns();
    vi.useRealTimers();
  });

  it("that is not answered is given up behind `connect`", async () => {
    // Its queue takes one, and nobody takes anybody out of it.
    const program =
      "import socket,sys; s=socket.socket(); s.bind(('127.0.0.1',0)); s.listen(0); print(s.getsockname()[1],flush=True); sys.stdin.read()";
    const full = spawn("python3", ["-c", program], { stdio: ["pipe", "pipe", "inherit"] });
    onTestFinished(() => void full.kill());
    const [said]: unknown[] = await once(full.stdout, "data");
    const port = Number(String(said));
    const filling = Array.from({ length: 3 }, () => connectPlain(port, "127.0.0.1").on("error", () => {}));
    await once(filling[0] ?? full, "connect");
    await turns();
    const waiting = failure(connectSmtp({ host: "127.0.0.1", port, hostname: "me.test", tls: "off" }));
    await turns();
    vi.advanceTimersByTime(defaultSmtpDeadlines.connect - 1000);
    expect(await isOver(waiting)).toBe(false);
    vi.advanceTimersByTime(2000);
    expect(await waiting).toMatch(/^SocketError TIMED_OUT: /);
    for (const socket of filling) socket.destroy();
  });

  it("whose TLS does not begin is given up behind `tls`", async () => {
    const server = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, "connection");
    const secured = failure(
      connectSmtp({ host: "127.0.0.1", port, hostname: "me.test", tls: "implicit", verify: false }),
    );
    const [socket]: Socket[] = await accepted;
    await turns();
    vi.advanceTimersByTime(defaultSmtpDeadlines.tls - 1000);
    expect(await isOver(secured)).toBe(false);
    vi.advanceTimersByTime(2000);
    expect(await secured).toMatch(/^SocketError /);
    socket?.destroy();
  });
});
