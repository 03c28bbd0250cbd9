/** Who is kept out for a while. A ban holds for the account: one IPv4 address, or the whole IPv6 /64. */

export interface Ban {
  /** `203.0.113.7` or `2001:db8:1:2::/64`. */
  readonly account: string;
  readonly action: "drop" | "reject";
  /** Why, in the words of whoever asked for it. */
  readonly reason: string;
  /** Milliseconds left. */
  readonly remaining: number;
}

interface Entry {
  readonly action: "drop" | "reject";
  readonly reason: string;
  readonly until: number;
}

/** Bounded: when it is full of running bans a new one is refused, so that no flood of bans lifts an old one. */
export class BanList {
  readonly #max: number;
  readonly #entries = new Map<string, Entry>();

  constructor(max: number) {
    this.#max = max;
  }

  /** False: the list is full. A second ban of the same account replaces the first. */
  add(account: string, entry: Entry, now: number): boolean {
    if (!this.#entries.has(account) && this.#entries.size >= this.#max) this.#expire(now);
    if (!this.#entries.has(account) && this.#entries.size >= this.#max) return false;
    this.#entries.set(account, entry);
    return true;
  }

  /** False: it was not banned. */
  remove(account: string, now: number): boolean {
    return this.find(account, now) !== undefined && this.#entries.delete(account);
  }

  find(account: string, now: number): Ban | undefined {
    const entry = this.#entries.get(account);
    if (entry === undefined) return undefined;
    const remaining = entry.until - now;
    if (remaining > 0) return { account, action: entry.action, reason: entry.reason, remaining };
    this.#entries.delete(account);
    return undefined;
  }

  list(now: number): Ban[] {
    return [...this.#entries.keys()].flatMap((account) => this.find(account, now) ?? []);
  }

  #expire(now: number): void {
    for (const [account, entry] of this.#entries) if (entry.until <= now) this.#entries.delete(account);
  }
}
