/** Where mail for a domain goes when it leaves: by a route, by the smarthost, or by the MX records of the DNS. */
import type { Login } from "@socketscope/smtp-session";

export interface Route {
  /** `example.test`, `*.example.test` for what is below it, `*` for all. Lower case. */
  readonly domain: string;
  readonly host: string;
  readonly port: number;
}

export interface RouteOptions {
  /** Nothing leaves without it. */
  readonly relay: boolean;
  readonly routes: readonly Route[];
  readonly smarthost: { readonly host: string; readonly port: number } | undefined;
  readonly smarthostLogin: Login | undefined;
  /** Patterns as in {@link Route.domain}; empty: whatever has a route or a smarthost. */
  readonly relayAllow: readonly string[];
}

/** The first step of the way. `login` is told to the smarthost and to nobody else. */
export type NextHop =
  | {
      readonly type: "host";
      readonly host: string;
      readonly port: number;
      readonly login?: Login | undefined;
    }
  | { readonly type: "mx"; readonly domain: string };

export class Routes {
  readonly #options: RouteOptions;

  constructor(options: RouteOptions) {
    this.#options = options;
  }

  /** May mail for this domain leave the machine at all? */
  mayRelay(domain: string): boolean {
    const { relay, smarthost, relayAllow } = this.#options;
    if (!relay) return false;
    // Who writes a route down means it; the smarthost and the DNS take everything, and are guarded.
    if (this.#routeOf(domain) !== undefined) return true;
    if (relayAllow.some((pattern) => fits(pattern, domain))) return true;
    return smarthost !== undefined && relayAllow.length === 0;
  }

  nextHopOf(domain: string): NextHop {
    const { smarthost, smarthostLogin } = this.#options;
    const route = this.#routeOf(domain);
    if (route !== undefined) return { type: "host", host: route.host, port: route.port };
    if (smarthost === undefined) return { type: "mx", domain };
    return { type: "host", ...smarthost, login: smarthostLogin };
  }

  /** The closest one: the domain's own, then the longest `*.` above it, then `*`. */
  #routeOf(domain: string): Route | undefined {
    return this.#options.routes
      .filter((route) => fits(route.domain, domain))
      .toSorted((one, other) => closeness(other.domain) - closeness(one.domain))[0];
  }
}

function fits(pattern: string, domain: string): boolean {
  if (pattern === "*" || pattern === domain) return true;
  return pattern.startsWith("*.") && domain.endsWith(pattern.slice(1));
}

function closeness(pattern: string): number {
  if (pattern === "*") return 0;
  return pattern.startsWith("*.") ? pattern.length : Number.MAX_SAFE_INTEGER;
}

/** What messages to the same place have in common: they share its connections, its limits and its bad days. */
export function hopName(hop: NextHop): string {
  if (hop.type === "mx") return hop.domain;
  return hop.host.includes(":") ? `[${hop.host}]:${hop.port}` : `${hop.host}:${hop.port}`;
}
