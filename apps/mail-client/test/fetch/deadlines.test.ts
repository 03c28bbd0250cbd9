/** How long a POP3 server is waited for, by a clock of ours, at the times that are the defaults. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defaultPop3Deadlines, type Pop3Deadlines } from "../../src/fetch/connect.ts";
import { askedToFetch, type Ended } from "../asked.ts";
import { Pop3Peer, type Pop3PeerOptions } from "../pop3-peer.ts";

interface Silence {
  readonly deadline: keyof Pop3Deadlines;
  /** The command behind which it is silent. */
  readonly line: string;
  /** What it says before. */
  readonly says?: string;
  /** What the user is told; default: that nothing came in time. */
  readonly told?: string;
}

const silences: readonly Silence[] = [
  { deadline: "command", line: "CAPA" },
  { deadline: "login", line: "USER" },
  { deadline: "login", line: "PASS" },
  { deadline: "command", line: "LIST" },
  { deadline: "command", line: "RETR" },
  { deadline: "content", line: "RETR", says: "+OK\r\nSubject: half" },
  // Nothing was to be removed: what is fetched is fetched.
  { deadline: "update", line: "QUIT", told: "1 message fetched" },
];

/** What has come on the way has come. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Second by second until `over`: how many that took. Behind a failure the farewell has its own. */
async function secondsUntil(over: () => boolean): Promise<number> {
  for (let seconds = 0; seconds < 3600; seconds++) {
    await turns();
    if (over()) return seconds;
    vi.advanceTimersByTime(1000);
  }
  throw new Error("an hour passed");
}

describe("a POP3 server that says nothing", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  });
  afterEach(async () => {
    // The one sweep of all streams ends with the last of them, and the next test's begins with a clock of its own.
    await turns();
    vi.useRealTimers();
  });

  /** The peer, the fetching from it, and where its silence began. */
  async function fetching(options: (there: () => void) => Pop3PeerOptions) {
    let arrived = (): void => {};
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const peer = await Pop3Peer.listen(options(() => arrived()));
    const argv = ["-s", `127.0.0.1:${peer.port}`, "-u", "ann", "--password", "secret", "--auth-clear"];
    let over: Ended | undefined;
    const ended = askedToFetch(argv).then((how) => (over = how));
    return { peer, there, ended, over: () => over };
  }

  it.each(silences)("behind $line is waited for as long as `$deadline` says", async (silence) => {
    const { peer, there, ended, over } = await fetching((arrived) => ({
      answer(line, socket) {
        if (!line.startsWith(silence.line)) return undefined;
        if (silence.says !== undefined) socket.write(silence.says);
        arrived();
        return null;
      },
    }));
    await using _ = peer;
    await there;
    await turns();
    const bound = defaultPop3Deadlines[silence.deadline] / 1000;
    const seconds = await secondsUntil(() => over() !== undefined);
    expect(seconds).toBeGreaterThanOrEqual(bound);
    expect(seconds).toBeLessThanOrEqual(bound + 10);
    expect(await ended).toMatchObject({ errors: expect.stringContaining(silence.told ?? "in time") });
  });

  it("instead of greeting is given up", async () => {
    const { peer, ended, over } = await fetching(() => ({ greeting: "" }));
    await using _ = peer;
    await turns();
    const seconds = await secondsUntil(() => over() !== undefined);
    expect(seconds).toBeGreaterThanOrEqual(defaultPop3Deadlines.command / 1000);
    expect(seconds).toBeLessThanOrEqual(defaultPop3Deadlines.command / 1000 + 10);
    expect(await ended).toMatchObject({ errors: expect.stringContaining("in time") });
  });

  it("but an octet of a message now and then has time", async () => {
    let drop = (_octets: string): void => {};
    const { peer, there, ended, over } = await fetching((arrived) => ({
      answer(line, socket) {
        if (!line.startsWith("RETR")) return undefined;
        drop = (octets) => void socket.write(octets);
        arrived();
        return "+OK\r\nSubject: slow\r\n\r\n";
      },
    }));
    await using _ = peer;
    await there;
    await turns();
    for (let minute = 0; minute < 10; minute++) {
      drop("x");
      await turns();
      vi.advanceTimersByTime(defaultPop3Deadlines.content - 1000);
    }
    expect(over()).toBeUndefined();
    drop("\r\n.\r\n");
    expect(await ended).toMatchObject({ code: 0, output: `Subject: slow\r\n\r\n${"x".repeat(10)}\r\n` });
  });
});
