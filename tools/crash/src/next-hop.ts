/** The next hop: takes every letter, and writes down over which connection it came and what was said behind its 250. */
import type { Conversation, Incoming } from "@socketscope/mail-relay/engine/engine";
import { hand } from "@socketscope/mail-relay/engine/hand";
import { freePort } from "@socketscope/peers";
import { TapPoint, type Admission, type Flow, type Listener } from "@socketscope/socket-core";
import { idOf } from "./letters.ts";

export interface Taken {
  /** Undefined: not as it was sent. */
  readonly id: string | undefined;
  /** Over a connection that was made after the crash. */
  readonly afterCrash: boolean;
  /** Something came over the same connection behind the 250: whoever sent the letter had heard it. */
  heard: boolean;
}

const ok = { code: 250, enhanced: "2.0.0", lines: ["OK"] } as const;
const everybody: Admission = { admit: () => ({ action: "allow" }), release() {} };

export class NextHop {
  readonly taken: Taken[] = [];
  /** The last letter of each connection. */
  readonly #last = new Map<number, Taken>();
  readonly #beforeCrash = new Set<number>();
  #crashed = false;
  #port = 0;
  #listener: Listener | undefined;

  /** Where it was last, or anywhere that is kept for it while it is down. */
  async listen(): Promise<number> {
    if (this.#port === 0) this.#port = await freePort();
    this.#listener = await hand({
      role: "smtp",
      host: "127.0.0.1",
      port: this.port,
      hostname: "far.test",
      authClear: false,
      limits: {
        maxSize: Infinity,
        idle: 300_000,
        maxConnections: 1000,
        loginDelay: 0,
        session: { commands: Infinity },
      },
      tap: new TapPoint({
        opened: ({ id }) => {
          if (!this.#crashed) this.#beforeCrash.add(id);
        },
        refused() {},
        speaks() {},
        secured() {},
        closed() {},
        bytes: ({ id }, direction) => {
          const last = this.#last.get(id);
          if (direction === "in" && last !== undefined) last.heard = true;
        },
      }),
      admission: everybody,
      converse: ({ flow }) => this.#conversation(flow),
      onError: (error) => console.error(error),
    });
    return this.#port;
  }

  get port(): number {
    return this.#port;
  }

  /** What comes over connections made from here on is sent by whoever was started again. */
  crashed(): void {
    this.#crashed = true;
  }

  async stop(): Promise<void> {
    await this.#listener?.[Symbol.asyncDispose]();
    this.#listener = undefined;
  }

  #conversation({ id }: Flow): Conversation {
    return {
      greet: () => ({ code: 220, lines: ["far.test ESMTP"] }),
      hello: () => undefined,
      credentials: () => undefined,
      loggedIn() {},
      loginFailed() {},
      mail: () => ok,
      rcpt: () => ok,
      content: () => this.#incoming(id),
      verify: () => ok,
      reset() {},
      refused() {},
      closed() {},
    };
  }

  #incoming(connection: number): Incoming {
    const pieces: Buffer[] = [];
    return {
      write: (octets) => void pieces.push(Buffer.from(octets)),
      finish: () => {
        const id = idOf(Buffer.concat(pieces).toString("latin1"));
        const taken = { id, afterCrash: !this.#beforeCrash.has(connection), heard: false };
        this.taken.push(taken);
        this.#last.set(connection, taken);
        return ok;
      },
      abort() {},
    };
  }
}
