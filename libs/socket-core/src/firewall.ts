/**
 * Bans, then rules in order, then limits. Logic only: the clock is passed in, the listener does the refusing.
 *
 * What a firewall in user space can do, and cannot: the kernel has shaken hands before `accept` tells us of a TCP
 * peer. So `reject` means: reset right after the handshake (the peer saw the port open), and `drop` means: accepted,
 * kept silent, cut at a deadline (the peer saw the port open and learns nothing more); each dropped one costs us a
 * descriptor until then, so the listener bounds their number and resets the rest. On UDP nothing has been answered
 * yet: drop is a drop, and reject is the same, since we do not send ICMP. Packets that never reach accept (a SYN
 * flood, a port scan by half-open connections) are not seen here at all: that is for the kernel's own filter.
 */
import { accountOf, parseAddress } from "./cidr.ts";
import type { Admission, Verdict } from "./admission.ts";
import { BanList, type Ban } from "./firewall-bans.ts";
import { defaultLimits, Limiter, type Counts, type Limits } from "./firewall-limits.ts";
import { matches, parseRule, RuleError, type Rule } from "./firewall-rules.ts";
import type { Address } from "./flow.ts";

/** What was decided and by what: the rule's own text, `limit …`, `ban …`, or `default`. */
export interface Decision {
  readonly remote: Address;
  readonly local: Address;
  readonly action: "allow" | "drop" | "reject";
  readonly rule: string;
}

export interface FirewallOptions {
  /** Milliseconds of a clock that never goes back, e.g. `() => performance.now()`. */
  readonly now: () => number;
  /** In order, the first match decides. Default none: everybody is let in. */
  readonly rules?: readonly string[];
  /** See {@link Limits} for each default. */
  readonly limits?: Partial<Limits>;
  /** Rules at most, since each new connection walks them. Default 1,024. */
  readonly maxRules?: number;
  /** Bans that run at once, at most. Default 4,096. */
  readonly maxBans?: number;
  /** Accounts (addresses, IPv6 /64s) remembered at once; beyond, newcomers share one. Default 65,536. */
  readonly maxAccounts?: number;
  /** Told of every decision, also of every `allow`. Must neither throw nor wait. */
  readonly onDecision?: (decision: Decision) => void;
}

/** Everything a person at the control socket wants to see, at one moment. */
export interface FirewallStatus {
  readonly rules: readonly { readonly rule: string; readonly hits: number }[];
  readonly bans: readonly Ban[];
  readonly limits: Limits;
  readonly counts: Counts;
  /** Decisions since the start. */
  readonly decided: { readonly allow: number; readonly drop: number; readonly reject: number };
}

interface CountedRule extends Rule {
  hits: number;
}

/** The ban list has no room: lift one, or let one run out. */
export class BanListFullError extends Error {
  override readonly name = "BanListFullError";
  readonly code = "FIREWALL_BANS_FULL";
}

export class Firewall implements Admission {
  readonly #now: () => number;
  readonly #maxRules: number;
  readonly #onDecision: ((decision: Decision) => void) | undefined;
  readonly #bans: BanList;
  readonly #limiter: Limiter;
  readonly #decided = { allow: 0, drop: 0, reject: 0 };
  #rules: CountedRule[] = [];

  /** Throws {@link RuleError} for a rule that cannot be read. */
  constructor(options: FirewallOptions) {
    this.#now = options.now;
    this.#maxRules = options.maxRules ?? 1024;
    this.#onDecision = options.onDecision;
    this.#bans = new BanList(options.maxBans ?? 4096);
    this.#limiter = new Limiter(
      { ...defaultLimits, ...options.limits },
      options.maxAccounts ?? 65_536,
      options.now(),
    );
    this.replaceRules(options.rules ?? []);
  }

  admit(remote: Address, local: Address): Verdict {
    const { action, rule } = this.#decide(remote, local);
    this.#decided[action] += 1;
    this.#onDecision?.({ remote, local, action, rule });
    return action === "allow" ? { action } : { action, rule };
  }

  release(remote: Address): void {
    const octets = parseAddress(remote.host);
    if (octets !== undefined) this.#limiter.release(accountOf(octets));
  }

  /**
   * All or nothing: where one rule cannot be read, throws {@link RuleError} and the old ones stay. A rule that was
   * there before keeps its hit count. Connections already open stay open.
   */
  replaceRules(texts: readonly string[]): void {
    if (texts.length > this.#maxRules) {
      const first = texts[this.#maxRules] ?? "";
      throw new RuleError(first, String(texts.length), `no more than ${this.#maxRules} rules`);
    }
    const before = new Map(this.#rules.map((rule) => [rule.text, rule.hits]));
    this.#rules = texts.map(parseRule).map((rule) => ({ ...rule, hits: before.get(rule.text) ?? 0 }));
  }

  /**
   * Keeps an address (IPv6: its /64) out for `ms` milliseconds, before any rule is asked. Connections already open
   * stay open. Throws {@link RuleError} for what is no address, {@link BanListFullError} when `maxBans` run.
   */
  ban(host: string, ms: number, reason: string, action: "drop" | "reject" = "drop"): void {
    const now = this.#now();
    const account = this.#account(`ban ${host}`, host);
    if (!this.#bans.add(account, { action, reason, until: now + ms }, now)) {
      throw new BanListFullError(`cannot ban ${account}: the list is full`);
    }
  }

  /** False: it was not banned. Throws {@link RuleError} for what is no address. */
  lift(host: string): boolean {
    return this.#bans.remove(this.#account(`lift ${host}`, host), this.#now());
  }

  /** Changes the limits named and leaves the rest. Connections already open stay open, also above a new cap. */
  changeLimits(limits: Partial<Limits>): void {
    this.#limiter.limits = { ...this.#limiter.limits, ...limits };
  }

  status(): FirewallStatus {
    return {
      rules: this.#rules.map(({ text, hits }) => ({ rule: text, hits })),
      bans: this.#bans.list(this.#now()),
      limits: this.#limiter.limits,
      counts: this.#limiter.counts,
      decided: { ...this.#decided },
    };
  }

  /** `2001:db8::/64` is taken as well as `2001:db8::1`: status() shows accounts in that form. */
  #account(line: string, host: string): string {
    const octets = parseAddress(host.includes(":") && host.endsWith("/64") ? host.slice(0, -3) : host);
    if (octets === undefined) throw new RuleError(line, host, "not an IPv4 or IPv6 address");
    return accountOf(octets);
  }

  #decide(remote: Address, local: Address): { action: "allow" | "drop" | "reject"; rule: string } {
    const octets = parseAddress(remote.host);
    // a peer without a readable address (gone before we asked for its name) cannot be judged, so it is not let in
    if (octets === undefined) return { action: "reject", rule: "no address" };
    const now = this.#now();
    const account = accountOf(octets);
    const ban = this.#bans.find(account, now);
    if (ban !== undefined) return { action: ban.action, rule: `ban ${account}: ${ban.reason}` };
    const rule = this.#rules.find((each) => matches(each, octets, local.port));
    if (rule !== undefined) rule.hits += 1;
    if (rule !== undefined && rule.action !== "allow") return { action: rule.action, rule: rule.text };
    const limit = this.#limiter.admit(account, now);
    if (limit !== undefined) return { action: "reject", rule: limit };
    return { action: "allow", rule: rule?.text ?? "default" };
  }
}
