/** RFC 5321 §5.1: which hosts take mail for a domain, in which order, by the DNS. Asked only when relaying needs it. */
import { promises as dns } from "node:dns";
import { isIP } from "node:net";
import { codeOf } from "@socketscope/host";
import { failures } from "./failure.ts";

/** One address to try. */
export interface Target {
  /** What the certificate has to say, and what people read. */
  readonly name: string;
  /** An IP address; or a name, which the system resolves. */
  readonly host: string;
  readonly port: number;
}

export interface MailExchangerOptions {
  /** Asked instead of the system's servers. */
  readonly resolver?: { readonly host: string; readonly port: number } | undefined;
  /** Where mail exchangers listen; 25 but for tests. */
  readonly port: number;
  /** We ourselves: hosts of our preference and worse are not tried. */
  readonly hostname: string;
  /** Addresses tried for one message. Default 10. */
  readonly maxTargets?: number;
  /** Milliseconds for each question. Default 5,000. */
  readonly timeout?: number;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

interface Exchanger {
  readonly exchange: string;
  readonly priority: number;
}

export class MailExchangers {
  readonly #options: MailExchangerOptions;
  readonly #resolver: dns.Resolver;

  constructor(options: MailExchangerOptions) {
    this.#options = options;
    this.#resolver = new dns.Resolver({ timeout: options.timeout ?? 5000, tries: 2 });
    const { resolver } = options;
    if (resolver === undefined) return;
    const host = isIP(resolver.host) === 6 ? `[${resolver.host}]` : resolver.host;
    this.#resolver.setServers([`${host}:${resolver.port}`]);
  }

  /** The best first. Rejects with HopFailure: permanent where the DNS says so, else to be tried again. */
  async targetsOf(domain: string): Promise<readonly Target[]> {
    const literal = addressLiteral(domain);
    if (literal !== undefined) return [{ name: domain, host: literal, port: this.#options.port }];
    const exchangers = await this.#exchangersOf(domain);
    const targets: Target[] = [];
    let failed: unknown;
    for (const name of exchangers) {
      if (targets.length >= (this.#options.maxTargets ?? 10)) break;
      const addresses = await this.#addressesOf(name).catch((error: unknown) => {
        failed = error;
        return [];
      });
      for (const host of addresses) targets.push({ name, host, port: this.#options.port });
    }
    if (targets.length > 0) return targets.slice(0, this.#options.maxTargets ?? 10);
    if (failed !== undefined) throw failures.lookUp(domain, describe(failed));
    throw failures.noAddress(domain);
  }

  async #exchangersOf(domain: string): Promise<readonly string[]> {
    let records: readonly Exchanger[];
    try {
      records = await this.#resolver.resolveMx(domain);
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOTFOUND") throw failures.noSuchDomain(domain);
      // RFC 5321 §5.1: without MX records the domain is its own mail exchanger, at preference 0.
      if (code === "ENODATA") return [domain];
      throw failures.lookUp(domain, describe(error));
    }
    // RFC 7505 §3: one record whose exchange is the root says that there is no mail here.
    if (records.length === 1 && records[0]?.exchange === "") throw failures.nullMx(domain);
    const usable = records.filter(({ exchange }) => exchange !== "");
    // RFC 5321 §5.1: what is not better than we are would send it back to us.
    const own = usable.find(
      ({ exchange }) => exchange.toLowerCase() === this.#options.hostname.toLowerCase(),
    );
    const better = own === undefined ? usable : usable.filter(({ priority }) => priority < own.priority);
    if (better.length === 0) throw failures.loop(domain);
    return inOrder(better, this.#options.random ?? Math.random).map(({ exchange }) => exchange);
  }

  /** RFC 5321 §5.2: by both families; a name without any is passed over. */
  async #addressesOf(name: string): Promise<readonly string[]> {
    if (isIP(name) !== 0) return [name];
    const none = (error: unknown): readonly string[] => {
      const code = codeOf(error);
      if (code === "ENODATA" || code === "ENOTFOUND") return [];
      throw error;
    };
    const found = await Promise.allSettled([
      this.#resolver.resolve6(name).catch(none),
      this.#resolver.resolve4(name).catch(none),
    ]);
    const addresses = found.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    const failed = found.find((one) => one.status === "rejected");
    if (addresses.length === 0 && failed !== undefined) throw failed.reason;
    return addresses;
  }
}

/** RFC 5321 §5.1: by preference, the lowest first; among equals by chance, so that the load is shared. */
function inOrder(exchangers: readonly Exchanger[], random: () => number): readonly Exchanger[] {
  return exchangers
    .map((exchanger) => ({ exchanger, lot: random() }))
    .toSorted((one, other) => one.exchanger.priority - other.exchanger.priority || one.lot - other.lot)
    .map(({ exchanger }) => exchanger);
}

/** RFC 5321 §4.1.3: `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
function addressLiteral(domain: string): string | undefined {
  const inside = /^\[(?:IPv6:)?([^\]]+)\]$/i.exec(domain)?.[1];
  return inside !== undefined && isIP(inside) !== 0 ? inside : undefined;
}

function describe(error: unknown): string {
  const code = codeOf(error);
  if (code === "ETIMEOUT") return "no answer in time";
  if (code === "ECONNREFUSED") return "nobody answers there";
  return code ?? "it failed";
}
