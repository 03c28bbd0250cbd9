/**
 * The firewall as resources of the control socket:
 * `/firewall` (GET; PUT rules as text, or `{"rules": […], "limits": {…}}`), `/firewall/bans` (POST
 * `{"address", "seconds", "reason", "action"}`), `/firewall/bans/{address}` (DELETE; `/` in `2001:db8::/64` as `%2F`).
 */
import {
  BanListFullError,
  type Firewall,
  type Limits,
  parseRules,
  RuleError,
} from "@socketscope/socket-core";
import { ControlProblem, type ControlRequest, type ControlResources } from "./control.ts";

/** Seconds; longer is a rule. */
const MAX_BAN = 30 * 86_400;

export function firewallResources(firewall: Firewall): ControlResources {
  return {
    "/firewall": {
      GET: () => firewall.status(),
      async PUT(request) {
        const { rules, limits } = await changesOf(request);
        // the rules may be refused, the limits were checked: so nothing is half done
        asked(() => rules && firewall.replaceRules(rules));
        if (limits !== undefined) firewall.changeLimits(limits);
        return firewall.status();
      },
    },
    "/firewall/bans": {
      async POST(request) {
        const ban = record(await request.json(), ["address", "seconds", "reason", "action"]);
        const { address, seconds, reason = "by hand", action = "drop" } = ban;
        if (typeof address !== "string") throw bad("address", "an IPv4 or IPv6 address");
        if (typeof seconds !== "number" || !(seconds > 0 && seconds <= MAX_BAN))
          throw bad("seconds", `0 to ${MAX_BAN}`);
        if (typeof reason !== "string" || reason.length > 200) throw bad("reason", "at most 200 characters");
        if (action !== "drop" && action !== "reject") throw bad("action", "drop or reject");
        asked(() => firewall.ban(address, seconds * 1000, reason, action));
        return firewall.status();
      },
    },
    "/firewall/bans/{address}": {
      DELETE({ params }) {
        const address = params["address"] ?? "";
        if (!asked(() => firewall.lift(address))) {
          throw new ControlProblem(404, "CONTROL_NO_BAN", `${address} is not banned`);
        }
        return firewall.status();
      },
    },
  };
}

async function changesOf(request: ControlRequest): Promise<{ rules?: string[]; limits?: Partial<Limits> }> {
  if (request.mediaType !== "application/json") {
    const text = await request.text();
    return { rules: asked(() => parseRules(text).map((rule) => rule.text)) };
  }
  const { rules, limits } = record(await request.json(), ["rules", "limits"]);
  if (rules !== undefined && !isStrings(rules)) throw bad("rules", "a list of strings");
  return {
    ...(rules !== undefined && { rules }),
    ...(limits !== undefined && { limits: limitsOf(limits) }),
  };
}

const LIMITS = [
  "ratePerAddress",
  "rate",
  "connectionsPerAddress",
  "connections",
] as const satisfies (keyof Limits)[];

function limitsOf(value: unknown): Partial<Limits> {
  const given = record(value, LIMITS);
  const limits: { -readonly [K in keyof Limits]?: Limits[K] } = {};
  for (const name of LIMITS) {
    const limit = given[name];
    if (limit === undefined) continue;
    if (limit !== "off" && !(typeof limit === "number" && limit > 0 && limit <= 1e9))
      throw bad(name, 'above 0, or "off"');
    limits[name] = limit;
  }
  return limits;
}

/** An object with no name but these: a mistyped one must not be taken for a wish fulfilled. */
function record(value: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ControlProblem(400, "CONTROL_VALUE", `give an object with ${names.join(", ")}`);
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ControlProblem(
      400,
      "CONTROL_VALUE",
      `there is no ${JSON.stringify(unknown)}: give ${names.join(", ")}`,
    );
  }
  return { ...value };
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function bad(name: string, wanted: string): ControlProblem {
  return new ControlProblem(400, "CONTROL_VALUE", `${name}: give ${wanted}`);
}

/** The firewall's own refusals, as answers. */
function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RuleError)
      throw new ControlProblem(400, error.code, error.message, { cause: error });
    if (error instanceof BanListFullError)
      throw new ControlProblem(409, error.code, error.message, { cause: error });
    throw error;
  }
}
