/** Why a recipient was not reached when no next hop said so: replies of our own, RFC 3463 behind them. */
import type { Reply } from "@socketscope/smtp";
import { reply } from "../reception/replies.ts";

/** Nobody could be spoken to. `permanent`: nobody ever will. */
export class HopFailure extends Error {
  override readonly name = "HopFailure";
  readonly code = "HOP_FAILURE";
  readonly reply: Reply;
  /** `host:port` of who said it; undefined: we ourselves. */
  readonly host: string | undefined;

  constructor(answer: Reply, host?: string) {
    super(answer.lines.join(" "));
    this.reply = answer;
    this.host = host;
  }

  /** Others would meet it too. An interrupted message says nothing about the next one. */
  get ofHop(): boolean {
    return this.reply.enhanced !== "4.4.2";
  }
  get permanent(): boolean {
    return this.reply.code >= 500;
  }
}

export const failures = {
  /** RFC 7505 §4.2. */
  nullMx: (domain: string): HopFailure =>
    new HopFailure(reply(556, "5.1.10", `${domain} takes no mail (null MX)`)),
  /** RFC 5321 §5.1: the name is known to nobody. */
  noSuchDomain: (domain: string): HopFailure =>
    new HopFailure(reply(550, "5.1.2", `the domain ${domain} does not exist`)),
  noAddress: (domain: string): HopFailure =>
    new HopFailure(reply(550, "5.4.4", `no host takes mail for ${domain}: it has neither MX nor address`)),
  /** RFC 5321 §5.1: what is left of the list after we are taken out of it is empty. */
  loop: (domain: string): HopFailure =>
    new HopFailure(reply(554, "5.4.6", `mail for ${domain} would come back to us`)),
  lookUp: (domain: string, why: string): HopFailure =>
    new HopFailure(reply(451, "4.4.3", `the DNS does not say who takes mail for ${domain}: ${why}`)),
  unreachable: (why: string, host?: string): HopFailure => new HopFailure(reply(451, "4.4.1", why), host),
  interrupted: (why: string, host?: string): HopFailure => new HopFailure(reply(451, "4.4.2", why), host),
  protocol: (why: string, host?: string): HopFailure => new HopFailure(reply(451, "4.5.0", why), host),
  noTls: (why: string, host?: string): HopFailure => new HopFailure(reply(451, "4.7.4", why), host),
  tlsFailed: (why: string, host?: string): HopFailure => new HopFailure(reply(451, "4.7.5", why), host),
  login: (why: string, host?: string): HopFailure => new HopFailure(reply(451, "4.7.8", why), host),
} as const;
