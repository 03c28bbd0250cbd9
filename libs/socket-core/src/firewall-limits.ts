/**
 * How many and how often: token buckets and connection counts, per account (an IPv4 address, an IPv6 /64) and in all.
 *
 * The table of accounts is bounded. Only an account that would be let in just as well without its entry is forgotten
 * (no open connection and a full bucket), so nobody wins a fresh bucket by pushing his old one out. When the table is
 * full of others, newcomers are not refused: they share one common account until there is room again, so that a
 * flood of addresses costs strangers their speed, never the known their place, and us no memory.
 */

/** `"off"`: no such limit. */
export interface Limits {
  /** New connections a second from one account. Default off. */
  readonly ratePerAddress: number | "off";
  /** New connections a second in all. Default off. */
  readonly rate: number | "off";
  /** Connections open at once from one account. Default 16,000: ten thousand idle ones may come from one machine. */
  readonly connectionsPerAddress: number | "off";
  /** Connections open at once in all. Default 20,000. */
  readonly connections: number | "off";
}

export const defaultLimits: Limits = {
  ratePerAddress: "off",
  rate: "off",
  connectionsPerAddress: 16_000,
  connections: 20_000,
};

/** One who is counted: how many are open, and a bucket that holds one second's worth of new connections. */
class Account {
  open = 0;
  #tokens: number;
  #at: number;

  constructor(rate: number | "off", now: number) {
    this.#tokens = burst(rate);
    this.#at = now;
  }

  /** What the bucket holds at `now` (milliseconds). */
  tokens(rate: number | "off", now: number): number {
    if (rate === "off") return Number.POSITIVE_INFINITY;
    const refilled = this.#tokens + ((now - this.#at) * rate) / 1000;
    return Math.min(burst(rate), refilled);
  }

  /** Takes one out and remembers the rest. */
  take(rate: number | "off", now: number): void {
    // without a rate nothing is spent; should one be set later, it begins with a full bucket
    this.#tokens = rate === "off" ? Number.MAX_SAFE_INTEGER : this.tokens(rate, now) - 1;
    this.#at = now;
    this.open += 1;
  }

  /** Whether forgetting it changes nothing. */
  atRest(rate: number | "off", now: number): boolean {
    return this.open === 0 && (rate === "off" || this.tokens(rate, now) >= burst(rate));
  }
}

/** What a full bucket holds: a second's worth, at least one whole connection (0.5/s must let in one every two seconds). */
function burst(rate: number | "off"): number {
  return rate === "off" ? Number.MAX_SAFE_INTEGER : Math.max(1, rate);
}

export interface Counts {
  /** Connections open now. */
  readonly open: number;
  /** Accounts in the table. */
  readonly accounts: number;
  /** Of the open ones, those on the common account because the table was full. */
  readonly sharing: number;
}

/** Counts connections by account. Times are milliseconds of a clock that never goes back. */
export class Limiter {
  readonly #maxAccounts: number;
  #limits: Limits;
  #all: Account;
  #common: Account;
  readonly #accounts = new Map<string, Account>();
  /** Accounts without an open connection, the longest at rest first: where room is looked for. */
  readonly #resting = new Map<string, Account>();

  constructor(limits: Limits, maxAccounts: number, now: number) {
    this.#limits = limits;
    this.#maxAccounts = maxAccounts;
    this.#all = new Account(limits.rate, now);
    this.#common = new Account(limits.ratePerAddress, now);
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Buckets keep what they hold, up to the new size; open connections stay. */
  set limits(limits: Limits) {
    this.#limits = limits;
  }

  get counts(): Counts {
    return { open: this.#all.open, accounts: this.#accounts.size, sharing: this.#common.open };
  }

  /** Counts one in, or names the limit that forbids it: `limit 5/s per address`, `limit 100 connections`. */
  admit(key: string, now: number): string | undefined {
    const { ratePerAddress, rate, connectionsPerAddress, connections } = this.#limits;
    const known = this.#accounts.get(key);
    const account = known ?? (this.#makeRoom(now) ? new Account(ratePerAddress, now) : this.#common);
    // an account's own limits come first: whoever is over them must not use up what belongs to all
    if (connectionsPerAddress !== "off" && account.open >= connectionsPerAddress) {
      return `limit ${connectionsPerAddress} connections per address`;
    }
    if (account.tokens(ratePerAddress, now) < 1) return `limit ${ratePerAddress}/s per address`;
    if (connections !== "off" && this.#all.open >= connections) return `limit ${connections} connections`;
    if (this.#all.tokens(rate, now) < 1) return `limit ${rate}/s`;
    account.take(ratePerAddress, now);
    this.#all.take(rate, now);
    if (account !== this.#common) {
      this.#accounts.set(key, account);
      this.#resting.delete(key);
    }
    return undefined;
  }

  /** Counts one out. One that came in on the common account leaves it, unless its address has an account by now. */
  release(key: string): void {
    if (this.#all.open > 0) this.#all.open -= 1;
    const account = this.#accounts.get(key);
    if (account === undefined || account.open === 0) {
      if (this.#common.open > 0) this.#common.open -= 1;
      return;
    }
    account.open -= 1;
    if (account.open === 0) this.#resting.set(key, account);
  }

  /** True if one more account fits. Looks at one candidate only, so that a flood costs constant time each. */
  #makeRoom(now: number): boolean {
    if (this.#accounts.size < this.#maxAccounts) return true;
    const oldest = this.#resting.entries().next();
    if (oldest.done === true) return false;
    const [key, account] = oldest.value;
    if (!account.atRest(this.#limits.ratePerAddress, now)) return false;
    this.#resting.delete(key);
    this.#accounts.delete(key);
    return true;
  }
}

/** A rate or a cap that cannot be read; the message is one line that names the text. */
export class LimitSyntaxError extends Error {
  override readonly name = "LimitSyntaxError";
  readonly code = "FIREWALL_LIMIT";
}

/** `20/s`, `0.5/s` or `off`. Throws {@link LimitSyntaxError}. */
export function parseRate(text: string): number | "off" {
  if (text === "off") return "off";
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\/s$/.exec(text);
  const rate = Number(match?.[1]);
  if (match === null || rate === 0) throw new LimitSyntaxError(`"${text}": a rate is written 20/s, or off`);
  return rate;
}

/** `200` or `off`. Throws {@link LimitSyntaxError}. */
export function parseCap(text: string): number | "off" {
  if (text === "off") return "off";
  if (!/^\d{1,9}$/.test(text)) throw new LimitSyntaxError(`"${text}": a limit is a whole number, or off`);
  return Number(text);
}
