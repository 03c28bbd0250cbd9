/** How long each phase of a session may take (RFC 5321 §4.5.3.2.7), and each pause before a failed login is answered: by a clock of ours. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { TapPoint } from "@socketscope/socket-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Conversation, EngineLimits } from "../src/engine/engine.ts";
import { hand } from "../src/engine/hand.ts";
import { SaslLogin } from "../src/sasl-login.ts";

const ok = { code: 250, enhanced: "2.0.0", lines: ["OK"] } as const;

const takesAll: Conversation = {
  greet: () => ({ code: 220, lines: ["clock.test ESMTP"] }),
  hello: () => undefined,
  credentials: () => undefined,
  loggedIn() {},
  loginFailed() {},
  mail: () => ok,
  rcpt: () => ok,
  content: () => ({ write() {}, finish: () => Promise.resolve(ok), abort() {} }),
  verify: () => ok,
  reset() {},
  refused() {},
  closed() {},
};

/** Different ones: which clock runs is to be seen. */
const LIMITS = { idle: 300_000, content: 400_000, login: 200_000 };

/** A client that has said `lines` and heard an answer to each. */
class Client implements Disposable {
  readonly #socket: Socket;
  #heard = "";

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.on("data", (octets: Buffer) => {
      this.#heard += octets.toString();
    });
  }

  say(line: string): void {
    this.#heard = "";
    this.#socket.write(line);
  }

  async hears(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#heard)) await once(this.#socket, "data");
    return this.#heard;
  }

  async ended(): Promise<string> {
    if (!this.#socket.readableEnded) await once(this.#socket, "end");
    return this.#heard;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

interface Phase {
  readonly phase: string;
  readonly limit: keyof typeof LIMITS;
  /** What is said, and the answers that lead there. */
  readonly steps: readonly (readonly [said: string, answer: RegExp])[];
  /** Shows that the session still stands. */
  readonly alive: readonly [said: string, answer: RegExp];
}

const hello = ["EHLO c.test\r\n", /^250 /m] as const;
const transaction = [
  hello,
  ["MAIL FROM:<a@a.test>\r\n", /^250 /m],
  ["RCPT TO:<b@b.test>\r\n", /^250 /m],
] as const;
const noop = ["NOOP\r\n", /^250 /] as const;

const phases: readonly Phase[] = [
  { phase: "before EHLO", limit: "idle", steps: [], alive: noop },
  { phase: "between two commands", limit: "idle", steps: [hello], alive: noop },
  { phase: "within a transaction", limit: "idle", steps: transaction, alive: noop },
  {
    phase: "in a message",
    limit: "content",
    steps: [...transaction, ["DATA\r\n", /^354 /]],
    alive: ["Subject: late\r\n.\r\n", /^250 /],
  },
  {
    phase: "in a chunk",
    limit: "content",
    steps: [...transaction, ["BDAT 2\r\n\r\nBDAT 4\r\n", /^250 /]],
    alive: ["abcd", /^250 /],
  },
  {
    phase: "within a login",
    limit: "login",
    steps: [hello, ["AUTH PLAIN\r\n", /^334 /]],
    alive: ["*\r\n", /^501 /],
  },
];

describe("a session's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function reach({ steps }: Phase, limits: Partial<EngineLimits>): Promise<Client & AsyncDisposable> {
    const listener = await hand({
      role: "smtp",
      host: "127.0.0.1",
      port: 0,
      hostname: "clock.test",
      authClear: true,
      limits: { maxSize: Infinity, maxConnections: 10, loginDelay: 0, ...LIMITS, ...limits },
      tap: new TapPoint(),
      admission: { admit: () => ({ action: "allow" }), release() {} },
      converse: () => takesAll,
      onError: (error) => expect.unreachable(String(error)),
    });
    const client = new Client(listener.address.port);
    await client.hears(/^220 /);
    for (const [said, answer] of steps) {
      client.say(said);
      await client.hears(answer);
    }
    return Object.assign(client, {
      async [Symbol.asyncDispose]() {
        client[Symbol.dispose]();
        await listener[Symbol.asyncDispose]();
      },
    });
  }

  describe.each(phases)("$phase", (phase) => {
    const bound = LIMITS[phase.limit];
    const [said, answer] = phase.alive;

    it("lets its time pass, and no more", async () => {
      await using client = await reach(phase, {});
      vi.advanceTimersByTime(bound - 1000);
      client.say(said);
      await client.hears(answer);
      await using late = await reach(phase, {});
      vi.advanceTimersByTime(bound + 1000);
      expect(await late.ended()).toMatch(/^421 .*waited too long/m);
    });

    it("switched off waits for ever", async () => {
      await using client = await reach(phase, { [phase.limit]: Infinity });
      vi.advanceTimersByTime(3_600_000);
      client.say(said);
      expect(await client.hears(answer)).not.toMatch(/^421/m);
    });
  });
});

describe("the pause before a failed login is answered", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Milliseconds until each of some logins, one after the other, was answered. */
  async function pauses(delay: number, tries: number): Promise<readonly number[]> {
    const login = new SaslLogin({ credentials: () => undefined, loginFailed() {}, delay });
    const found: number[] = [];
    for (let at = 0; at < tries; at++) {
      let answered = false;
      const failing = login.password("ann", "guess", {
        challenge: () => expect.unreachable(),
        succeeded: () => expect.unreachable(),
        failed: () => void (answered = true),
        cancelled: () => expect.unreachable(),
      });
      let waited = 0;
      const isAnswered = (): boolean => answered;
      await vi.advanceTimersByTimeAsync(0);
      for (; !isAnswered(); waited += 500) await vi.advanceTimersByTimeAsync(500);
      await failing;
      found.push(waited);
    }
    return found;
  }

  it("doubles with each, to a bound", async () => {
    expect(await pauses(1000, 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 16_000, 16_000]);
  });

  it("is none where it is switched off", async () => {
    expect(await pauses(0, 3)).toEqual([0, 0, 0]);
  });
});
