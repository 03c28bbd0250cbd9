/**
 * Passwords against bcrypt hashes, on a thread of their own: bcrypt is slow on purpose, and on the loop it would hold
 * up every transfer. What was right is remembered for a while, under a key of this process.
 */
import { createHmac, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { truncates } from "bcryptjs";

/** 2^15 rounds take seconds: a login that costs more would stop everybody else. */
export const MAX_COST = 15;
/** bcrypt's least. */
export const LEAST_COST = 4;

export function isBcrypt(hash: string): boolean {
  const cost = costOf(hash);
  return cost >= LEAST_COST && cost <= MAX_COST;
}

/** NaN where it is no hash. */
export function costOf(hash: string): number {
  return Number(/^\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1] ?? Number.NaN);
}

/** More logins wait than {@link PasswordOptions.pending}. */
export class PasswordsBusy extends Error {
  override readonly name = "PasswordsBusy";
  readonly code = "PASSWORDS_BUSY";
}

export interface PasswordOptions {
  /** Logins being checked at the same time; more are refused. Default 256. */
  readonly pending?: number;
  /** Right ones remembered. Default 1,024. */
  readonly remembered?: number;
  /** ms they are. Default 5 minutes. */
  readonly lasting?: number;
  /** ms, monotonic. */
  readonly now?: () => number;
}

// Plain JavaScript in a text: the same for tsx, vitest and the built program.
const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
const { compareSync, hashSync } = require(workerData);
parentPort.on("message", ({ id, password, hash, cost }) => {
  const result = hash === undefined ? hashSync(password, cost) : compareSync(password, hash);
  parentPort.postMessage({ id, result });
});`;

interface Task {
  readonly password: string;
  readonly hash?: string;
  readonly cost?: number;
}

export class Passwords {
  readonly #options: PasswordOptions;
  readonly #now: () => number;
  readonly #key = randomBytes(32);
  /** → until when. */
  readonly #known = new Map<string, number>();
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #next = 0;
  #worker: Worker | undefined;

  constructor(options: PasswordOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  async hash(password: string, cost: number): Promise<string> {
    return String(await this.#ask({ password, cost }));
  }

  /** Throws {@link PasswordsBusy}. */
  async matches(password: string, hash: string): Promise<boolean> {
    const key = createHmac("sha256", this.#key).update(`${hash} ${password}`).digest("base64");
    const until = this.#known.get(key);
    if (until !== undefined && until > this.#now()) return true;
    if (this.#waiting.size >= (this.#options.pending ?? 256))
      throw new PasswordsBusy("Too many logins at once");
    // bcrypt looks at 72 octets: a longer password would be as good as its beginning.
    const right = (await this.#ask({ password, hash })) === true && !truncates(password);
    if (right) this.#remember(key);
    return right;
  }

  #remember(key: string): void {
    const { remembered = 1024, lasting = 300_000 } = this.#options;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= remembered && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, this.#now() + lasting);
  }

  #ask(task: Task): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      const worker = this.#started();
      worker.ref();
      worker.postMessage({ id, ...task }, []);
    });
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: createRequire(import.meta.url).resolve("bcryptjs"),
      execArgv: [],
    });
    worker.on("message", ({ id, result }: { readonly id: number; readonly result: unknown }) => {
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
      // Nobody waits: the program may end.
      if (this.#waiting.size === 0) worker.unref();
    });
    // Out of memory, at worst: who waits is not let in, and the next one gets a new thread.
    worker.on("error", () => {
      this.#forget();
    });
    this.#worker = worker;
    return worker;
  }

  #forget(): void {
    this.#worker = undefined;
    for (const tell of this.#waiting.values()) tell(undefined);
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#forget();
    await worker?.terminate();
  }
}
